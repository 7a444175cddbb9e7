import {describe, expect, test} from 'vitest';
import type {Clock} from '../../../source/core/environment.js';
import {NAME_COLOURS_256} from '../../../source/ui/theme.js';
import {ALT, CTRL, closeChat, ESC, launch, PAGE_UP, room} from '../../helpers/chat-room.js';
import {createFakeChatNode} from '../../helpers/fake-chat-node.js';
import {type Chat, createSettableClock, liveClock} from '../../helpers/launch-chat.js';

describe('notifications', () => {
	test('while the user is absent, the chat rings only for mentions and at most once in 5 s, and counts all messages in the window title', async () => {
		const {chatNode, bob} = room();
		const {terminal, press} = await launch({chatNode, environment: {TERM: 'xterm-kitty', LANG: 'C.UTF-8'}});
		await press('\u001B[I');
		chatNode.say(bob, 'Carol: looking');
		await terminal.see('looking');
		expect(terminal.bells).toBe(0);
		await press('\u001B[O');
		chatNode.say(bob, 'just talk');
		chatNode.say(bob, 'Carol: hey\u0007\u001B]0;x\u0007');
		chatNode.say(bob, 'Carol: hey again');
		await terminal.until(() => terminal.title.startsWith('(@3)'));
		expect(terminal.bells).toBe(1);
		expect(terminal.output).toContain('\u001B]9;p2pchat-ink: Bob in lan: Carol: hey');
		await press('\u001B[I');
		await terminal.until(() => terminal.title === 'lan - p2pchat-ink');
	});
});

describe('terminal output', () => {
	test('terminal output contains only ASCII glyphs on a terminal without UTF-8', async () => {
		const {chatNode} = room(50);
		const {terminal, press} = await launch({chatNode, environment: {TERM: 'xterm', LANG: 'C'}});
		await press(PAGE_UP, CTRL('g'));
		await terminal.see('Help');
		await press(ESC, ALT('1'));
		// biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII includes the control characters
		expect(terminal.text().replaceAll('↑', '').replaceAll('↓', '')).toMatch(/^[\u0000-\u007F]*$/);
	});

	test('terminal output has no colour with NO_COLOR, and loses no information', async () => {
		const {chatNode, bob} = room(3);
		chatNode.say(bob, 'Carol: hi');
		const {terminal} = await launch({
			chatNode,
			environment: {TERM: 'xterm-256color', LANG: 'C.UTF-8', NO_COLOR: '1'},
		});
		await terminal.see('@ 14:00');
		// biome-ignore lint/suspicious/noControlCharactersInRegex: SGR sequences begin with a control character
		expect(terminal.output).not.toMatch(/\u001B\[(?:[\d;]*;)?(?:3[0-8]|4[0-8]|9[0-7])[;m]/);
	});

	test('the chat asks the terminal for its background colour, uses the palette that fits the answer, and keeps the answer out of the input', async () => {
		const {chatNode, bob} = room();
		chatNode.say(bob, 'hello');
		const {terminal, press} = await launch({chatNode});
		await terminal.see('hello');
		expect(terminal.output).toContain('\u001B]11;?');
		const palette = (colours: readonly number[]) =>
			colours.some(colour => terminal.output.includes(`\u001B[38;5;${colour}m`));
		expect([palette(NAME_COLOURS_256.dark), palette(NAME_COLOURS_256.light)]).toEqual([true, false]);
		await press('draft\u001B]11;rgb:ffff/ffff/ffff\u001B\\ and more');
		await terminal.see('› draft and more');
		await terminal.until(() => palette(NAME_COLOURS_256.light));
	});

	test('the chat does not ask for the background colour if the user chose a theme, or if the answer would change nothing', async () => {
		for (const request of [
			{options: {theme: 'light' as const}},
			{environment: {TERM: 'linux', COLORTERM: 'truecolor'}},
			{environment: {TERM: 'xterm', LANG: 'C.UTF-8'}},
		]) {
			const {terminal} = await launch({chatNode: room().chatNode, ...request});
			expect(terminal.output).not.toContain(']11;?');
			await closeChat();
		}
	});

	test('at a quick exit the chat still reads the answer about the background colour, so that the shell does not get it', async () => {
		// The wait for the answer of the terminal has no timeout here, so that the test does not depend on the speed of the computer.
		const clock: Clock = {
			...liveClock,
			monotonic: () => 0,
			after: (ms, run) => (ms === 150 ? {cancel() {}} : liveClock.after(ms, run)),
		};
		const {terminal, press, exit} = await launch({chatNode: room().chatNode, hooks: {clock}});
		await press('/quit\r');
		expect([exit(), terminal.stdin.listenerCount('data')]).toEqual([undefined, 1]);
		terminal.type('\u001B]11;rgb:0000/0000/0000\u0007');
		await terminal.until(() => exit() !== undefined);
		expect(terminal.stdin.listenerCount('data')).toBe(0);
	});

	test('terminal output is at most 300 bytes long for one typed letter', async () => {
		const {chatNode} = room(100);
		const {terminal, press} = await launch({chatNode, columns: 120, rows: 40});
		await press('some text already');
		const before = terminal.output.length;
		await press('x');
		await terminal.see('alreadyx');
		expect(terminal.output.length - before).toBeLessThanOrEqual(300);
	});

	test('terminal output never erases the scrollback, and never contains CSI 3J', async () => {
		const {chatNode} = room(100);
		const {terminal, press} = await launch({chatNode, before: 'what stood there before\r\n'});
		for (const [columns, rows] of [
			[60, 12],
			[100, 30],
			[40, 8],
			[80, 24],
		] as const) {
			terminal.resize(columns, rows);
			await press(PAGE_UP);
		}
		expect(terminal.output).not.toContain('\u001B[3J');
		await closeChat();
		expect(terminal.normalText()).toContain('what stood there before');
	});
});

describe('leaving the chat', () => {
	async function expectExit(exit: (running: Chat) => Promise<void>, type: string): Promise<Chat> {
		const running = await launch({chatNode: room(3).chatNode, before: '$ p2pchat-ink\r\n'});
		await exit(running);
		await running.terminal.until(() => running.exit() !== undefined);
		await running.terminal.until(() => !running.terminal.alternate);
		expect(running.exit()).toMatchObject({type});
		expect(running.terminal.modes).toEqual({bracketedPasteMode: false, sendFocusMode: false, wraparoundMode: true});
		if (type !== 'input-ended') expect(running.terminal.rawMode).toBe(false);
		expect(running.terminal.cursor.shown).toBe(true);
		expect(running.terminal.normalText()).toContain('$ p2pchat-ink');
		return running;
	}

	test('the chat asks whether to leave if no other node has the newest own messages', async () => {
		const running = await launch({chatNode: createFakeChatNode()});
		await running.press('one\r', 'two\r', '/quit\r');
		await running.terminal.see('Nobody else has your last 2 messages');
		await running.press('n');
		await running.terminal.seeNot('Nobody else has');
		expect(running.exit()).toBeUndefined();
		const bob = running.chatNode.join('Bob', '192.168.1.9');
		running.chatNode.publish({type: 'delivered', peer: bob.peer, seq: running.chatNode.own.seq - 1});
		await running.press('\u0015', '\u0003', '\u0003');
		await running.terminal.see('Nobody else has your last message');
		await running.press('y');
		expect(running.exit()).toMatchObject({type: 'quit'});
	});

	test('leaving the chat with /quit prints where the log is and how to replay it', async () => {
		const {terminal} = await expectExit(running => running.press('/quit\r'), 'quit');
		expect(terminal.normalText()).toContain('Log: /home/carol/logs/lan.p2plog');
		expect(terminal.normalText()).toContain('p2pchat-ink replay /home/carol/logs/lan.p2plog');
	});

	test('leaving the chat with Ctrl+C needs a second Ctrl+C within 2 s, and any other key cancels the question', async () => {
		await expectExit(async running => {
			await running.press(CTRL('c'));
			await running.terminal.see('Leave the chat?');
			await running.press('x');
			await running.terminal.seeNot('Leave the chat?');
			expect(running.terminal.text()).toContain('› x');
			await running.press(CTRL('c'), CTRL('c'), CTRL('c'));
		}, 'quit');
	});

	test('a second Ctrl+C leaves the chat although the wall clock was set forward after the first', async () => {
		const clock = createSettableClock();
		const running = await launch({chatNode: room().chatNode, hooks: {clock}});
		await running.press(CTRL('c'));
		await running.terminal.see('Leave the chat?');
		clock.setWall(3_600_000);
		await running.press(CTRL('c'));
		await running.terminal.until(() => running.exit() !== undefined);
		expect(running.exit()).toMatchObject({type: 'quit'});
	});

	test('leaving the chat with Ctrl+D needs an empty input and is not possible immediately after a deletion', async () => {
		await expectExit(async running => {
			await running.press('x', '\u007F', CTRL('d'));
			expect(running.exit()).toBeUndefined();
			await running.press('x', CTRL('c'), CTRL('d'));
		}, 'quit');
	});

	test('the terminal is restored when a signal or the closing of the terminal ends the chat', async () => {
		await expectExit(async running => running.screen.stop('signal'), 'signal');
		await expectExit(async running => running.terminal.hangUp(), 'input-ended');
	});

	test('leaving the chat after a crash inside a component prints the error and where the log is', async () => {
		const {terminal} = await expectExit(async running => {
			running.chatNode.report = undefined as never;
			await running.press('/net\r');
		}, 'crashed');
		expect(terminal.normalText()).toContain('p2pchat-ink crashed');
		expect(terminal.normalText()).toContain('replay');
	});

	test('leaving the chat temporarily with Ctrl+Z restores the terminal, and resuming draws the screen again', async () => {
		let stopped = false;
		const running = await launch({
			chatNode: room(3).chatNode,
			hooks: {
				stopProcess() {
					stopped = true;
					expect(running.terminal.rawMode).toBe(false);
				},
			},
		});
		await running.press('draft', CTRL('z'));
		await running.terminal.until(
			() => stopped && running.terminal.alternate && running.terminal.text().includes('› draft'),
		);
		expect(running.terminal.rawMode).toBe(true);
		expect(running.terminal.normalText()).toContain('suspended');
		expect(running.terminal.modes.bracketedPasteMode).toBe(true);
		await running.press('!');
		await running.terminal.see('› draft!');
	});

	test('a chat that another program has stopped takes the terminal back when it continues, and does not touch the lines of the shell', async () => {
		let listener: (() => void) | undefined;
		const onContinue = (run: () => void) => {
			listener = run;
			return () => {
				listener = undefined;
			};
		};
		const running = await launch({chatNode: room(3).chatNode, hooks: {onContinue}});
		const {terminal} = running;
		await running.press('draft');
		// The shell uses the terminal meanwhile, and a program of the user has closed the alternate screen.
		terminal.stdin.setRawMode(false);
		terminal.stdout.write('\u001B[?1049l\u001B[?25h\u001B[?2004l\u001B[?1004l\u001B[?7h$ ls\r\nnotes.txt\r\n$ fg\r\n');
		await terminal.until(() => terminal.text().includes('$ fg'));
		listener?.();
		await terminal.until(() => terminal.alternate && terminal.text().includes('› draft'));
		expect(terminal.text()).not.toContain('notes.txt');
		expect(terminal.normalText()).toContain('$ ls\nnotes.txt\n$ fg');
		expect(terminal.rawMode).toBe(true);
		expect(terminal.modes.bracketedPasteMode).toBe(true);
		expect(terminal.modes.sendFocusMode).toBe(true);
		await running.press('!');
		await terminal.see('› draft!');
		await running.close();
		expect(listener).toBeUndefined();
	});

	test('a stop with Ctrl+Z takes the terminal back once, although SIGCONT and the timer both report that the process continues', async () => {
		let listener = () => {};
		const running = await launch({
			chatNode: room(3).chatNode,
			hooks: {
				stopProcess: () => void setTimeout(() => listener(), 120),
				onContinue(run) {
					listener = run;
					return () => {};
				},
			},
		});
		await running.press(CTRL('z'));
		await running.terminal.until(() => running.terminal.normalText().includes('suspended'));
		await running.terminal.until(() => running.terminal.alternate);
		await new Promise(resolve => setTimeout(resolve, 250));
		expect(running.terminal.output.split('\u001B[?2004h')).toHaveLength(3);
	});
});
