import {describe, expect, test} from 'vitest';
import {CTRL, ESC, launch, room} from '../../helpers/chat-room.js';

describe('the search and the filter', () => {
	test('the search counts and marks matches while the user types, and restores the reading position on Esc', async () => {
		const {chatNode, bob} = room(80);
		chatNode.say(bob, 'the needle is here');
		for (let number = 81; number <= 160; number++) chatNode.say(bob, `message ${number}`);
		const {terminal, press} = await launch({chatNode});
		await press(CTRL('f'), 'need');
		await terminal.see('the needle is here');
		expect(terminal.text()).toContain('1 of 1 match');
		const row = terminal.rowOf('needle');
		const column = terminal.rows()[row]?.indexOf('need') ?? 0;
		expect(terminal.cell(column, row).inverse).toBe(true);
		expect(terminal.cell(column + 4, row).inverse).toBe(false);
		await press(ESC);
		await terminal.see('message 160');
		await terminal.seeNot('Search:');
	});

	test('an empty search shows no count, and a search without matches shows zero', async () => {
		const {terminal, press} = await launch({chatNode: room(3).chatNode});
		await press(CTRL('f'));
		await terminal.see('Search:');
		expect(terminal.rows().at(-2)).not.toContain('match');
		await press('zzz');
		await terminal.see('0 matches');
	});

	test('pasted lines are joined in the search prompt, with and without bracketed paste', async () => {
		const {terminal, press} = await launch({chatNode: room(3).chatNode});
		await press(CTRL('f'), '\u001B[200~message\r2\r\u001B[201~');
		await terminal.see('Search: message 2');
		await terminal.see('1 match');
		await press(CTRL('u'), 'message\r3\r');
		await terminal.see('Search: message 3');
	});

	test('Enter keeps the match selected, and n and N move to other matches', async () => {
		const {chatNode} = room(120);
		const {terminal, press} = await launch({chatNode});
		await press('/search message 1\r');
		await terminal.see('Search: message 1');
		await press('\r');
		await terminal.until(() => terminal.rows().some(row => /^▌.*message 120/.test(row)));
		await press('n');
		await terminal.until(() => terminal.rows().some(row => /^▌.*message 119/.test(row)));
		await terminal.see('31 of 32 matches');
		await press('N', 'y');
		await terminal.see('clipboard');
	});

	test('a filter shows only the messages of one peer, until Esc shows all messages again', async () => {
		const {chatNode, bob, dave} = room(30);
		for (let number = 0; number < 60; number++) chatNode.say(number % 2 ? bob : dave, `mixed ${number}`);
		const {terminal, press} = await launch({chatNode});
		await press('/peers Dave\r');
		await terminal.see('only Dave');
		expect(terminal.text()).toContain('mixed 58');
		expect(terminal.text()).not.toContain('mixed 59');
		await press(ESC);
		await terminal.see('mixed 59');
	});

	test('/ignore hides a person and /unignore shows them', async () => {
		const {chatNode, bob, dave} = room();
		chatNode.say(bob, 'from bob');
		chatNode.say(dave, 'from dave');
		const {terminal, press} = await launch({chatNode, columns: 100});
		await press('/ignore Bob\r');
		await terminal.seeNot('from bob');
		expect(terminal.text()).toContain('from dave');
		expect(chatNode.calls).toContain(`ignore ${bob.peer}`);
		expect(terminal.rows().some(row => /● Bob +ignored/.test(row))).toBe(true);
		await press('/unignore bob\r');
		await terminal.see('from bob');
		expect(terminal.rows().some(row => / ignored/.test(row))).toBe(false);
	});
});
