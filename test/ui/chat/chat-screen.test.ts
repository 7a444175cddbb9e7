import {afterEach, describe, expect, test} from 'vitest';
import {createFakeChatNode, type FakeChatNode, type FakePeer, START} from '../../helpers/fake-chat-node.js';
import {type Chat, type LaunchOptions, launchChat, liveClock} from '../../helpers/launch-chat.js';
import {INPUT_HINT} from '../../helpers/screen-texts.js';

let chat: Chat | undefined;

async function launch(options: LaunchOptions = {}): Promise<Chat> {
	chat = await launchChat(options);
	return chat;
}

afterEach(async () => {
	await chat?.close();
	chat = undefined;
});

/** Carol with the peers Bob and Dave, and `count` numbered messages of Bob. */
function room(count = 0): {chatNode: FakeChatNode; bob: FakePeer; dave: FakePeer} {
	const chatNode = createFakeChatNode();
	const bob = chatNode.join('Bob', '192.168.1.9', {identity: 'b0b0b0b0'});
	const dave = chatNode.join('Dave', '192.168.1.20', {identity: 'da7eda7e'});
	for (let number = 1; number <= count; number++) chatNode.say(bob, `message ${number}`);
	return {chatNode, bob, dave};
}

const CTRL = (letter: string) => String.fromCharCode(letter.charCodeAt(0) - 96);
const ALT = (letter: string) => `\u001B${letter}`;
const PAGE_UP = '\u001B[5~';
const PAGE_DOWN = '\u001B[6~';
const ESC = '\u001B';

describe('the three panes', () => {
	test.each([
		[80, 24],
		[120, 40],
		[40, 10],
	])('are drawn at %dx%d: timeline, peers if wide enough, status line, input', async (columns, rows) => {
		const {chatNode, bob} = room();
		const {terminal} = await launch({columns, rows, chatNode});
		chatNode.say(bob, 'hello everybody');
		await terminal.see('hello everybody');
		const drawn = terminal.rows();
		expect(drawn).toHaveLength(rows);
		expect(drawn[rows - 1]).toContain(INPUT_HINT);
		expect(drawn[rows - 2]).toContain('lan (open)');
		expect(terminal.text().includes('Peers 2/2 and you')).toBe(columns >= 60);
		const row = drawn.find(line => line.includes('hello everybody'));
		expect(row).toContain('Bob');
		expect(row).toContain('192.168.1.9');
		expect(row).toMatch(/\d\d:\d\d/);
		expect(terminal.cursor).toMatchObject({x: 2, y: rows - 1});
	});

	test('show the own name and address and the search for peers from the first frame', async () => {
		const {terminal, chatNode} = await launch({chatNode: createFakeChatNode('Carol', {notYetJoined: true})});
		expect(terminal.rows().at(-2)).toMatch(/^ lan \(open\) {2}Carol 192\.168\.1\.5 {2}peers 0\/0 {2}searching /);
		expect(terminal.rows()[1]).toMatch(/· Carol +you$/);
		expect(terminal.rows()[2]).toMatch(/ 192\.168\.1\.5$/);
		chatNode.join('Bob', '192.168.1.9');
		await terminal.seeNot('searching');
	});

	test('in a narrow terminal show the peers at full width while they have the focus', async () => {
		const {terminal, press} = await launch({columns: 50, rows: 12, chatNode: room().chatNode});
		expect(terminal.text()).not.toContain('Peers 2/2 and you');
		await press(ALT('2'));
		await terminal.see('Peers 2/2 and you');
		expect(terminal.text()).toContain('Dave');
		await press(ESC);
		await terminal.seeNot('Peers 2/2 and you');
	});

	test('in a narrow terminal confirm /peers with a message, since its effect is not visible', async () => {
		const {terminal, press} = await launch({columns: 50, rows: 12, chatNode: room().chatNode});
		await press('/peers\r');
		await terminal.see('Peers pane off (from 60 columns)');
		await press('/peers\r');
		await terminal.see('Peers pane on (from 60 columns)');
	});

	test('are replaced by one line below 30x8, and are back after growing', async () => {
		const {terminal, press} = await launch({chatNode: room(3).chatNode});
		await press('draft');
		terminal.resize(20, 6);
		await terminal.see('Terminal too small');
		terminal.resize(80, 24);
		await terminal.see('message 3');
		expect(terminal.text()).toContain('draft');
	});

	test('are switched by Ctrl+O, by Tab in an empty input, and by Alt with a digit', async () => {
		const {terminal, press} = await launch({chatNode: room(3).chatNode});
		await press(CTRL('o'));
		await terminal.see('▌ 14:00 Bob 192.168.1.9 message 3');
		await press('\t');
		await terminal.until(() => terminal.rows().some(row => /│▌. Bob/.test(row)));
		await press('\t');
		await terminal.until(() => !terminal.text().includes('▌'));
		await press(ALT('1'));
		await terminal.see('▌ 14:00');
		await press('i', 'typed');
		await terminal.see('› typed');
	});

	test('show how to write after an unbound letter in a list', async () => {
		const {terminal, press} = await launch({chatNode: room(1).chatNode});
		await press(CTRL('o'), 'x');
		await terminal.see('Press i or Esc to write');
	});
});

describe('the timeline', () => {
	test('follows the end until the user scrolls, then keeps its position and counts new messages', async () => {
		const {chatNode, bob} = room(100);
		const {terminal, press} = await launch({chatNode});
		await terminal.see('message 100');
		await press(PAGE_UP);
		await terminal.seeNot('message 100');
		const before = terminal.rows().slice(0, 21);
		for (let number = 101; number <= 112; number++) chatNode.say(bob, `message ${number}`);
		await terminal.see('12 new ↓');
		expect(terminal.rows().slice(0, 21)).toEqual(before);
		await press('\u001B[1;5F');
		await terminal.see('message 112');
		expect(terminal.text()).toContain('new since you looked away');
	});

	test('keeps its position when 100,000 older events arrive above', async () => {
		const {chatNode, bob, dave} = room(100);
		const {terminal, press} = await launch({chatNode});
		await press(PAGE_UP, PAGE_UP);
		const before = terminal.rows().slice(0, 21);
		const older = Array.from({length: 100_000}, (_, index) =>
			chatNode.make(dave, {type: 'posted', text: `old ${index}`}, START - 86_400_000 + index),
		);
		chatNode.commit(older, false);
		chatNode.say(bob, 'after the flood');
		await terminal.see('new ↓');
		expect(terminal.rows().slice(0, 21)).toEqual(before);
		await press('\u001B[1;5H');
		await terminal.see('old 0');
	});

	test('keeps the top row after a resize', async () => {
		const {chatNode} = room(100);
		const {terminal, press} = await launch({chatNode});
		await press(PAGE_UP, PAGE_UP);
		const top = terminal.rows()[0]?.match(/message \d+/)?.[0];
		expect(top).toBeDefined();
		for (const [columns, rows] of [
			[100, 30],
			[64, 14],
			[120, 40],
			[70, 24],
			[80, 24],
		] as const) {
			terminal.resize(columns, rows);
			// The terminal itself first cuts or fills rows; the next frame restores the position.
			await terminal.until(() => {
				const drawn = terminal.rows();
				return Boolean(drawn[0]?.includes(`${top} `) && drawn[rows - 1]?.includes(INPUT_HINT));
			});
			await press();
			expect(terminal.rows()[0]).toContain(`${top} `);
		}
	});

	test('folds consecutive joins into one line and separates days by a rule', async () => {
		const {chatNode} = room();
		for (let number = 1; number <= 6; number++)
			chatNode.join(`Guest${number}`, `192.168.1.${100 + number}`, {connect: false});
		const {terminal} = await launch({chatNode});
		expect(terminal.text()).toContain('you, Bob, Dave and 6 more joined');
		expect(terminal.text()).toContain('Sunday 22 November 2026');
		expect(terminal.text().match(/joined/g)).toHaveLength(1);
	});

	test('shows a message sent to nobody as delivered once a later peer stores it', async () => {
		const {terminal, press, chatNode} = await launch({chatNode: createFakeChatNode()});
		await press('anybody?\r');
		await terminal.see('○ 14:00 Carol');
		const bob = chatNode.join('Bob', '192.168.1.9');
		chatNode.publish({type: 'delivered', peer: bob.peer, seq: chatNode.own.seq});
		await terminal.see('✓ 14:00 Carol');
		await press(ALT('1'), '\u001B[A', '\r');
		await terminal.see('stored by 1 peer that joined later');
	});

	test('shows the delivery of own messages', async () => {
		const {chatNode, bob, dave} = room();
		const {terminal, press} = await launch({chatNode});
		await press('to all\r');
		await terminal.see('○ 14:00 Carol');
		chatNode.publish({type: 'delivered', peer: bob.peer, seq: chatNode.own.seq});
		await terminal.see('◐ 14:00 Carol');
		chatNode.publish({type: 'delivered', peer: dave.peer, seq: chatNode.own.seq});
		await terminal.see('✓ 14:00 Carol');
		await press(ALT('1'), '\r');
		await terminal.see('stored by 2 of 2 peers that were connected');
	});

	test('keeps the mention mark of messages to a former name', async () => {
		const {chatNode, bob} = room(2);
		chatNode.say(bob, 'carol: to the old name');
		chatNode.tell(chatNode.own, {type: 'renamed', name: 'Carola'});
		chatNode.say(bob, 'Carola, to the new name');
		const {terminal, press} = await launch({chatNode});
		const marked = () => terminal.rows().filter(row => row.startsWith('@')).length;
		expect(marked()).toBe(2);
		await press(ALT('p'), ALT('p'));
		await terminal.until(() => terminal.rows().some(row => /^▌@.*to the old name/.test(row)));
	});

	test('keeps the mark of the selected message next to the selection bar', async () => {
		const {chatNode, bob, dave} = room();
		const {terminal, press} = await launch({chatNode});
		await press('to all\r');
		for (const {peer} of [bob, dave]) chatNode.publish({type: 'delivered', peer, seq: chatNode.own.seq});
		await terminal.see('✓ 14:00 Carol');
		await press(ALT('1'));
		await terminal.see('▌✓14:00 Carol');
	});

	test('counts the mentions among new messages', async () => {
		const {chatNode, bob} = room(60);
		const {terminal, press} = await launch({chatNode});
		await press(PAGE_UP);
		chatNode.say(bob, 'one');
		chatNode.say(bob, 'Carol: two');
		await terminal.see(' 2 new, 1 for you ↓');
	});

	test('marks mentions with a sign, and Alt+P and Alt+N move between them', async () => {
		const {chatNode, bob} = room(2);
		chatNode.say(bob, 'carol: first');
		for (let number = 0; number < 50; number++) chatNode.say(bob, `noise ${number}`);
		chatNode.say(bob, 'and @Carol second');
		for (let number = 50; number < 100; number++) chatNode.say(bob, `noise ${number}`);
		const {terminal, press} = await launch({chatNode});
		await press(ALT('p'));
		await terminal.see('and @Carol second');
		expect(terminal.rows().find(row => row.includes('second'))).toMatch(/^▌/);
		await press(ALT('p'));
		await terminal.see('carol: first');
		await press(ALT('n'));
		await terminal.see('second');
		expect(terminal.rows().filter(row => row.startsWith('@')).length).toBeLessThanOrEqual(1);
	});

	test('sets the unread rule when the terminal loses the focus, and Alt+U jumps to it', async () => {
		const {chatNode, bob} = room(3);
		const {terminal, press} = await launch({chatNode});
		await press('\u001B[O');
		for (let number = 4; number <= 60; number++) chatNode.say(bob, `message ${number}`);
		await terminal.see('message 60');
		await press('\u001B[I');
		expect(terminal.text()).not.toContain('new since');
		await press(ALT('u'));
		await terminal.see('new since you looked away');
		const rule = terminal.rowOf('new since');
		expect(terminal.rows()[rule + 1]).toMatch(/^▌.*message 4 /);
	});

	test('keeps the unread rule while reading and clears it on sending', async () => {
		const {chatNode, bob} = room(3);
		const {terminal, press} = await launch({chatNode});
		await press('\u001B[O');
		chatNode.say(bob, 'unseen');
		await terminal.see('new since');
		await press('\u001B[I', PAGE_UP, PAGE_DOWN);
		expect(terminal.text()).toContain('new since');
		await press('answer\r');
		await terminal.seeNot('new since');
	});

	test('treats two equal arrows in one read as the wheel: they scroll and do not touch draft or history', async () => {
		const {chatNode} = room(60);
		const {terminal, press} = await launch({chatNode});
		await press('sent before\r', 'draft');
		await press('\u001B[A\u001B[A\u001B[A');
		await terminal.until(() => !terminal.text().includes('sent before'));
		expect(terminal.text()).toContain('› draft');
	});

	test('shows each message with the name of its time', async () => {
		const {chatNode, bob} = room(1);
		chatNode.tell(bob, {type: 'renamed', name: 'Robert'});
		chatNode.say(bob, 'still me');
		const {terminal} = await launch({chatNode});
		expect(terminal.text()).toMatch(/Bob 192\.168\.1\.9 message 1/);
		expect(terminal.text()).toContain('Bob is now called Robert');
		expect(terminal.text()).toMatch(/Robert 192\.168\.1\.9 still me/);
	});
});

describe('hostile names and texts', () => {
	test('cannot drive the terminal', async () => {
		const {chatNode, bob} = room();
		const mallory = chatNode.join('\u001B[31mMal\u202Elory\u001B]52;c;ZXZpbA==\u0007', '6.6.6.6');
		const {terminal} = await launch({chatNode});
		const before = terminal.output.length;
		for (const text of [
			'\u001B[2J\u001B[H wiped',
			'\u001B]52;c;ZXZpbA==\u0007 clip',
			'\u001B]0;owned\u0007 title',
			'\u009B31m c1 \u009D0;x\u009C',
			'a\u202Egnirts\u202C\u2066x\u2069 bidi',
			`z\u200Be\u200Br\u200Bo ${'a\u0301'.repeat(3)}${'\u0301'.repeat(1000)} marks`,
			'\u0007\b\r carriage',
			'\u001B[?1049l\u001B[3J end',
		])
			chatNode.say(mallory, text);
		chatNode.say(bob, 'still here');
		await terminal.see('still here');
		const drawn = terminal.output.slice(before);
		expect(drawn).not.toContain(']52;');
		expect(drawn).not.toContain('[3J');
		expect(drawn).not.toContain('1049l');
		expect(drawn).not.toMatch(/[\u202A-\u202E\u2066-\u2069\u200B]/);
		expect(drawn).not.toMatch(/\u0301{20}/);
		expect(terminal.title).not.toContain('owned');
		expect(terminal.bells).toBe(0);
		expect(terminal.alternate).toBe(true);
		expect(terminal.text()).toContain('wiped');
		expect(terminal.rows().at(-1)).toContain(INPUT_HINT);
	});

	test('of 16 KiB without a space are folded; in the details they wrap and scroll', async () => {
		const {chatNode, bob} = room();
		chatNode.say(bob, `${'x'.repeat(16_000)}END`);
		const {terminal, press} = await launch({chatNode});
		await terminal.see('more lines (Enter: all)');
		expect(terminal.text()).not.toContain('END');
		await press('\u001B1');
		await press('\r');
		await terminal.see('Details');
		await press('G');
		await terminal.see('END');
		await press(PAGE_UP);
		await terminal.seeNot('END');
		expect(terminal.rows()[5]).toMatch(/x{30}/);
	});

	test('with wide and joined characters at the right edge keep the divider in its column', async () => {
		const {chatNode, bob} = room();
		for (const text of [
			'日本語'.repeat(20),
			'العربية '.repeat(12),
			'🇯🇵'.repeat(30),
			`${'a'.repeat(34)}👍🏽`,
			`${'b'.repeat(35)}語`,
		])
			chatNode.say(bob, text);
		const {terminal} = await launch({chatNode});
		await terminal.see('語');
		const dividers = terminal
			.rows()
			.slice(0, 22)
			.map((_, row) => terminal.cell(59, row).text);
		expect(new Set(dividers)).toEqual(new Set(['│']));
	});

	test('of 300 peers do not change the height of the screen', async () => {
		const {chatNode} = room();
		for (let number = 0; number < 300; number++)
			chatNode.join(`${'W'.repeat(40)}${number}`, '10.0.0.1', {connect: false});
		const {terminal, press} = await launch({chatNode});
		expect(terminal.rows()).toHaveLength(24);
		await press(ALT('2'), 'G');
		await terminal.until(() => terminal.rows().some(row => /│▌/.test(row)));
	});
});

describe('the input', () => {
	test('sends a line and Enter of one read', async () => {
		const {terminal, chatNode} = await launch();
		terminal.type('hello\r');
		await terminal.see('Carol 192.168.1.5 hello');
		expect(chatNode.posted).toEqual([{text: 'hello', action: false}]);
		expect(chatNode.calls).toContain('typing');
	});

	test('grows with its lines up to a third of the screen, and the cursor is at the caret', async () => {
		const {terminal, press, chatNode} = await launch();
		await press('one\ntwo\nthree');
		await terminal.see('three');
		expect(
			terminal
				.rows()
				.slice(-3)
				.map(row => row.trim()),
		).toEqual(['› one', 'two', 'three']);
		expect(terminal.cursor).toMatchObject({x: 7, y: 23});
		await press('\u001B[A', '\u001B[D', 'X');
		await terminal.see('twXo');
		expect(terminal.cursor).toMatchObject({x: 5, y: 22});
		await press('\n'.repeat(20));
		expect(terminal.rowOf('lan (open)')).toBe(24 - 8 - 1);
		await press('\r');
		expect(chatNode.posted[0]?.text).toContain('one\ntwX');
	});

	test('places the cursor on the right cell after wide characters', async () => {
		const {terminal, press} = await launch();
		await press('日本👍');
		await terminal.see('日本');
		expect(terminal.cursor).toMatchObject({x: 8, y: 23});
		await press('\u007F', '\u001B[D');
		await terminal.until(() => terminal.cursor.x === 4);
	});

	test('keeps the unsent draft in the history', async () => {
		const {terminal, press} = await launch();
		await press('first\r', 'draft', '\u001B[A');
		await terminal.see('› first');
		await press('\u001B[B');
		await terminal.see('› draft');
	});

	test('completes names, commands and arguments with Tab and shows the choice', async () => {
		const {chatNode, bob} = room();
		chatNode.join('Bobby', '192.168.1.30');
		chatNode.say(bob, 'hi');
		const {terminal, press} = await launch({chatNode});
		await press('bo\t');
		await terminal.see('› Bob:');
		expect(terminal.cursor.x).toBe(7);
		expect(terminal.text()).toContain('[Bob:]');
		expect(terminal.text()).toContain('Bobby:');
		await press('\t');
		await terminal.see('› Bobby:');
		await press(CTRL('c'), '/be\t');
		await terminal.see('› /bell');
		expect(terminal.text()).toContain('/bell mentions|all|off');
		await press('a\t');
		await terminal.see('› /bell all');
		await press(CTRL('c'), 'qqq\t');
		await terminal.see('Nothing to complete');
	});

	test('shows the matching commands after a slash, and the description of the only one left', async () => {
		const {terminal, press} = await launch({columns: 120});
		await press('/');
		await terminal.until(() => /\/help {2}\/name {2}\/me {2}\/who/.test(terminal.rows().at(-2) ?? ''));
		await press('un');
		await terminal.until(() => / \/unread {2}\/unignore +$/.test(terminal.rows().at(-2) ?? ''));
		await press('ignore');
		await terminal.see('/unignore NAME: show a person again');
		await press(CTRL('c'), '/zz');
		await terminal.see('lan (open)');
	});

	test('takes a bracketed paste without sending it; above 20 lines it asks', async () => {
		const {terminal, press, chatNode} = await launch();
		await press('\u001B[200~one\ntwo\u001B[201~');
		await terminal.see('two');
		expect(chatNode.posted).toEqual([]);
		const many = Array.from({length: 30}, (_, index) => `row ${index}`).join('\n');
		await press(CTRL('c'), `\u001B[200~${many}\u001B[201~`);
		await terminal.see('Paste 30 lines into the input?');
		await press(ESC);
		await terminal.seeNot('Paste 30 lines');
		await press(`\u001B[200~${many}\u001B[201~`, '\r');
		await terminal.see('row 29');
		expect(chatNode.posted).toEqual([]);
		await press('\r');
		expect(chatNode.posted[0]?.text).toBe(many);
	});

	test('takes lines pasted without brackets without sending them; above 20 it asks', async () => {
		const {terminal, press, chatNode} = await launch();
		await press('one\rtwo\rthree\r');
		await terminal.see('three');
		expect(chatNode.posted).toEqual([]);
		await press('\r');
		await terminal.until(() => chatNode.posted.length > 0);
		expect(chatNode.posted.map(({text}) => text)).toEqual(['one\ntwo\nthree']);
		await press(Array.from({length: 30}, (_, index) => `row ${index}`).join('\r'));
		await terminal.see('Paste 30 lines into the input?');
		expect(chatNode.posted).toHaveLength(1);
	});

	test('returns a rejected message to the input, with the reason', async () => {
		const {terminal, press, chatNode} = await launch();
		chatNode.refuse = 'too fast: wait a second';
		await press('important\r');
		await terminal.see('too fast: wait a second');
		expect(terminal.text()).toContain('› important');
	});

	test('shows an error for an unknown command and never sends it; // sends a slash', async () => {
		const {terminal, press, chatNode} = await launch();
		await press('/serch x\r');
		await terminal.see('/serch is no command: did you mean /search TEXT?');
		expect(terminal.text()).toContain('› /serch x');
		await press(CTRL('c'), '/name\r');
		await terminal.see('/name needs something behind it: /name NAME');
		expect(chatNode.posted).toEqual([]);
		await press(CTRL('c'), '//etc\r');
		await terminal.see('192.168.1.5 /etc');
	});

	test('clears the draft with Ctrl+C, and undo restores it', async () => {
		const {terminal, press} = await launch();
		await press('precious', CTRL('c'));
		await terminal.see(INPUT_HINT);
		await press('\u001F');
		await terminal.see('› precious');
	});

	test('explains once the characters that macOS types with Option', async () => {
		const {terminal, press} = await launch();
		await press('˜');
		await terminal.see('Option types characters here');
		await press('a', '˜');
		expect(terminal.text()).not.toContain('Option types');
	});
});

describe('search and filter', () => {
	test('search while typing: count and mark matches, and Esc restores the reading position', async () => {
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

	test('show no count for an empty search, and zero for one without matches', async () => {
		const {terminal, press} = await launch({chatNode: room(3).chatNode});
		await press(CTRL('f'));
		await terminal.see('Search:');
		expect(terminal.rows().at(-2)).not.toContain('match');
		await press('zzz');
		await terminal.see('0 matches');
	});

	test('join pasted lines in the search prompt, with and without brackets', async () => {
		const {terminal, press} = await launch({chatNode: room(3).chatNode});
		await press(CTRL('f'), '\u001B[200~message\r2\r\u001B[201~');
		await terminal.see('Search: message 2');
		await terminal.see('1 match');
		await press(CTRL('u'), 'message\r3\r');
		await terminal.see('Search: message 3');
	});

	test('stay at the match with Enter; n and N go on', async () => {
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

	test('show one peer with a filter; Esc shows all again', async () => {
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

	test('hide a person with /ignore and show them with /unignore', async () => {
		const {chatNode, bob, dave} = room();
		chatNode.say(bob, 'from bob');
		chatNode.say(dave, 'from dave');
		const {terminal, press} = await launch({chatNode});
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

describe('the peers', () => {
	test('with the same name are distinguished by fingerprint', async () => {
		const {chatNode} = room();
		chatNode.join('Bob', '192.168.1.77', {identity: 'feedface'});
		const {terminal, press} = await launch({chatNode, columns: 120});
		await terminal.see('Bob#b0b0b0b0');
		expect(terminal.text()).toContain('Bob#feedface');
		await press('/ignore Bob\r');
		await terminal.see('several are called “Bob”; say which: Bob#');
	});

	test('show their state: silent, lost, left, typing, clock', async () => {
		const {chatNode, bob, dave} = room();
		const {terminal} = await launch({chatNode});
		await terminal.see('2 ms');
		chatNode.publish({type: 'link-measured', peer: bob.peer, status: 'suspect'});
		await terminal.until(() => terminal.rows().some(row => /Bob\s+silent/.test(row)));
		chatNode.publish({type: 'link-measured', peer: bob.peer, status: 'connected', clockOffsetMs: 90_000});
		await terminal.until(() => terminal.rows().some(row => /Bob\s+clock/.test(row)));
		chatNode.publish({type: 'typing', peer: dave.peer, until: START + 1_000_000});
		await terminal.see('Dave is typing');
		chatNode.publish({type: 'link-closed', peer: bob.peer});
		chatNode.observe({type: 'peer-disconnected', subject: bob.peer, reason: 'gone', alone: false});
		await terminal.until(() => terminal.rows().some(row => /○ Bob\s+lost/.test(row)));
		chatNode.tell(dave, {type: 'left'});
		await terminal.until(() => terminal.rows().some(row => /× Dave\s+left/.test(row)));
		expect(terminal.text()).toContain('peers 0/1');
	});

	test('that were lost are reported as back', async () => {
		const chatNode = createFakeChatNode();
		const bob = chatNode.join('Bob', '192.168.1.9');
		const {terminal} = await launch({chatNode});
		chatNode.observe({type: 'peer-disconnected', subject: bob.peer, reason: 'lost contact', alone: true});
		await terminal.see('* you lost contact with Bob (192.168.1.9)');
		chatNode.observe({type: 'peer-connected', subject: bob.peer, address: '192.168.1.9'});
		await terminal.see('* contact with Bob (192.168.1.9) is back');
	});

	test('startup warnings are shown until the first key', async () => {
		const startupWarnings = ['first complaint', 'second complaint'];
		const {terminal, press} = await launch({options: {startupWarnings, nameFromSystem: true}});
		expect(terminal.rows().at(-2)).toMatch(/^ first complaint; second complaint +$/);
		await press('a');
		expect(terminal.rows().at(-2)).toMatch(/^ lan \(open\)/);
	});

	test('the hint on a name from the system disappears after some seconds', async () => {
		let now = START;
		const hooks = {clock: {...liveClock, now: () => now}};
		const {terminal} = await launch({hooks, options: {nameFromSystem: true}});
		await terminal.see('/name NAME changes it');
		expect(terminal.text()).not.toContain('lan (open)');
		now += 10_000;
		await terminal.see('lan (open)');
	});

	test('open their details with Enter, starting with the first other peer', async () => {
		const {chatNode, bob} = room();
		const {terminal, press} = await launch({chatNode});
		await press(ALT('2'), '\r');
		await terminal.see('durable identity, verified');
		expect(terminal.text()).toContain(bob.peer.slice(0, 50));
		expect(terminal.text()).toContain('outgoing');
		await press(ESC);
		await terminal.seeNot('durable identity');
	});
});

describe('overlays and states', () => {
	test('help shows keys and commands and scrolls', async () => {
		const {terminal, press} = await launch();
		await press(CTRL('g'));
		await terminal.see('Help  1-');
		expect(terminal.rows().at(-1)).toContain('Write a message, or press Esc');
		expect(terminal.text()).toContain('/name NAME');
		await press(PAGE_DOWN);
		await terminal.see('Anywhere');
		await press('\u001B[F');
		await terminal.see('delivered to all peers that were connected');
		await press(ESC);
		await terminal.see(INPUT_HINT);
	});

	test('the network pane shows the measurements of the node', async () => {
		const {chatNode} = room();
		const {terminal, press} = await launch({chatNode});
		await press('/net\r');
		await terminal.see('ok: nothing is broken here, but nobody else was heard');
		expect(terminal.text()).toContain('Ports: UDP 47474');
		expect(terminal.text()).toContain('sent 6, failed 1 (ENETUNREACH)');
	});

	test('an isolated node shows where it announced itself, how many nodes use another room, and what to do', async () => {
		const {terminal, chatNode} = await launch();
		chatNode.publish(
			{type: 'isolated', isolated: true, tried: ['192.168.1.255 (wlan0)']},
			{type: 'foreign-nodes', count: 3},
		);
		await terminal.see('Nobody else is here');
		expect(terminal.text()).toContain('Peers: only you');
		expect(terminal.text()).toContain('192.168.1.255 (wlan0)');
		expect(terminal.text()).toMatch(/\b3 /);
		expect(terminal.text()).toContain('/peer');
		chatNode.publish({type: 'isolated', isolated: false, tried: []});
		await terminal.seeNot('Nobody else');
	});

	test('a narrow status line drops the own address before the number of peers and the hint on help', async () => {
		const chatNode = createFakeChatNode('Anna-Katharina');
		const {terminal} = await launch({chatNode, columns: 64, rows: 20});
		const status = () => terminal.rows().at(-2)?.trim().split(/ {2,}/);
		expect(status()).toEqual(['lan (open)', 'Anna-Katharina', 'peers 0/0', 'searching', 'Ctrl+G help']);
		terminal.resize(90, 20);
		await terminal.see('Anna-Katharina 192.168.1.5');
		chatNode.publish({type: 'isolated', isolated: true, tried: []});
		await terminal.see('alone, searching');
		terminal.resize(70, 20);
		await terminal.until(() => status()?.includes('Anna-Katharina') === true);
		expect(status()).toEqual(['lan (open)', 'Anna-Katharina', 'peers 0/0', 'alone, searching', 'Ctrl+G help']);
	});

	test.each([
		[66, /^ lan \(open\) {2}Anna-Katharina {2}peers 1\/1 {2}30 of 30 matches {2,}$/],
		[50, /^ lan \(open\) {2}peers 1\/1 {2}30 of 30 matches +$/],
	])(
		'at %d columns the hint on help and the own name are dropped in favour of the activity',
		async (columns, status) => {
			const chatNode = createFakeChatNode('Anna-Katharina');
			const bob = chatNode.join('Bob', '192.168.1.9');
			for (let number = 1; number <= 30; number++) chatNode.say(bob, `message ${number}`);
			const {terminal, press} = await launch({chatNode, columns, rows: 15});
			await press('/search message\r');
			await terminal.until(() => status.test(terminal.rows().at(-2) ?? ''));
		},
	);

	test('without activity the number of peers is kept and the hint on help dropped', async () => {
		const chatNode = createFakeChatNode('Anna-Katharina');
		chatNode.join('Bob', '192.168.1.9');
		const {terminal} = await launch({chatNode, columns: 40, rows: 15});
		await terminal.until(() => / {2}peers 1\/1 +$/.test(terminal.rows().at(-2) ?? ''));
	});

	test.each([
		[50, /^ Help {2}1-12 of \d+ {2}PgUp, PgDn {3}Esc: close +$/],
		[34, /^ Help {2}1-12 of \d+ {3}Esc: close +$/],
	])('at %d columns the title of a long overlay names the keys that fit', async (columns, title) => {
		const {terminal, press} = await launch({columns, rows: 15});
		await press(CTRL('g'));
		await terminal.until(() => title.test(terminal.rows()[0] ?? ''));
	});

	test('an isolated node mentions nodes in another room once, and in the status line', async () => {
		const {terminal, chatNode} = await launch({columns: 80, rows: 24});
		chatNode.observe({
			type: 'notice',
			level: 'warn',
			code: 'strangers',
			text: '2 nodes here are in another room, or so',
		});
		chatNode.publish({type: 'isolated', isolated: true, tried: []}, {type: 'foreign-nodes', count: 2});
		await terminal.see('Nobody else is here');
		expect(terminal.text().match(/nodes here are in another room/g)).toHaveLength(1);
		expect(terminal.rows().at(-2)).toContain('alone; 2 nodes nearby in another room');
	});

	test('the status line shows the progress of syncing and a log that is not saved', async () => {
		const {terminal, chatNode} = await launch({columns: 120});
		chatNode.publish({type: 'sync-progress', received: 300, expected: 1200});
		await terminal.see('syncing 300/1200 (25 %)');
		chatNode.publish(
			{type: 'sync-progress', received: 0, expected: 0},
			{type: 'persistence', saving: false, reason: 'disk full'},
		);
		await terminal.see('NOT SAVED: disk full');
	});

	test('the status line shows whether the room has a secret; the first start explains the name', async () => {
		const chatNode = createFakeChatNode('carol', {hasSecret: true, room: 'ops'});
		const {terminal, press} = await launch({chatNode, options: {nameFromSystem: true}});
		await terminal.see('/name NAME changes it');
		await press('/name Carla\r');
		await terminal.see('you joined as carol');
		await terminal.see('ops (secret)');
		expect(terminal.text()).toContain('Carla');
	});

	test('notices are marked in the timeline', async () => {
		const {terminal, chatNode} = await launch();
		chatNode.observe({
			type: 'notice',
			level: 'warn',
			code: 'log-damaged',
			text: '120 bytes of the log are damaged at 4096',
		});
		await terminal.see('! 120 bytes of the log are damaged');
	});
});

describe('notifications', () => {
	test('ring only for an absent user, for mentions, at most once in 5 s; the title counts', async () => {
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
		expect(terminal.output).toContain('\u001B]9;Bob in lan: Carol: hey');
		await press('\u001B[I');
		await terminal.until(() => terminal.title === 'lan - p2pchat-ink');
	});
});

describe('copying and links', () => {
	test('y copies the message with the clipboard tool, else with OSC 52', async () => {
		const {chatNode, bob} = room();
		chatNode.say(bob, 'copy mé');
		const {terminal, press} = await launch({chatNode});
		await press(ALT('1'), 'y');
		await terminal.see('If it is empty, use /copy');
		expect(terminal.output).toContain(`\u001B]52;c;${Buffer.from('copy mé').toString('base64')}\u0007`);
		await chat?.close();
		const copied: string[] = [];
		const local = await launch({chatNode, hooks: {copyText: async text => copied.push(text) > 0}});
		await local.press(ALT('1'), 'y');
		await local.terminal.see('Copied');
		expect(copied).toEqual(['copy mé']);
		expect(local.terminal.output).not.toContain(']52;');
	});

	test('o shows the whole address and asks before it opens it', async () => {
		const {chatNode, bob} = room();
		chatNode.say(bob, 'see https://example.org/a?b=1.');
		const opened: string[] = [];
		const {terminal, press} = await launch({chatNode, hooks: {openUrl: async url => void opened.push(url)}});
		await press(ALT('1'), 'o');
		await terminal.see('Open this link?');
		expect(terminal.text()).toContain('https://example.org/a?b=1');
		await press('n');
		expect(opened).toEqual([]);
		await press('o', 'y');
		await terminal.see('Opened');
		expect(opened).toEqual(['https://example.org/a?b=1']);
	});

	test('the copy view shows logical lines that the terminal wraps, and any key returns', async () => {
		const {chatNode, bob} = room();
		const url = `https://example.org/${'path/'.repeat(30)}end`;
		chatNode.say(bob, url);
		const {terminal, press} = await launch({chatNode});
		await press('draft', ALT('l'));
		await terminal.see('Press any key to return');
		expect(terminal.output).toContain(`Bob (192.168.1.9): ${url}`);
		expect(terminal.modes.wraparoundMode).toBe(true);
		expect(terminal.text()).not.toContain('│');
		await press('x');
		await terminal.see('› draft');
		expect(terminal.text()).not.toContain('draftx');
		expect(terminal.modes.wraparoundMode).toBe(false);
	});

	test('r quotes the message in front of the draft', async () => {
		const {chatNode, bob} = room();
		chatNode.say(bob, 'the point');
		const {terminal, press} = await launch({chatNode});
		await press('I agree', ALT('1'), 'r');
		await terminal.see('> the point');
		expect(terminal.text()).toContain('I agree');
	});
});

describe('terminal output', () => {
	test('uses ASCII glyphs only without UTF-8', async () => {
		const {chatNode} = room(50);
		const {terminal, press} = await launch({chatNode, environment: {TERM: 'xterm', LANG: 'C'}});
		await press(PAGE_UP, CTRL('g'));
		await terminal.see('Help');
		await press(ESC, ALT('1'));
		// biome-ignore lint/suspicious/noControlCharactersInRegex: what is ASCII
		expect(terminal.text().replaceAll('↑', '').replaceAll('↓', '')).toMatch(/^[\u0000-\u007F]*$/);
	});

	test('has no colour with NO_COLOR, and loses no information', async () => {
		const {chatNode, bob} = room(3);
		chatNode.say(bob, 'Carol: hi');
		const {terminal} = await launch({
			chatNode,
			environment: {TERM: 'xterm-256color', LANG: 'C.UTF-8', NO_COLOR: '1'},
		});
		await terminal.see('@ 14:00');
		// biome-ignore lint/suspicious/noControlCharactersInRegex: SGR begins with it
		expect(terminal.output).not.toMatch(/\u001B\[(?:[\d;]*;)?(?:3[0-8]|4[0-8]|9[0-7])[;m]/);
	});

	test('is at most 300 bytes for a typed letter', async () => {
		const {chatNode} = room(100);
		const {terminal, press} = await launch({chatNode, columns: 120, rows: 40});
		await press('some text already');
		const before = terminal.output.length;
		await press('x');
		await terminal.see('alreadyx');
		expect(terminal.output.length - before).toBeLessThanOrEqual(300);
	});

	test('never wipes the scrollback, and never writes CSI 3J', async () => {
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
		await chat?.close();
		expect(terminal.normalText()).toContain('what stood there before');
		chat = undefined;
	});
});

describe('exit', () => {
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

	test('/quit prints where the log is and how to replay it', async () => {
		const {terminal} = await expectExit(running => running.press('/quit\r'), 'quit');
		expect(terminal.normalText()).toContain('Log: /home/carol/logs/lan.p2plog');
		expect(terminal.normalText()).toContain('p2pchat-ink replay /home/carol/logs/lan.p2plog');
	});

	test('Ctrl+C asks, a second one within 2 s quits, another key stays', async () => {
		await expectExit(async running => {
			await running.press(CTRL('c'));
			await running.terminal.see('Leave the chat?');
			await running.press('x');
			await running.terminal.seeNot('Leave the chat?');
			expect(running.terminal.text()).toContain('› x');
			await running.press(CTRL('c'), CTRL('c'), CTRL('c'));
		}, 'quit');
	});

	test('Ctrl+D quits on an empty input, but not right after a deletion', async () => {
		await expectExit(async running => {
			await running.press('x', '\u007F', CTRL('d'));
			expect(running.exit()).toBeUndefined();
			await running.press('x', CTRL('c'), CTRL('d'));
		}, 'quit');
	});

	test('a signal and a closed terminal', async () => {
		await expectExit(async running => running.screen.stop('signal'), 'signal');
		await expectExit(async running => running.terminal.hangUp(), 'input-ended');
	});

	test('a crash inside a component', async () => {
		const {terminal} = await expectExit(async running => {
			running.chatNode.report = undefined as never;
			await running.press('/net\r');
		}, 'crashed');
		expect(terminal.normalText()).toContain('p2pchat-ink crashed');
		expect(terminal.normalText()).toContain('replay');
	});

	test('suspending restores the terminal and resuming draws the screen again', async () => {
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
});
