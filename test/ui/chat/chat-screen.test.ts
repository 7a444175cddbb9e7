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

/** Carol with Bob and Dave, and `count` numbered messages of Bob. */
function room(count = 0): {session: FakeChatNode; bob: FakePeer; dave: FakePeer} {
	const session = createFakeChatNode();
	const bob = session.join('Bob', '192.168.1.9', {identity: 'b0b0b0b0'});
	const dave = session.join('Dave', '192.168.1.20', {identity: 'da7eda7e'});
	for (let number = 1; number <= count; number++) session.say(bob, `message ${number}`);
	return {session, bob, dave};
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
	])('stand at %dx%d: timeline, peers where there is room, status, input', async (columns, rows) => {
		const {session, bob} = room();
		const {terminal} = await launch({columns, rows, chatNode: session});
		session.say(bob, 'hello everybody');
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

	test('from the first frame our name and address stand there, and that others are looked for', async () => {
		const {terminal, chatNode} = await launch({chatNode: createFakeChatNode('Carol', {notYetJoined: true})});
		expect(terminal.rows().at(-2)).toMatch(/^ lan \(open\) {2}Carol 192\.168\.1\.5 {2}peers 0\/0 {2}looking /);
		expect(terminal.rows()[1]).toMatch(/· Carol +you$/);
		expect(terminal.rows()[2]).toMatch(/ 192\.168\.1\.5$/);
		chatNode.join('Bob', '192.168.1.9');
		await terminal.seeNot('looking');
	});

	test('narrow: focus on the peers shows the list at full width', async () => {
		const {terminal, press} = await launch({columns: 50, rows: 12, chatNode: room().session});
		expect(terminal.text()).not.toContain('Peers 2/2 and you');
		await press(ALT('2'));
		await terminal.see('Peers 2/2 and you');
		expect(terminal.text()).toContain('Dave');
		await press(ESC);
		await terminal.seeNot('Peers 2/2 and you');
	});

	test('narrow: /peers says what it did, since nothing is seen of it', async () => {
		const {terminal, press} = await launch({columns: 50, rows: 12, chatNode: room().session});
		await press('/peers\r');
		await terminal.see('peers pane off, from 60 columns on');
		await press('/peers\r');
		await terminal.see('peers pane on, from 60 columns on');
	});

	test('below 30x8 one line says so, and all is back after growing', async () => {
		const {terminal, press} = await launch({chatNode: room(3).session});
		await press('draft');
		terminal.resize(20, 6);
		await terminal.see('too small');
		terminal.resize(80, 24);
		await terminal.see('message 3');
		expect(terminal.text()).toContain('draft');
	});

	test('panes are switched by Ctrl+O, Tab on an empty input, and Alt with a digit', async () => {
		const {terminal, press} = await launch({chatNode: room(3).session});
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

	test('unbound letters in a list say how to type', async () => {
		const {terminal, press} = await launch({chatNode: room(1).session});
		await press(CTRL('o'), 'x');
		await terminal.see('i or Esc: type');
	});
});

describe('the timeline', () => {
	test('follows the end until the reader scrolls; then says what is new and holds its place', async () => {
		const {session, bob} = room(100);
		const {terminal, press} = await launch({chatNode: session});
		await terminal.see('message 100');
		await press(PAGE_UP);
		await terminal.seeNot('message 100');
		const before = terminal.rows().slice(0, 21);
		for (let number = 101; number <= 112; number++) session.say(bob, `message ${number}`);
		await terminal.see('12 new ↓');
		expect(terminal.rows().slice(0, 21)).toEqual(before);
		await press('\u001B[1;5F');
		await terminal.see('message 112');
		expect(terminal.text()).toContain('new since you looked away');
	});

	test('100,000 older events that come in above move nothing', async () => {
		const {session, bob, dave} = room(100);
		const {terminal, press} = await launch({chatNode: session});
		await press(PAGE_UP, PAGE_UP);
		const before = terminal.rows().slice(0, 21);
		const older = Array.from({length: 100_000}, (_, index) =>
			session.make(dave, {type: 'posted', text: `old ${index}`}, START - 86_400_000 + index),
		);
		session.commit(older, false);
		session.say(bob, 'after the flood');
		await terminal.see('new ↓');
		expect(terminal.rows().slice(0, 21)).toEqual(before);
		await press('\u001B[1;5H');
		await terminal.see('old 0');
	});

	test('a resize keeps the row at the top', async () => {
		const {session} = room(100);
		const {terminal, press} = await launch({chatNode: session});
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
			// The terminal itself first cuts or fills rows; the frame that follows puts the reader back.
			await terminal.until(() => {
				const drawn = terminal.rows();
				return Boolean(drawn[0]?.includes(`${top} `) && drawn[rows - 1]?.includes(INPUT_HINT));
			});
			await press();
			expect(terminal.rows()[0]).toContain(`${top} `);
		}
	});

	test('joined and left in a row fold into one line; days have a rule', async () => {
		const {session} = room();
		for (let number = 1; number <= 6; number++)
			session.join(`Guest${number}`, `192.168.1.${100 + number}`, {connect: false});
		const {terminal} = await launch({chatNode: session});
		expect(terminal.text()).toContain('you, Bob, Dave and 6 more joined');
		expect(terminal.text()).toContain('Sunday 22 November 2026');
		expect(terminal.text().match(/joined/g)).toHaveLength(1);
	});

	test('what was said to nobody is shown as held once somebody who came has it', async () => {
		const {terminal, press, chatNode: session} = await launch({chatNode: createFakeChatNode()});
		await press('anybody?\r');
		await terminal.see('○ 14:00 Carol');
		const bob = session.join('Bob', '192.168.1.9');
		session.publish({type: 'delivered', peer: bob.peer, seq: session.own.seq});
		await terminal.see('✓ 14:00 Carol');
		await press(ALT('1'), '\u001B[A', '\r');
		await terminal.see('on the disk of 1 who');
	});

	test('own messages show how far they got', async () => {
		const {session, bob, dave} = room();
		const {terminal, press} = await launch({chatNode: session});
		await press('to all\r');
		await terminal.see('○ 14:00 Carol');
		session.publish({type: 'delivered', peer: bob.peer, seq: session.own.seq});
		await terminal.see('◐ 14:00 Carol');
		session.publish({type: 'delivered', peer: dave.peer, seq: session.own.seq});
		await terminal.see('✓ 14:00 Carol');
		await press(ALT('1'), '\r');
		await terminal.see('on the disk of 2 of the 2');
	});

	test('a new name takes no mark from what was said to the old one', async () => {
		const {session, bob} = room(2);
		session.say(bob, 'carol: to the old name');
		session.tell(session.own, {type: 'renamed', name: 'Carola'});
		session.say(bob, 'Carola, to the new name');
		const {terminal, press} = await launch({chatNode: session});
		const marked = () => terminal.rows().filter(row => row.startsWith('@')).length;
		expect(marked()).toBe(2);
		await press(ALT('p'), ALT('p'));
		await terminal.until(() => terminal.rows().some(row => /^▌@.*to the old name/.test(row)));
	});

	test('what is selected keeps its mark behind the bar', async () => {
		const {session, bob, dave} = room();
		const {terminal, press} = await launch({chatNode: session});
		await press('to all\r');
		for (const {peer} of [bob, dave]) session.publish({type: 'delivered', peer, seq: session.own.seq});
		await terminal.see('✓ 14:00 Carol');
		await press(ALT('1'));
		await terminal.see('▌✓14:00 Carol');
	});

	test('what is new below says how much of it speaks to us', async () => {
		const {session, bob} = room(60);
		const {terminal, press} = await launch({chatNode: session});
		await press(PAGE_UP);
		session.say(bob, 'one');
		session.say(bob, 'Carol: two');
		await terminal.see(' 2 new, 1 for you ↓');
	});

	test('mentions stand out by a sign, and Alt+P and Alt+N go from one to the next', async () => {
		const {session, bob} = room(2);
		session.say(bob, 'carol: first');
		for (let number = 0; number < 50; number++) session.say(bob, `noise ${number}`);
		session.say(bob, 'and @Carol second');
		for (let number = 50; number < 100; number++) session.say(bob, `noise ${number}`);
		const {terminal, press} = await launch({chatNode: session});
		await press(ALT('p'));
		await terminal.see('and @Carol second');
		expect(terminal.rows().find(row => row.includes('second'))).toMatch(/^▌/);
		await press(ALT('p'));
		await terminal.see('carol: first');
		await press(ALT('n'));
		await terminal.see('second');
		expect(terminal.rows().filter(row => row.startsWith('@')).length).toBeLessThanOrEqual(1);
	});

	test('the unread rule is set when the terminal loses the focus, and Alt+U goes there', async () => {
		const {session, bob} = room(3);
		const {terminal, press} = await launch({chatNode: session});
		await press('\u001B[O');
		for (let number = 4; number <= 60; number++) session.say(bob, `message ${number}`);
		await terminal.see('message 60');
		await press('\u001B[I');
		expect(terminal.text()).not.toContain('new since');
		await press(ALT('u'));
		await terminal.see('new since you looked away');
		const rule = terminal.rowOf('new since');
		expect(terminal.rows()[rule + 1]).toMatch(/^▌.*message 4 /);
	});

	test('looking at the view does not clear the rule; sending does', async () => {
		const {session, bob} = room(3);
		const {terminal, press} = await launch({chatNode: session});
		await press('\u001B[O');
		session.say(bob, 'unseen');
		await terminal.see('new since');
		await press('\u001B[I', PAGE_UP, PAGE_DOWN);
		expect(terminal.text()).toContain('new since');
		await press('answer\r');
		await terminal.seeNot('new since');
	});

	test('two equal arrows in one read are the wheel: they scroll and leave draft and history alone', async () => {
		const {session} = room(60);
		const {terminal, press} = await launch({chatNode: session});
		await press('sent before\r', 'draft');
		await press('\u001B[A\u001B[A\u001B[A');
		await terminal.until(() => !terminal.text().includes('sent before'));
		expect(terminal.text()).toContain('› draft');
	});

	test('names that were changed keep the name of their time', async () => {
		const {session, bob} = room(1);
		session.tell(bob, {type: 'renamed', name: 'Robert'});
		session.say(bob, 'still me');
		const {terminal} = await launch({chatNode: session});
		expect(terminal.text()).toMatch(/Bob 192\.168\.1\.9 message 1/);
		expect(terminal.text()).toContain('Bob is now called Robert');
		expect(terminal.text()).toMatch(/Robert 192\.168\.1\.9 still me/);
	});
});

describe('hostile names and texts', () => {
	test('cannot drive the terminal', async () => {
		const {session, bob} = room();
		const mallory = session.join('\u001B[31mMal\u202Elory\u001B]52;c;ZXZpbA==\u0007', '6.6.6.6');
		const {terminal} = await launch({chatNode: session});
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
			session.say(mallory, text);
		session.say(bob, 'still here');
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

	test('16 KiB without a space are folded; in the details they wrap and scroll', async () => {
		const {session, bob} = room();
		session.say(bob, `${'x'.repeat(16_000)}END`);
		const {terminal, press} = await launch({chatNode: session});
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

	test('wide and joined characters at the right edge keep the divider in its column', async () => {
		const {session, bob} = room();
		for (const text of [
			'日本語'.repeat(20),
			'العربية '.repeat(12),
			'🇯🇵'.repeat(30),
			`${'a'.repeat(34)}👍🏽`,
			`${'b'.repeat(35)}語`,
		])
			session.say(bob, text);
		const {terminal} = await launch({chatNode: session});
		await terminal.see('語');
		const dividers = terminal
			.rows()
			.slice(0, 22)
			.map((_, row) => terminal.cell(59, row).text);
		expect(new Set(dividers)).toEqual(new Set(['│']));
	});

	test('a flood of distinct peers keeps its height', async () => {
		const {session} = room();
		for (let number = 0; number < 300; number++)
			session.join(`${'W'.repeat(40)}${number}`, '10.0.0.1', {connect: false});
		const {terminal, press} = await launch({chatNode: session});
		expect(terminal.rows()).toHaveLength(24);
		await press(ALT('2'), 'G');
		await terminal.until(() => terminal.rows().some(row => /│▌/.test(row)));
	});
});

describe('the input', () => {
	test('a line and Enter in one read are sent', async () => {
		const {terminal, chatNode: session} = await launch();
		terminal.type('hello\r');
		await terminal.see('Carol 192.168.1.5 hello');
		expect(session.posted).toEqual([{text: 'hello', action: false}]);
		expect(session.calls).toContain('typing');
	});

	test('grows with its lines up to a third of the screen; the caret stands where the text is', async () => {
		const {terminal, press, chatNode: session} = await launch();
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
		expect(session.posted[0]?.text).toContain('one\ntwX');
	});

	test('the caret of a draft with wide characters stands on the right cell', async () => {
		const {terminal, press} = await launch();
		await press('日本👍');
		await terminal.see('日本');
		expect(terminal.cursor).toMatchObject({x: 8, y: 23});
		await press('\u007F', '\u001B[D');
		await terminal.until(() => terminal.cursor.x === 4);
	});

	test('history keeps the unsent draft', async () => {
		const {terminal, press} = await launch();
		await press('first\r', 'draft', '\u001B[A');
		await terminal.see('› first');
		await press('\u001B[B');
		await terminal.see('› draft');
	});

	test('Tab completes names with a visible choice, commands, and their arguments', async () => {
		const {session, bob} = room();
		session.join('Bobby', '192.168.1.30');
		session.say(bob, 'hi');
		const {terminal, press} = await launch({chatNode: session});
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
		await terminal.see('nothing to complete');
	});

	test('a slash shows the commands at once, fewer with every letter, and what the one that is left does', async () => {
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

	test('a bracketed paste is kept whole and not sent; above 20 lines it asks', async () => {
		const {terminal, press, chatNode: session} = await launch();
		await press('\u001B[200~one\ntwo\u001B[201~');
		await terminal.see('two');
		expect(session.posted).toEqual([]);
		const many = Array.from({length: 30}, (_, index) => `row ${index}`).join('\n');
		await press(CTRL('c'), `\u001B[200~${many}\u001B[201~`);
		await terminal.see('Paste 30 lines into the input?');
		await press(ESC);
		await terminal.seeNot('Paste 30 lines');
		await press(`\u001B[200~${many}\u001B[201~`, '\r');
		await terminal.see('row 29');
		expect(session.posted).toEqual([]);
		await press('\r');
		expect(session.posted[0]?.text).toBe(many);
	});

	test('lines pasted without brackets stand in the input and are not sent; above 20 it asks', async () => {
		const {terminal, press, chatNode: session} = await launch();
		await press('one\rtwo\rthree\r');
		await terminal.see('three');
		expect(session.posted).toEqual([]);
		await press('\r');
		await terminal.until(() => session.posted.length > 0);
		expect(session.posted.map(({text}) => text)).toEqual(['one\ntwo\nthree']);
		await press(Array.from({length: 30}, (_, index) => `row ${index}`).join('\r'));
		await terminal.see('Paste 30 lines into the input?');
		expect(session.posted).toHaveLength(1);
	});

	test('a refused message is back in the input, with the reason', async () => {
		const {terminal, press, chatNode: session} = await launch();
		session.refuse = 'too fast: wait a second';
		await press('important\r');
		await terminal.see('too fast: wait a second');
		expect(terminal.text()).toContain('› important');
	});

	test('an unknown command is an error line and never sent; // sends a slash', async () => {
		const {terminal, press, chatNode: session} = await launch();
		await press('/serch x\r');
		await terminal.see('/serch is no command: did you mean /search TEXT?');
		expect(terminal.text()).toContain('› /serch x');
		await press(CTRL('c'), '/name\r');
		await terminal.see('/name needs something behind it: /name NAME');
		expect(session.posted).toEqual([]);
		await press(CTRL('c'), '//etc\r');
		await terminal.see('192.168.1.5 /etc');
	});

	test('Ctrl+C clears the draft, undo restores it', async () => {
		const {terminal, press} = await launch();
		await press('precious', CTRL('c'));
		await terminal.see(INPUT_HINT);
		await press('\u001F');
		await terminal.see('› precious');
	});

	test('what macOS types with Option is hinted at once', async () => {
		const {terminal, press} = await launch();
		await press('˜');
		await terminal.see('Option types characters here');
		await press('a', '˜');
		expect(terminal.text()).not.toContain('Option types');
	});
});

describe('search and filter', () => {
	test('searches while typing, counts, marks, and Esc goes back to where the reader was', async () => {
		const {session, bob} = room(80);
		session.say(bob, 'the needle is here');
		for (let number = 81; number <= 160; number++) session.say(bob, `message ${number}`);
		const {terminal, press} = await launch({chatNode: session});
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

	test('an empty search says nothing of matches, one that finds nothing does', async () => {
		const {terminal, press} = await launch({chatNode: room(3).session});
		await press(CTRL('f'));
		await terminal.see('Search:');
		expect(terminal.rows().at(-2)).not.toContain('match');
		await press('zzz');
		await terminal.see('0 matches');
	});

	test('lines pasted into the search stand in its row, in brackets or not', async () => {
		const {terminal, press} = await launch({chatNode: room(3).session});
		await press(CTRL('f'), '\u001B[200~message\r2\r\u001B[201~');
		await terminal.see('Search: message 2');
		await terminal.see('1 match');
		await press(CTRL('u'), 'message\r3\r');
		await terminal.see('Search: message 3');
	});

	test('Enter stays at the match; n and N go on', async () => {
		const {session} = room(120);
		const {terminal, press} = await launch({chatNode: session});
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

	test('a filter shows one peer and keeps the place; Esc shows all again', async () => {
		const {session, bob, dave} = room(30);
		for (let number = 0; number < 60; number++) session.say(number % 2 ? bob : dave, `mixed ${number}`);
		const {terminal, press} = await launch({chatNode: session});
		await press('/peers Dave\r');
		await terminal.see('only Dave');
		expect(terminal.text()).toContain('mixed 58');
		expect(terminal.text()).not.toContain('mixed 59');
		await press(ESC);
		await terminal.see('mixed 59');
	});

	test('/ignore hides a person, asks the session to stop asking, /unignore shows them again', async () => {
		const {session, bob, dave} = room();
		session.say(bob, 'from bob');
		session.say(dave, 'from dave');
		const {terminal, press} = await launch({chatNode: session});
		await press('/ignore Bob\r');
		await terminal.seeNot('from bob');
		expect(terminal.text()).toContain('from dave');
		expect(session.calls).toContain(`ignore ${bob.peer}`);
		expect(terminal.rows().some(row => /● Bob +ignored/.test(row))).toBe(true);
		await press('/unignore bob\r');
		await terminal.see('from bob');
		expect(terminal.rows().some(row => / ignored/.test(row))).toBe(false);
	});
});

describe('the peers', () => {
	test('namesakes are told apart by fingerprint', async () => {
		const {session} = room();
		session.join('Bob', '192.168.1.77', {identity: 'feedface'});
		const {terminal, press} = await launch({chatNode: session, columns: 120});
		await terminal.see('Bob#b0b0b0b0');
		expect(terminal.text()).toContain('Bob#feedface');
		await press('/ignore Bob\r');
		await terminal.see('several are called “Bob”; say which: Bob#');
	});

	test('states: silent, lost, left, typing, clock', async () => {
		const {session, bob, dave} = room();
		const {terminal} = await launch({chatNode: session});
		await terminal.see('2 ms');
		session.publish({type: 'link-measured', peer: bob.peer, status: 'suspect'});
		await terminal.until(() => terminal.rows().some(row => /Bob\s+silent/.test(row)));
		session.publish({type: 'link-measured', peer: bob.peer, status: 'connected', clockOffsetMs: 90_000});
		await terminal.until(() => terminal.rows().some(row => /Bob\s+clock/.test(row)));
		session.publish({type: 'typing', peer: dave.peer, until: START + 1_000_000});
		await terminal.see('Dave is typing');
		session.publish({type: 'link-closed', peer: bob.peer});
		session.observe({type: 'peer-disconnected', subject: bob.peer, reason: 'gone', alone: false});
		await terminal.until(() => terminal.rows().some(row => /○ Bob\s+lost/.test(row)));
		session.tell(dave, {type: 'left'});
		await terminal.until(() => terminal.rows().some(row => /× Dave\s+left/.test(row)));
		expect(terminal.text()).toContain('peers 0/1');
	});

	test('the last one whom we lost contact with is said to be back', async () => {
		const session = createFakeChatNode();
		const bob = session.join('Bob', '192.168.1.9');
		const {terminal} = await launch({chatNode: session});
		session.observe({type: 'peer-disconnected', subject: bob.peer, reason: 'lost contact', alone: true});
		await terminal.see('* you lost contact with Bob (192.168.1.9)');
		session.observe({type: 'peer-connected', subject: bob.peer, address: '192.168.1.9'});
		await terminal.see('* contact with Bob (192.168.1.9) is back');
	});

	test('what was complained of before the screen stood is said until the first key', async () => {
		const startupWarnings = ['first complaint', 'second complaint'];
		const {terminal, press} = await launch({options: {startupWarnings, nameFromSystem: true}});
		expect(terminal.rows().at(-2)).toMatch(/^ first complaint; second complaint +$/);
		await press('a');
		expect(terminal.rows().at(-2)).toMatch(/^ lan \(open\)/);
	});

	test('the hint on a name of the system gives the status line back', async () => {
		let now = START;
		const hooks = {clock: {...liveClock, now: () => now}};
		const {terminal} = await launch({hooks, options: {nameFromSystem: true}});
		await terminal.see('/name NAME changes it');
		expect(terminal.text()).not.toContain('lan (open)');
		now += 10_000;
		await terminal.see('lan (open)');
	});

	test('details of a peer open with Enter: of the first who is not us', async () => {
		const {session, bob} = room();
		const {terminal, press} = await launch({chatNode: session});
		await press(ALT('2'), '\r');
		await terminal.see('durable identity, verified');
		expect(terminal.text()).toContain(bob.peer.slice(0, 50));
		expect(terminal.text()).toContain('we dialled');
		await press(ESC);
		await terminal.seeNot('durable identity');
	});
});

describe('overlays and states', () => {
	test('help shows every key and command and scrolls', async () => {
		const {terminal, press} = await launch();
		await press(CTRL('g'));
		await terminal.see('Help  1-');
		expect(terminal.rows().at(-1)).toContain('what you type comes here');
		expect(terminal.text()).toContain('/name NAME');
		await press(PAGE_DOWN);
		await terminal.see('Anywhere');
		await press('\u001B[F');
		await terminal.see('held by all who were there');
		await press(ESC);
		await terminal.see(INPUT_HINT);
	});

	test('the network pane shows what the session measures', async () => {
		const {session} = room();
		const {terminal, press} = await launch({chatNode: session});
		await press('/net\r');
		await terminal.see('ok: nothing is broken here, but nobody else was heard');
		expect(terminal.text()).toContain('Ports: UDP 47474');
		expect(terminal.text()).toContain('sent 6, failed 1 (ENETUNREACH)');
	});

	test('alone: says what was announced where, who is near in another room, and what to do', async () => {
		const {terminal, chatNode: session} = await launch();
		session.publish(
			{type: 'isolated', isolated: true, tried: ['192.168.1.255 (wlan0)']},
			{type: 'foreign-nodes', count: 3},
		);
		await terminal.see('Nobody else is here');
		expect(terminal.text()).toContain('Peers: only you');
		expect(terminal.text()).toContain('192.168.1.255 (wlan0)');
		expect(terminal.text()).toMatch(/\b3 /);
		expect(terminal.text()).toContain('/peer');
		session.publish({type: 'isolated', isolated: false, tried: []});
		await terminal.seeNot('Nobody else');
	});

	test('narrow: the status line leaves out our address before the number of peers or the hint on help', async () => {
		const session = createFakeChatNode('Anna-Katharina');
		const {terminal} = await launch({chatNode: session, columns: 62, rows: 20});
		const status = () => terminal.rows().at(-2)?.trim().split(/ {2,}/);
		expect(status()).toEqual(['lan (open)', 'Anna-Katharina', 'peers 0/0', 'looking', 'Ctrl+G help']);
		terminal.resize(90, 20);
		await terminal.see('Anna-Katharina 192.168.1.5');
		session.publish({type: 'isolated', isolated: true, tried: []});
		await terminal.see('alone, looking');
		terminal.resize(70, 20);
		await terminal.until(() => status()?.includes('Anna-Katharina') === true);
		expect(status()).toEqual(['lan (open)', 'Anna-Katharina', 'peers 0/0', 'alone, looking', 'Ctrl+G help']);
	});

	test.each([
		[66, /^ lan \(open\) {2}Anna-Katharina {2}peers 1\/1 {2}30 of 30 matches {2,}$/],
		[50, /^ lan \(open\) {2}peers 1\/1 {2}30 of 30 matches +$/],
	])('at %d columns the hint on help and our name give way to what goes on', async (columns, status) => {
		const session = createFakeChatNode('Anna-Katharina');
		const bob = session.join('Bob', '192.168.1.9');
		for (let number = 1; number <= 30; number++) session.say(bob, `message ${number}`);
		const {terminal, press} = await launch({chatNode: session, columns, rows: 15});
		await press('/search message\r');
		await terminal.until(() => status.test(terminal.rows().at(-2) ?? ''));
	});

	test('where nothing goes on the number of peers stays rather than the hint on help', async () => {
		const session = createFakeChatNode('Anna-Katharina');
		session.join('Bob', '192.168.1.9');
		const {terminal} = await launch({chatNode: session, columns: 40, rows: 15});
		await terminal.until(() => / {2}peers 1\/1 +$/.test(terminal.rows().at(-2) ?? ''));
	});

	test.each([
		[50, /^ Help {2}1-12 of \d+ {2}PgUp, PgDn {3}Esc: close +$/],
		[34, /^ Help {2}1-12 of \d+ {3}Esc: close +$/],
	])('at %d columns a long overlay names its keys as far as there is room', async (columns, title) => {
		const {terminal, press} = await launch({columns, rows: 15});
		await press(CTRL('g'));
		await terminal.until(() => title.test(terminal.rows()[0] ?? ''));
	});

	test('alone: the sentence on another room stands once, and the status line has room for it', async () => {
		const {terminal, chatNode: session} = await launch({columns: 80, rows: 24});
		session.observe({
			type: 'notice',
			level: 'warn',
			code: 'strangers',
			text: '2 nodes here are in another room, or so',
		});
		session.publish({type: 'isolated', isolated: true, tried: []}, {type: 'foreign-nodes', count: 2});
		await terminal.see('Nobody else is here');
		expect(terminal.text().match(/nodes here are in another room/g)).toHaveLength(1);
		expect(terminal.rows().at(-2)).toContain('alone; 2 nearby in another room');
	});

	test('syncing shows progress; not saving and events from the future are said', async () => {
		const {terminal, chatNode: session} = await launch({columns: 120});
		session.publish({type: 'sync-progress', received: 300, expected: 1200});
		await terminal.see('syncing 300/1200 (25 %)');
		session.publish(
			{type: 'sync-progress', received: 0, expected: 0},
			{type: 'persistence', saving: false, reason: 'disk full'},
		);
		await terminal.see('NOT SAVED: disk full');
	});

	test('a room with a secret says so; the first start tells where the name is from', async () => {
		const session = createFakeChatNode('carol', {hasSecret: true, room: 'ops'});
		const {terminal, press} = await launch({chatNode: session, options: {nameFromSystem: true}});
		await terminal.see('/name NAME changes it');
		await press('/name Carla\r');
		await terminal.see('you joined as carol');
		await terminal.see('ops (secret)');
		expect(terminal.text()).toContain('Carla');
	});

	test('notices of the log and the clock stand in the timeline with a sign', async () => {
		const {terminal, chatNode: session} = await launch();
		session.observe({
			type: 'notice',
			level: 'warn',
			code: 'log-damaged',
			text: '120 bytes of the log are damaged at 4096',
		});
		await terminal.see('! 120 bytes of the log are damaged');
	});
});

describe('notifications', () => {
	test('ring only while looking elsewhere, for mentions, at most once in 5 s; the title counts', async () => {
		const {session, bob} = room();
		const {terminal, press} = await launch({chatNode: session, environment: {TERM: 'xterm-kitty', LANG: 'C.UTF-8'}});
		await press('\u001B[I');
		session.say(bob, 'Carol: looking');
		await terminal.see('looking');
		expect(terminal.bells).toBe(0);
		await press('\u001B[O');
		session.say(bob, 'just talk');
		session.say(bob, 'Carol: hey\u0007\u001B]0;x\u0007');
		session.say(bob, 'Carol: hey again');
		await terminal.until(() => terminal.title.startsWith('(@3)'));
		expect(terminal.bells).toBe(1);
		expect(terminal.output).toContain('\u001B]9;Bob in lan: Carol: hey');
		await press('\u001B[I');
		await terminal.until(() => terminal.title === 'lan - p2pchat-ink');
	});
});

describe('copying and links', () => {
	test('y hands the message to the clipboard tool, else to the terminal by OSC 52', async () => {
		const {session, bob} = room();
		session.say(bob, 'copy mé');
		const {terminal, press} = await launch({chatNode: session});
		await press(ALT('1'), 'y');
		await terminal.see('if it is empty: /copy');
		expect(terminal.output).toContain(`\u001B]52;c;${Buffer.from('copy mé').toString('base64')}\u0007`);
		await chat?.close();
		const copied: string[] = [];
		const local = await launch({chatNode: session, hooks: {copyText: async text => copied.push(text) > 0}});
		await local.press(ALT('1'), 'y');
		await local.terminal.see('copied');
		expect(copied).toEqual(['copy mé']);
		expect(local.terminal.output).not.toContain(']52;');
	});

	test('o shows the whole address and asks first', async () => {
		const {session, bob} = room();
		session.say(bob, 'see https://example.org/a?b=1.');
		const opened: string[] = [];
		const {terminal, press} = await launch({chatNode: session, hooks: {openUrl: async url => void opened.push(url)}});
		await press(ALT('1'), 'o');
		await terminal.see('Open?');
		expect(terminal.text()).toContain('https://example.org/a?b=1');
		await press('n');
		expect(opened).toEqual([]);
		await press('o', 'y');
		await terminal.see('opened');
		expect(opened).toEqual(['https://example.org/a?b=1']);
	});

	test('the copy view shows logical lines that the terminal wraps itself, and any key returns', async () => {
		const {session, bob} = room();
		const url = `https://example.org/${'path/'.repeat(30)}end`;
		session.say(bob, url);
		const {terminal, press} = await launch({chatNode: session});
		await press('draft', ALT('l'));
		await terminal.see('any key returns');
		expect(terminal.output).toContain(`Bob (192.168.1.9): ${url}`);
		expect(terminal.modes.wraparoundMode).toBe(true);
		expect(terminal.text()).not.toContain('│');
		await press('x');
		await terminal.see('› draft');
		expect(terminal.text()).not.toContain('draftx');
		expect(terminal.modes.wraparoundMode).toBe(false);
	});

	test('r quotes in front of the draft', async () => {
		const {session, bob} = room();
		session.say(bob, 'the point');
		const {terminal, press} = await launch({chatNode: session});
		await press('I agree', ALT('1'), 'r');
		await terminal.see('> the point');
		expect(terminal.text()).toContain('I agree');
	});
});

describe('thrift', () => {
	test('without UTF-8 all glyphs of ours are ASCII', async () => {
		const {session} = room(50);
		const {terminal, press} = await launch({chatNode: session, environment: {TERM: 'xterm', LANG: 'C'}});
		await press(PAGE_UP, CTRL('g'));
		await terminal.see('Help');
		await press(ESC, ALT('1'));
		// biome-ignore lint/suspicious/noControlCharactersInRegex: what is ASCII
		expect(terminal.text().replaceAll('↑', '').replaceAll('↓', '')).toMatch(/^[\u0000-\u007F]*$/);
	});

	test('NO_COLOR: no colour anywhere, and nothing is lost', async () => {
		const {session, bob} = room(3);
		session.say(bob, 'Carol: hi');
		const {terminal} = await launch({
			chatNode: session,
			environment: {TERM: 'xterm-256color', LANG: 'C.UTF-8', NO_COLOR: '1'},
		});
		await terminal.see('@ 14:00');
		// biome-ignore lint/suspicious/noControlCharactersInRegex: SGR begins with it
		expect(terminal.output).not.toMatch(/\u001B\[(?:[\d;]*;)?(?:3[0-8]|4[0-8]|9[0-7])[;m]/);
	});

	test('a typed letter costs at most 300 bytes', async () => {
		const {session} = room(100);
		const {terminal, press} = await launch({chatNode: session, columns: 120, rows: 40});
		await press('some text already');
		const before = terminal.output.length;
		await press('x');
		await terminal.see('alreadyx');
		expect(terminal.output.length - before).toBeLessThanOrEqual(300);
	});

	test('never wipes the scrollback, and never writes CSI 3J', async () => {
		const {session} = room(100);
		const {terminal, press} = await launch({chatNode: session, before: 'what stood there before\r\n'});
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

describe('ways out', () => {
	async function leaves(how: (running: Chat) => Promise<void>, type: string): Promise<Chat> {
		const running = await launch({chatNode: room(3).session, before: '$ p2pchat-ink\r\n'});
		await how(running);
		await running.terminal.until(() => running.exit() !== undefined);
		await running.terminal.until(() => !running.terminal.alternate);
		expect(running.exit()).toMatchObject({type});
		expect(running.terminal.modes).toEqual({bracketedPasteMode: false, sendFocusMode: false, wraparoundMode: true});
		if (type !== 'input-ended') expect(running.terminal.rawMode).toBe(false);
		expect(running.terminal.cursor.shown).toBe(true);
		expect(running.terminal.normalText()).toContain('$ p2pchat-ink');
		return running;
	}

	test('/quit says where the log lies and how to replay it', async () => {
		const {terminal} = await leaves(running => running.press('/quit\r'), 'quit');
		expect(terminal.normalText()).toContain('Log: /home/carol/logs/lan.p2plog');
		expect(terminal.normalText()).toContain('p2pchat-ink replay /home/carol/logs/lan.p2plog');
	});

	test('Ctrl+C asks, a second within 2 s quits, another key stays', async () => {
		await leaves(async running => {
			await running.press(CTRL('c'));
			await running.terminal.see('Leave the chat?');
			await running.press('x');
			await running.terminal.seeNot('Leave the chat?');
			expect(running.terminal.text()).toContain('› x');
			await running.press(CTRL('c'), CTRL('c'), CTRL('c'));
		}, 'quit');
	});

	test('Ctrl+D quits on an empty input, but not right after a deletion', async () => {
		await leaves(async running => {
			await running.press('x', '\u007F', CTRL('d'));
			expect(running.exit()).toBeUndefined();
			await running.press('x', CTRL('c'), CTRL('d'));
		}, 'quit');
	});

	test('a signal, a closed terminal', async () => {
		await leaves(async running => running.screen.stop('signal'), 'signal');
		await leaves(async running => running.terminal.hangUp(), 'input-ended');
	});

	test('a crash inside a component', async () => {
		const {terminal} = await leaves(async running => {
			running.chatNode.report = undefined as never;
			await running.press('/net\r');
		}, 'crashed');
		expect(terminal.normalText()).toContain('p2pchat-ink crashed');
		expect(terminal.normalText()).toContain('replay');
	});

	test('suspend gives the terminal back and resume draws all again', async () => {
		let stopped = false;
		const running = await launch({
			chatNode: room(3).session,
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
