import {describe, expect, test} from 'vitest';
import {ALT, ESC, launch, PAGE_DOWN, PAGE_UP, room} from '../../helpers/chat-room.js';
import {createFakeChatNode, START} from '../../helpers/fake-chat-node.js';
import {INPUT_HINT} from '../../helpers/screen-texts.js';

describe('the timeline', () => {
	test('the timeline follows the end until the user scrolls, then keeps its position and counts new messages', async () => {
		const {chatNode, bob} = room(100);
		const {terminal, press} = await launch({chatNode});
		await terminal.see('message 100');
		await press(PAGE_UP);
		await terminal.seeNot('message 100');
		const before = terminal.rows().slice(0, 21);
		for (let number = 101; number <= 112; number++) chatNode.say(bob, `message ${number}`);
		await terminal.see('12 new, Ctrl+End');
		expect(terminal.rows().slice(0, 21)).toEqual(before);
		await press('\u001B[1;5F');
		await terminal.see('message 112');
		expect(terminal.text()).toMatch(/─ new since \d\d:\d\d ─/);
	});

	test('the timeline keeps its position when 100,000 older events arrive above', async () => {
		const {chatNode, bob, dave} = room(100);
		const {terminal, press} = await launch({chatNode});
		await press(PAGE_UP, PAGE_UP);
		const before = terminal.rows().slice(0, 21);
		const older = Array.from({length: 100_000}, (_, index) =>
			chatNode.make(dave, {type: 'posted', text: `old ${index}`}, START - 86_400_000 + index),
		);
		chatNode.commit(older, false);
		chatNode.say(bob, 'after the flood');
		await terminal.see('new, Ctrl+End');
		expect(terminal.rows().slice(0, 21)).toEqual(before);
		await press('\u001B[1;5H');
		await terminal.see('old 0');
	});

	test('the timeline keeps the top row after a resize', async () => {
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
			// On a resize the terminal itself cuts rows off or adds rows. The next frame of the program shows the same
			// message at the top again.
			await terminal.until(() => {
				const drawn = terminal.rows();
				return Boolean(`${drawn[0]} `.includes(`${top} `) && drawn[rows - 1]?.includes(INPUT_HINT));
			});
			await press();
			expect(`${terminal.rows()[0]} `).toContain(`${top} `);
		}
	});

	test('the timeline folds consecutive joins into one line and separates days by a rule', async () => {
		const {chatNode} = room();
		for (let number = 1; number <= 6; number++)
			chatNode.join(`Guest${number}`, `192.168.1.${100 + number}`, {connect: false});
		const {terminal} = await launch({chatNode});
		expect(terminal.text()).toContain('you, Bob, Dave and 6 more joined');
		expect(terminal.text()).toContain('Sunday 22 November 2026');
		expect(terminal.text().match(/joined/g)).toHaveLength(1);
	});

	test('the timeline shows a message as delivered when the first peer that joins later has stored it', async () => {
		const {terminal, press, chatNode} = await launch({chatNode: createFakeChatNode()});
		await press('anybody?\r');
		await terminal.see(/^○ 14:00 +Carol /);
		const bob = chatNode.join('Bob', '192.168.1.9');
		chatNode.publish({type: 'delivered', peer: bob.peer, seq: chatNode.own.seq});
		await terminal.see(/^✓ 14:00 +Carol /);
		await press(ALT('1'), '\u001B[A', '\r');
		await terminal.see('stored by 1 peer that joined later');
	});

	test('the timeline shows the delivery state of own messages', async () => {
		const {chatNode, bob, dave} = room();
		const {terminal, press} = await launch({chatNode});
		await press('to all\r');
		await terminal.see(/^○ 14:00 +Carol /);
		chatNode.publish({type: 'delivered', peer: bob.peer, seq: chatNode.own.seq});
		await terminal.see(/^◐ 14:00 +Carol /);
		await press(ALT('1'), '\r');
		await terminal.see('stored by 1 of 2 peers that were connected: Bob; not stored by');
		await terminal.see(/^ +Dave$/);
		await terminal.see(/^ address +192\.168\.1\.5$/);
		await press(ESC, ESC);
		chatNode.publish({type: 'delivered', peer: dave.peer, seq: chatNode.own.seq});
		await terminal.see(/^✓ 14:00 +Carol /);
		await press(ALT('1'), '\r');
		await terminal.see('stored by 2 of 2 peers that were connected: Bob, Dave');
	});

	test('in the timeline, messages that mention a former name of the user keep their mention mark', async () => {
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

	test('the timeline shows the delivery mark of the selected message next to the selection bar', async () => {
		const {chatNode, bob, dave} = room();
		const {terminal, press} = await launch({chatNode});
		await press('to all\r');
		for (const {peer} of [bob, dave]) chatNode.publish({type: 'delivered', peer, seq: chatNode.own.seq});
		await terminal.see(/^✓ 14:00 +Carol /);
		await press(ALT('1'));
		await terminal.see(/^▌✓14:00 +Carol /);
	});

	test('the timeline counts the mentions among new messages', async () => {
		const {chatNode, bob} = room(60);
		const {terminal, press} = await launch({chatNode});
		await press(PAGE_UP);
		chatNode.say(bob, 'one');
		chatNode.say(bob, 'Carol: two');
		await terminal.see(' 2 new, 1 for you, Ctrl+End');
	});

	test('the timeline marks mentions with a sign, and Alt+P and Alt+N move between them', async () => {
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

	test('the timeline draws the unread rule when the terminal loses the focus, and Alt+U jumps to it', async () => {
		const {chatNode, bob} = room(3);
		const {terminal, press} = await launch({chatNode});
		await press('\u001B[O');
		for (let number = 4; number <= 60; number++) chatNode.say(bob, `message ${number}`);
		await terminal.see('message 60');
		await press('\u001B[I');
		expect(terminal.text()).not.toContain('─ new since');
		await press(ALT('u'));
		await terminal.see('─ new since');
		const rule = terminal.rowOf('─ new since');
		expect(terminal.rows()[rule + 1]).toMatch(/^▌.*message 4 /);
	});

	test('the timeline keeps the unread rule while the user reads and removes it when the user sends a message', async () => {
		const {chatNode, bob} = room(3);
		const {terminal, press} = await launch({chatNode});
		await press('\u001B[O');
		chatNode.say(bob, 'unseen');
		await terminal.see('─ new since');
		await press('\u001B[I', PAGE_UP, PAGE_DOWN);
		expect(terminal.text()).toContain('─ new since');
		await press('answer\r');
		await terminal.seeNot('─ new since');
	});

	test('the timeline treats two equal arrow keys in one read as the mouse wheel, which scrolls and leaves the draft unchanged', async () => {
		const {chatNode} = room(60);
		const {terminal, press} = await launch({chatNode});
		await press('sent before\r', 'draft');
		await press('\u001B[A\u001B[A\u001B[A');
		await terminal.until(() => !terminal.text().includes('sent before'));
		expect(terminal.text()).toContain('› draft');
	});

	test('the timeline shows each message with the name that its author had when sending it', async () => {
		const {chatNode, bob} = room(1);
		chatNode.tell(bob, {type: 'renamed', name: 'Robert'});
		chatNode.say(bob, 'still me');
		const {terminal} = await launch({chatNode});
		expect(terminal.text()).toMatch(/ Bob message 1/);
		expect(terminal.text()).toContain('Bob is now called Robert');
		expect(terminal.text()).toMatch(/ Robert still me/);
	});
});

describe('hostile names and texts', () => {
	test('hostile names and texts cannot send control sequences to the terminal', async () => {
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

	test('hostile names and texts of 16 KiB without a space are folded in the timeline, and wrap and scroll in the details', async () => {
		const {chatNode, bob} = room();
		chatNode.say(bob, `${'x'.repeat(16_000)}END`);
		const {terminal, press} = await launch({chatNode});
		await terminal.see('more lines (Enter: show all)');
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

	test('texts with wide and joined characters at the right edge of the timeline leave the divider between the panes in its column', async () => {
		const {chatNode, bob} = room();
		for (const text of [
			'日本語'.repeat(20),
			'العربية '.repeat(12),
			'🇯🇵'.repeat(30),
			`${'a'.repeat(34)}👍🏽`,
			`${'b'.repeat(35)}語`,
		])
			chatNode.say(bob, text);
		const {terminal, press} = await launch({chatNode});
		await press('/peers\r');
		await terminal.see('語');
		const dividers = terminal
			.rows()
			.slice(0, 22)
			.map((_, row) => terminal.cell(59, row).text);
		expect(new Set(dividers)).toEqual(new Set(['│']));
	});

	test('hostile names and texts of 300 peers do not change the height of the screen', async () => {
		const {chatNode} = room();
		for (let number = 0; number < 300; number++)
			chatNode.join(`${'W'.repeat(40)}${number}`, '10.0.0.1', {connect: false});
		const {terminal, press} = await launch({chatNode});
		expect(terminal.rows()).toHaveLength(24);
		await press(ALT('2'), 'G');
		await terminal.until(() => terminal.rows().some(row => /│▌/.test(row)));
	});
});
