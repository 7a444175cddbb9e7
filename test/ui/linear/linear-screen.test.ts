import {afterEach, describe, expect, test} from 'vitest';
import {runLinearScreen} from '../../../source/ui/linear/linear-screen.js';
import type {ScreenHooks} from '../../../source/ui/screen-hooks.js';
import type {ScreenEnd} from '../../../source/ui/terminal/mount-screen.js';
import {createFakeChatNode, type FakePeer, START} from '../../helpers/fake-chat-node.js';
import {createSettableClock, liveClock} from '../../helpers/launch-chat.js';
import {Terminal} from '../../helpers/terminal.js';

let close: (() => Promise<void>) | undefined;

afterEach(async () => {
	await close?.();
	close = undefined;
});

/** `missed`: messages of Bob that the reopened log contains and that are unread. */
function launch(hooks: Partial<ScreenHooks> = {}, missed: readonly string[] = [], draft?: string) {
	const terminal = new Terminal(80, 24);
	let bob: FakePeer | undefined;
	const chatNode = createFakeChatNode('Carol', {
		history(node) {
			bob = node.join('Bob', '192.168.1.9');
			for (const text of missed) {
				const event = node.make(bob, {type: 'posted', text});
				node.store.commit([{type: 'events', loggedAt: event.at, live: false, events: [event], unreadOffset: 1}]);
			}
		},
	});
	if (!bob) throw new Error('no peer');
	const {stdin, stdout} = terminal;
	const drafts: string[] = [];
	const screen = runLinearScreen({
		chatNode,
		self: chatNode.self,
		stdin,
		stdout,
		environment: {},
		bell: 'mentions',
		hooks: {clock: liveClock, ...hooks},
		...(draft !== undefined && {notes: {initial: {draft, ignored: []}, save: ({draft}) => drafts.push(draft)}}),
	});
	let exit: ScreenEnd | undefined;
	const finished = screen.waitUntilExit().then(reason => {
		exit = reason;
	});
	close = async () => {
		screen.stop('signal');
		await finished;
		terminal.dispose();
	};
	return {terminal, chatNode, bob, screen, drafts, exit: () => exit};
}

describe('the linear screen', () => {
	test('the linear screen turns the pasted path of a file into the command that shares the file, and Tab completes a path', async () => {
		const {terminal} = launch({
			findFile: async path => (path === '/tmp/my plan.pdf' ? {size: 2000} : undefined),
			listFolder: async () => [{name: 'photos', isFolder: true}],
		});
		terminal.type("\u001B[200~'/tmp/my plan.pdf'\u001B[201~");
		await terminal.see('This is the path of a file (2.0 kB). Enter shares it');
		await terminal.see("> /share '/tmp/my plan.pdf'");
		terminal.type('\u0015');
		terminal.type('/share ph\t');
		await terminal.see('/share photos/');
	});

	test('the linear screen says "private, from" before a whisper, and names the addressee before the user types the first letter of a whisper', async () => {
		const {terminal, chatNode, bob} = launch();
		chatNode.observe({type: 'whisper', subject: bob.peer, own: false, id: 1, text: 'psst\nsecond line'});
		await terminal.see(/private, from Bob: psst/);
		terminal.type('/msg Bob ');
		await terminal.see('to Bob only > /msg Bob');
		terminal.type('hello');
		chatNode.refuse = 'Bob does not take whispers.';
		terminal.type('\r');
		await terminal.see('Error: Bob does not take whispers.');
		await terminal.see('to Bob only > /msg Bob hello');
		chatNode.refuse = undefined;
		terminal.type('\r');
		await terminal.see(/private, to Bob: hello/);
		expect(chatNode.calls).toContain(`whisper ${bob.peer} hello`);
		terminal.type('/msg Nobody hi\r');
		await terminal.see('Error: Nobody here is called');
		await terminal.see('> /msg Nobody hi');
		expect(chatNode.posted).toEqual([]);
	});

	test('the linear screen sends no draft in which a later line is a whisper command, and no line break at the end', async () => {
		const {terminal, chatNode} = launch();
		terminal.type('hello\n/msg Bob secret\r');
		await terminal.see('Error: Not sent: line 2 begins with /msg');
		await terminal.see('add words before the slash.\n> hello\n  /msg Bob secret');
		terminal.type('\u0015/msg Bob hi\n/msg Dave secret\r');
		await terminal.see('add words before the slash.\nto Bob only > /msg Bob hi');
		expect([chatNode.posted, chatNode.calls.filter(call => call.startsWith('whisper'))]).toEqual([[], []]);
		terminal.type('\u0015one\ntwo\n\r');
		await terminal.until(() => chatNode.posted.length === 1);
		expect(chatNode.posted[0]?.text).toBe('one\ntwo');
	});

	test('the linear screen saves a draft together with its addressee, and puts a refused whisper back into the input only if the input is empty', async () => {
		const {terminal, chatNode, bob, screen, drafts} = launch({}, [], '/msg Bob half');
		await terminal.see('to Bob only > /msg Bob half');
		terminal.type(' a text');
		await terminal.see('/msg Bob half a text');
		expect(drafts.at(-1)).toMatch(/^\/msg Bob#[0-9a-f]{16} half a text$/);
		terminal.type('\r');
		await terminal.see(/private, to Bob: half a text/);
		screen.showMessage('Bob does not take whispers.', '/msg Bob half a text');
		await terminal.see('Error: Bob does not take whispers.');
		await terminal.see('whispers.\nto Bob only > /msg Bob half a text');
		terminal.type('\u0015other words');
		screen.showMessage('Bob does not take whispers.', '/msg Bob again');
		terminal.type('\r');
		await terminal.until(() => chatNode.posted.length === 1);
		expect(chatNode.posted).toEqual([{text: 'other words', action: false}]);
		expect(chatNode.calls.filter(call => call.startsWith('whisper'))).toEqual([`whisper ${bob.peer} half a text`]);
	});

	test('the linear screen says at the start how many messages were missed, /unread prints messages and marks them as read, and later history is announced', async () => {
		const texts = Array.from({length: 12}, (_, index) => `${index === 11 ? '@Carol ' : ''}missed ${index}.`);
		const {terminal, chatNode, bob} = launch({}, texts);
		await terminal.see(/12 new since [-\d: ]+, 1 mentions you\. \/unread reads/);
		terminal.type('/unread\r');
		await terminal.see('Bob: missed 0.');
		await terminal.see('2 more.');
		expect(chatNode.reading?.unread().messages.length).toBe(2);
		terminal.type('/mark\r');
		await terminal.see('marked as read');
		chatNode.say(bob, 'printed at once');
		await terminal.see('printed at once');
		expect(chatNode.reading?.unread().messages.length).toBe(0);
		chatNode.commit([chatNode.make(bob, {type: 'posted', text: 'late'})], false);
		chatNode.publish({type: 'synced', peer: bob.peer, received: 1});
		await terminal.see(/1 new since [-\d: ]+\. \/unread/);
		terminal.type('/unread\r');
		await terminal.see('Bob: late');
		terminal.type('/unread\r');
		await terminal.see('No unread messages.');
	});

	test('the linear screen only appends: it rewrites nothing above the prompt and uses no alternate screen', async () => {
		const {terminal, chatNode, bob} = launch();
		await terminal.see('Room lan, open to');
		chatNode.say(bob, 'hello there');
		await terminal.see('Bob: hello there (192.168.1.9, 14:00)');
		terminal.type('hi Bob\r');
		await terminal.see('You: hi Bob');
		expect(chatNode.posted).toEqual([{text: 'hi Bob', action: false}]);
		expect(terminal.alternate).toBe(false);
		// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with a control character
		expect(terminal.output).not.toMatch(/\u001B\[[\d;]*[ABCDEFGHJKST]/);
	});

	test('the linear screen is left by a second Ctrl+C although the wall clock was set forward after the first', async () => {
		const clock = createSettableClock();
		const {terminal, exit} = launch({clock});
		await terminal.see('Room lan, open to');
		terminal.type('\u0003');
		await terminal.see('Ctrl+C again');
		clock.setWall(3_600_000);
		terminal.type('\u0003');
		await terminal.until(() => exit() !== undefined);
		expect(exit()).toEqual({type: 'quit'});
	});

	test('the linear screen waits for a pause in typing although the wall clock was set forward', async () => {
		const clock = createSettableClock();
		const {terminal, chatNode, bob} = launch({clock});
		await terminal.see('Room lan, open to');
		terminal.type('half a li');
		await terminal.see('> half a li');
		clock.setWall(3_600_000);
		chatNode.say(bob, 'hello');
		terminal.type('ne');
		await terminal.see('> half a line');
		expect(terminal.text()).not.toContain('Bob: hello');
		await terminal.see('Bob: hello');
	});

	test('when a message arrives while the user types, the linear screen prints the message and repeats the draft below it', async () => {
		const {terminal, chatNode, bob} = launch();
		terminal.type('half a li');
		await terminal.see('> half a li');
		chatNode.say(bob, 'Carol: urgent');
		await terminal.see('Bob to you: Carol: urgent');
		await terminal.until(() => terminal.rows().filter(row => row === '> half a li').length === 2);
		terminal.type('ne\r');
		await terminal.see('You: half a line');
	});

	test('the linear screen deletes whole characters with Backspace, completes with Tab and recalls history with Up', async () => {
		const {terminal, chatNode} = launch();
		terminal.type('日本👍\u007F\u007F');
		await terminal.until(() => terminal.rows().some(row => row.trimEnd() === '> 日') && terminal.cursor.x === 4);
		terminal.type('\u0015');
		terminal.type('bo\t');
		await terminal.see('> Bob:');
		terminal.type('x\r');
		await terminal.see('You: Bob: x');
		terminal.type('\u001B[A');
		await terminal.until(() => terminal.rows().filter(row => row.startsWith('> Bob: x')).length === 2);
		expect(chatNode.posted).toHaveLength(1);
	});

	test('the linear screen answers commands with lines, and brings a wrong command back with ↑', async () => {
		const {terminal, chatNode, bob} = launch();
		chatNode.say(bob, 'needle one');
		terminal.type('/who\r');
		await terminal.see('192.168.1.9  connected');
		terminal.type('/search needle\r');
		await terminal.see('1 match:');
		terminal.type('/nmae x\r');
		await terminal.see('Error: ');
		await terminal.until(() => terminal.output.endsWith('> '));
		terminal.type('\u001B[A');
		await terminal.until(() => terminal.rows().filter(row => row === '> /nmae x').length === 2);
		expect(chatNode.posted).toEqual([]);
	});

	test('when history arrives, the linear screen prints one line with the number of earlier events, and not the events themselves', async () => {
		const {terminal, chatNode, bob} = launch();
		chatNode.commit(
			Array.from({length: 50}, (_, index) =>
				chatNode.make(bob, {type: 'posted', text: `old ${index}`}, START - 10_000 + index),
			),
			false,
		);
		chatNode.commit(
			Array.from({length: 3}, () => chatNode.make(bob, {type: 'posted', text: 'older'})),
			false,
		);
		await terminal.see('Received 53 earlier events. Read them with /messages, /search and /goto.');
		expect(terminal.text()).not.toContain('old 7');
	});

	test('a user of the linear screen replies, reacts, corrects, withdraws and pins by the numbers of a list', async () => {
		const {terminal, chatNode, bob} = launch();
		chatNode.say(bob, 'is the build green?');
		chatNode.say(bob, 'and the docs?');
		terminal.type('/messages\r');
		await terminal.see(/^2\. Bob: and the docs\?/m);
		terminal.type('/reply 1 yes, since noon\r');
		await terminal.see(/You: yes, since noon \(in reply to Bob: is the build green\?\)/);
		terminal.type('/correct last yes, since one\r');
		await terminal.see('yes, since one');
		terminal.type('/react 2 :eyes:\r');
		await terminal.see('You reacted with 👀 to “and the docs?” by Bob');
		terminal.type('/pin 2\r');
		await terminal.see('pinned');
		terminal.type('/withdraw last\r');
		await terminal.see('The message is hidden for everybody. It is not erased.');
		terminal.type('/withdraw 1\r');
		await terminal.see('Error: Only your own messages can be changed.');
		terminal.type('/reply 77 x\r');
		await terminal.see('Error: No message has the number 77.');
		terminal.type('/pins\r');
		await terminal.see(/^2\. .*and the docs\? {2}\(👀 1\) \(pinned by Carol\)/m);
		expect(chatNode.posted.map(({text}) => text)).toEqual(['yes, since noon']);
	});

	test('the linear screen reads out what others do with messages, and says nothing about a correction by somebody else than the author', async () => {
		const {terminal, chatNode, bob} = launch();
		const dave = chatNode.join('Dave', '192.168.1.8');
		const target = chatNode.tell(bob, {type: 'posted', text: 'teh end'});
		const steps = [
			[dave, {type: 'marked', target, word: '👍', on: true}, 'Dave reacted with 👍 to “teh end” by Bob'],
			[dave, {type: 'posted', text: 'ok', replyTo: target}, 'Dave: ok (in reply to Bob: teh end)'],
			[bob, {type: 'corrected', target, text: 'the end'}, 'Bob edited a message: the end'],
			[dave, {type: 'marked', target, word: '👍', on: false}, 'Dave took back 👍 on “the end” by Bob'],
			[dave, {type: 'pinned', target, on: true}, 'Dave pinned “the end” by Bob'],
			[
				bob,
				{type: 'posted', text: '@Carol, https://a.example\n```\n  x   y\n```'},
				'Bob to you: @Carol, https://a.example',
			],
			[dave, {type: 'pinned', target, on: false}, 'Dave unpinned “the end” by Bob'],
			[bob, {type: 'withdrawn', target}, 'Bob withdrew a message'],
		] as const;
		for (const [author, body, spoken] of steps) {
			chatNode.tell(dave, {type: 'corrected', target, text: 'forged'});
			chatNode.tell(author, body);
			await terminal.see(spoken);
		}
		expect(terminal.rows()).toContain('        x   y');
		expect(terminal.text()).not.toContain('forged');
	});

	test('the linear screen removes control sequences from messages', async () => {
		const {terminal, chatNode, bob} = launch();
		chatNode.say(bob, '\u001B[2J\u001B]52;c;eA==\u0007wiped\u202E');
		await terminal.see('Bob: wiped');
		expect(terminal.output).not.toContain('[2J');
		expect(terminal.output).not.toContain(']52;');
	});

	test('the linear screen lists in /help only commands that it accepts', async () => {
		const {terminal} = launch();
		terminal.type('/help\r');
		await terminal.see('/quit: leave the room');
		expect(terminal.output).toContain('/export FILE');
		const listed = [...terminal.output.matchAll(/^\/(\w+)/gm)].map(([, name]) => name);
		expect(listed).toContain('who');
		for (const name of ['copy', 'peers', 'times']) expect(listed).not.toContain(name);
	});

	test('the linear screen brings the command back with ↑ when an export fails', async () => {
		const {terminal} = launch({exportTimeline: () => Promise.reject(new Error('/x cannot be written'))});
		terminal.type('/export /x\r');
		await terminal.see('Failed: /x cannot be written');
		await terminal.until(() => terminal.output.trimEnd().endsWith('>'));
		terminal.type('\u001B[A');
		await terminal.until(() => terminal.output.endsWith('> /export /x'));
	});

	test('the linear screen says before it leaves that nobody else has the newest own messages, and leaves at the second try', async () => {
		for (const key of ['\u0004', '/quit\r']) {
			const {terminal, exit} = launch();
			terminal.type('one\r');
			await terminal.see('You: one');
			terminal.type(key);
			await terminal.see('Nobody else has your last message.\nTo leave now, type /quit or press Ctrl+D again.');
			expect(exit()).toBeUndefined();
			terminal.type(key);
			await terminal.until(() => exit() !== undefined);
		}
		const {terminal, exit} = launch();
		terminal.type('one\rtwo\r\u0003');
		await terminal.see('Nobody else has your last 2 messages.\nPress Ctrl+C again');
		terminal.type('\u0003');
		await terminal.until(() => exit() !== undefined);
	});

	test('the linear screen ends on the second Ctrl+C and prints the exit message', async () => {
		const {terminal, exit} = launch();
		terminal.type('\u0003');
		await terminal.see('Press Ctrl+C again');
		terminal.type('\u0003');
		await terminal.see('p2pchat-ink replay /home/carol/logs/lan.p2plog');
		await terminal.until(() => exit() !== undefined);
		expect(exit()).toEqual({type: 'quit'});
		expect(terminal.modes.bracketedPasteMode).toBe(false);
		expect(terminal.rawMode).toBe(false);
	});
});

describe('the linear screen on a terminal that does not read', () => {
	test('on a terminal that does not read, the linear screen keeps at most 1000 lines and says how many lines are left out', async () => {
		const {terminal, chatNode, bob} = launch();
		await terminal.see('Room lan, open to');
		terminal.stopReading();
		for (let number = 1; number <= 1500; number++) chatNode.say(bob, `message ${number}`);
		expect(terminal.stdout.writableLength).toBeLessThan(1000);
		terminal.startReading();
		await terminal.see('message 1500 ');
		expect(terminal.output).toMatch(/4\d\d lines are left out here\./);
		expect(terminal.output).toContain('message 501 ');
	});

	test('the linear screen takes the terminal back when the process continues, also if another program has stopped it', async () => {
		let listener = () => {};
		const {terminal} = launch({
			stopProcess: () => void setTimeout(() => listener(), 120),
			onContinue(run) {
				listener = run;
				return () => {};
			},
		});
		terminal.type('half');
		await terminal.see('> half');
		terminal.stdin.setRawMode(false);
		terminal.stdout.write('\u001B[?2004l\r\n$ fg\r\n');
		listener();
		await terminal.until(() => terminal.rows().findLast(row => row !== '') === '> half');
		expect([terminal.rawMode, terminal.modes.bracketedPasteMode]).toEqual([true, true]);
		terminal.type('\u001A');
		await terminal.see('suspended');
		await terminal.until(() => terminal.rows().findLast(row => row !== '') === '> half');
		await new Promise(resolve => setTimeout(resolve, 250));
		expect(terminal.rows().filter(row => row === '> half')).toHaveLength(3);
		expect(terminal.output.split('\u001B[?2004h')).toHaveLength(4);
	});
});
