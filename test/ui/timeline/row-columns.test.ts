import {describe, expect, test} from 'vitest';
import {columnsOf} from '../../../source/ui/timeline/row-columns.js';
import {closeChat, launch, PAGE_UP} from '../../helpers/chat-room.js';
import {createFakeChatNode, type FakeChatNode} from '../../helpers/fake-chat-node.js';
import type {Terminal} from '../../helpers/terminal.js';

const SIZES = [
	[40, 10],
	[80, 24],
	[120, 40],
	[200, 60],
] as const;

const NAMES = [
	'Al',
	'Timothy the Great of Nowhere',
	'山田太郎さんです',
	'דוד בן גוריון הראשון',
	'Ann',
	'Ann',
	'é'.repeat(9),
	'👩‍🚀 Zoë',
];

/** Two messages of each person, each of several rows. */
function talk(): FakeChatNode {
	const chatNode = createFakeChatNode();
	for (const [index, name] of NAMES.entries()) {
		const person = chatNode.join(name, `10.0.0.${index + 1}`, {identity: `a${index}b0c0d0`});
		chatNode.say(person, `TEXT${index} ${'word '.repeat(40)}`);
		chatNode.say(person, `MORE${index} ${'word '.repeat(40)}`);
	}
	return chatNode;
}

/** Column of a text on the screen. Wide characters before the text count as two columns. */
function columnOf(terminal: Terminal, text: string): number {
	const row = terminal.rowOf(text);
	const cells = Array.from({length: 210}, (_, column) => terminal.cell(column, row));
	return cells.findIndex(
		(cell, column) =>
			cell.text === text[0] &&
			cells
				.slice(column, column + text.length)
				.map(one => one.text)
				.join('') === text,
	);
}

describe.each(SIZES)('messages at %ix%i', (columns, rows) => {
	test('all messages start in the same column, whatever the names are', async () => {
		const starts = new Set<number>();
		for (let index = 0; index < NAMES.length; index++) {
			const chatNode = createFakeChatNode();
			for (const [at, name] of NAMES.entries()) chatNode.join(name, `10.0.0.${at + 1}`, {identity: `a${at}b0c0d0`});
			const person = chatNode.join(NAMES[index] ?? '', '10.0.0.99', {identity: 'ffffffff'});
			chatNode.say(person, `TEXT${index} ${'word '.repeat(30)}`);
			chatNode.say(person, `MORE${index}`);
			const {terminal} = await launch({columns, rows, chatNode});
			await terminal.see(`MORE${index}`);
			starts.add(columnOf(terminal, `TEXT${index}`)).add(columnOf(terminal, `MORE${index}`));
			const continued = terminal.rows()[terminal.rowOf(`TEXT${index}`) + 1] ?? '';
			starts.add(continued.search(/word/));
			await closeChat();
		}
		expect([...starts]).toHaveLength(1);
		expect([...starts][0]).toBeGreaterThan(0);
	});

	test('messages never reach into the peers pane', async () => {
		const {terminal} = await launch({columns, rows, chatNode: talk()});
		await terminal.see('MORE7');
		const edges = terminal
			.rows()
			.slice(0, rows - 3)
			.map(row => row.includes('│'));
		expect(new Set(edges).size).toBe(1);
	});
});

describe('the name and the address', () => {
	test.each(SIZES)(
		'the name and the address are shown once for a group of messages at %ix%i',
		async (columns, rows) => {
			const chatNode = createFakeChatNode();
			const bob = chatNode.join('Bob', '10.0.0.7', {identity: 'b0b0b0b0', connect: false});
			for (const text of ['one', 'two', 'three']) chatNode.say(bob, text);
			const {terminal} = await launch({columns, rows, chatNode});
			await terminal.see('three');
			const timeline = terminal
				.rows()
				.slice(0, rows - 2)
				.map(row => row.split('│')[0] ?? '');
			const messages = timeline.filter(row => !row.includes('joined'));
			expect(messages.filter(row => row.includes('Bob'))).toHaveLength(1);
			expect(messages.filter(row => row.includes('10.0.0.7') && !row.includes('*'))).toHaveLength(1);
		},
	);

	test.each([
		[
			'after more than two minutes',
			(chatNode: FakeChatNode) => {
				chatNode.at += 121_000;
			},
		],
		['after a message of somebody else', (chatNode: FakeChatNode) => chatNode.say(chatNode.own, 'hm')],
		[
			'after an action',
			(chatNode: FakeChatNode, bob: ReturnType<FakeChatNode['join']>) => chatNode.say(bob, 'waves', {action: true}),
		],
		[
			'after a rename',
			(chatNode: FakeChatNode, bob: ReturnType<FakeChatNode['join']>) => {
				chatNode.tell(bob, {type: 'renamed', name: 'Rob'});
			},
		],
		[
			'if another session of the same identity has another name',
			(chatNode: FakeChatNode) => {
				const {at} = chatNode;
				chatNode.at -= 5000;
				const rob = chatNode.join('Rob', '10.0.0.7', {connect: false, identity: 'b0b0b0b0'});
				chatNode.at = at;
				chatNode.say(rob, 'two');
			},
		],
		[
			'on the next day, after midnight',
			(chatNode: FakeChatNode) => {
				chatNode.at = Date.UTC(2026, 10, 23, 0, 0, 30);
			},
		],
	])('the name and the address are shown again %s', async (start, between) => {
		const chatNode = createFakeChatNode();
		const hour = start.includes('midnight') ? 23 : 15;
		chatNode.at = Date.UTC(2026, 10, 22, hour, 59, 30);
		const bob = chatNode.join('Bob', '10.0.0.7', {connect: false, identity: 'b0b0b0b0'});
		chatNode.at = Date.UTC(2026, 10, 22, hour, 59, 40);
		chatNode.say(bob, 'one');
		between(chatNode, bob);
		chatNode.say(bob, 'two');
		const {terminal} = await launch({chatNode});
		await terminal.see(/\d\d:\d\d +(Bob|Rob)\S* two/);
	});

	test('the name and the address are shown again below the unread rule', async () => {
		const chatNode = createFakeChatNode();
		const bob = chatNode.join('Bob', '10.0.0.7');
		chatNode.say(bob, 'one');
		const {terminal, press} = await launch({chatNode});
		await press('\u001B[O');
		chatNode.say(bob, 'two');
		await terminal.see('unread');
		await terminal.see(/Bob two/);
	});

	test('if one person has written many messages in a row, the topmost visible row shows the name of this person', async () => {
		const chatNode = createFakeChatNode();
		const bob = chatNode.join('Bob', '10.0.0.7');
		for (let number = 1; number <= 60; number++) chatNode.say(bob, `message ${number}`);
		const {terminal, press} = await launch({chatNode});
		await terminal.see('message 60');
		expect(terminal.rows()[0]).toMatch(/ Bob message \d+/);
		await press(PAGE_UP);
		expect(terminal.rows()[0]).toMatch(/ Bob message \d+/);
		expect(
			terminal
				.rows()
				.slice(1, 20)
				.filter(row => /Bob message/.test(row)),
		).toHaveLength(0);
	});

	test('/addresses hides addresses and shows them again, and the other columns keep their place', async () => {
		const chatNode = createFakeChatNode();
		const bob = chatNode.join('Bob', '10.0.0.7');
		chatNode.say(bob, 'hello');
		const {terminal, press} = await launch({chatNode});
		await press('/peers\r');
		await terminal.see(/Bob hello +10\.0\.0\.7/);
		await press('/addresses\r');
		await terminal.see(/Bob hello +│/);
		await press('/addresses\r');
		await terminal.see(/Bob hello +10\.0\.0\.7/);
	});

	test('the name and the address have a column each in a wide terminal', async () => {
		const chatNode = createFakeChatNode();
		const bob = chatNode.join('Bob', '10.0.0.7');
		chatNode.say(bob, 'hello');
		const {terminal} = await launch({columns: 200, rows: 60, chatNode});
		await terminal.see(/ Bob 10\.0\.0\.7 +hello/);
	});
});

describe('a resize', () => {
	test('a resize from one layout to another keeps the same message at the top', async () => {
		const chatNode = createFakeChatNode();
		const people = NAMES.map((name, index) =>
			chatNode.join(name, `10.0.0.${index + 1}`, {identity: `a${index}b0c0d0`}),
		);
		for (let number = 100; number < 400; number++) {
			const person = people[number % people.length];
			if (person) chatNode.say(person, `message ${number}`);
		}
		const {terminal, press} = await launch({chatNode});
		await press(...Array.from({length: 7}, () => PAGE_UP));
		const top = /message \d+/.exec(terminal.rows()[0] ?? '')?.[0];
		expect(top).toBeDefined();
		for (const [columns, rows] of [...SIZES, [80, 24] as const]) {
			terminal.resize(columns, rows);
			// In a narrow terminal the first row of a message is the name.
			await terminal.until(() =>
				terminal
					.rows()
					.slice(0, columns < 50 ? 2 : 1)
					.join()
					.includes(`${top}`),
			);
		}
	});
});

describe('columnsOf', () => {
	test('columnsOf uses every cell, and leaves at least 30 cells for the text in a row of 56 cells or more', () => {
		for (let cells = 10; cells < 250; cells++) {
			for (const times of ['minutes', 'seconds', 'none'] as const) {
				for (const addresses of [true, false]) {
					const {textStart, textCells} = columnsOf({cells, times, addresses});
					expect(textStart + textCells).toBe(cells);
					if (cells >= 56) expect(textCells).toBeGreaterThanOrEqual(30);
				}
			}
		}
	});
});
