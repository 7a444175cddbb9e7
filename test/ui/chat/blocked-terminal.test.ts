/** A screen on a terminal that stops reading, as in the copy mode of screen and tmux, or in a stalled SSH session. */
import {afterEach, describe, expect, test} from 'vitest';
import {type Chat, launchChat} from '../../helpers/launch-chat.js';

let chat: Chat | undefined;

afterEach(async () => {
	chat?.terminal.startReading();
	await chat?.close();
	chat = undefined;
});

async function launchBlocked(): Promise<{chat: Chat; say: (text: string) => void}> {
	const launched = await launchChat({columns: 80, rows: 20});
	chat = launched;
	const bob = launched.chatNode.join('Bob', '192.168.1.9');
	await launched.terminal.see('Bob');
	launched.terminal.stopReading();
	return {chat: launched, say: text => launched.chatNode.say(bob, text)};
}

describe('while the terminal does not read', () => {
	test('while the terminal does not read, frames are dropped, and the newest one is drawn whole afterwards', async () => {
		const {chat, say} = await launchBlocked();
		for (let number = 1; number <= 40; number++) {
			say(`message ${number} ${'x'.repeat(60)}`);
			await chat.press(String(number % 10));
		}
		expect(chat.terminal.stdout.writableLength).toBeLessThan(4000);
		chat.terminal.startReading();
		await chat.terminal.see('message 40');
		const rows = chat.terminal.rows();
		await chat.press('\f');
		await chat.terminal.see('message 40');
		expect(rows).toEqual(chat.terminal.rows());
		expect(rows.at(-1)).toContain('1234567890'.repeat(4));
	});

	test('while the terminal does not read, bells are dropped, and the window title shows the newest number of mentions afterwards', async () => {
		const {chat, say} = await launchBlocked();
		chat.terminal.type('\u001B[O');
		for (let number = 1; number <= 20; number++) say(`Carol: message ${number}`);
		await chat.press('a');
		expect(chat.terminal.stdout.writableLength).toBeLessThan(4000);
		chat.terminal.startReading();
		await chat.terminal.see('message 20');
		say('Carol: one more');
		await chat.terminal.until(() => chat.terminal.title.startsWith('(@21)'));
		expect(chat.terminal.bells).toBeLessThanOrEqual(1);
	});

	test('a change of the size while the terminal does not read is drawn afterwards', async () => {
		const {chat, say} = await launchBlocked();
		say('before');
		await chat.press('a', 'b');
		for (let columns = 79; columns >= 50; columns--) chat.terminal.resize(columns, 20);
		expect(chat.terminal.stdout.writableLength).toBeLessThan(4000);
		say('after');
		chat.terminal.startReading();
		await chat.terminal.see('after');
		const rows = chat.terminal.rows();
		await chat.press('\f');
		await chat.terminal.see('after');
		expect(rows).toEqual(chat.terminal.rows());
	});

	test('the chat ends without waiting for a terminal that does not read, and the terminal is restored afterwards', async () => {
		const {chat, say} = await launchBlocked();
		for (let number = 1; number <= 5; number++) {
			say(`message ${number}`);
			await chat.press('a');
		}
		chat.screen.stop('signal');
		expect(await chat.screen.waitUntilExit()).toEqual({type: 'signal'});
		chat.terminal.startReading();
		await chat.terminal.until(() => !chat.terminal.alternate);
		expect(chat.terminal.modes).toEqual({bracketedPasteMode: false, sendFocusMode: false, wraparoundMode: true});
		expect(chat.terminal.normalText()).toContain('Replay it: ');
		expect(chat.terminal.cursor.shown).toBe(true);
	});
});
