import {describe, expect, test} from 'vitest';
import {sliceTimeline} from '../../../source/core/timeline.js';
import {copyText} from '../../../source/ui/chat/copy-view.js';
import {createTheme} from '../../../source/ui/theme.js';
import {createRowCache, FOLDED_ROWS, formatItem, MAX_POST_ROWS} from '../../../source/ui/timeline/format-item.js';
import {createFakeChatNode} from '../../helpers/fake-chat-node.js';

const options = (width: number) => ({
	width,
	times: 'none' as const,
	theme: createTheme({unicode: true, depth: 0}),
	search: '',
});

function room() {
	const session = createFakeChatNode();
	const [first, second] = ['a0a0a0a0', 'b0b0b0b0'].map(identity =>
		session.join('Timothy the Great', '10.0.0.9', {identity}),
	);
	if (!first || !second) throw new Error('nobody joined');
	session.say(first, 'one');
	session.say(second, 'two');
	const state = session.store.getState();
	const entries = sliceTimeline(state.timeline, state.timeline.length - 2, state.timeline.length);
	const rows = (width: number) =>
		entries.map((entry, at) =>
			formatItem(state, {from: at, to: at + 1, entries: [entry]}, options(width))
				.map(row => row.map(({text}) => text).join(''))
				.join('\n'),
		);
	return {session, state, entries, rows};
}

describe('two people of one name without colours', () => {
	test.each([40, 80, 120])('are told apart in a timeline of %i cells, the fingerprint whole', width => {
		const [one = '', two = ''] = room().rows(width);
		expect(one).toMatch(/^Tim.*#a0a0a0a0 .*one$/s);
		expect(two).toMatch(/^Tim.*#b0b0b0b0 .*two$/s);
		for (const row of [one, two].join('\n').split('\n')) expect(row.length).toBeLessThanOrEqual(width);
	});

	test('are told apart in what is copied', () => {
		const {state, entries} = room();
		expect(entries.map(entry => copyText(state, entry).replace(/^.*(?=Tim)/, ''))).toEqual([
			'Timothy the Great#a0a0a0a0 (10.0.0.9): one',
			'Timothy the Great#b0b0b0b0 (10.0.0.9): two',
		]);
	});

	test('the row of one is drawn anew when the other comes', () => {
		const session = createFakeChatNode();
		const rowsOf = createRowCache();
		const tim = session.join('Tim', '10.0.0.9', {identity: 'a0a0a0a0'});
		session.say(tim, 'one');
		const draw = () => {
			const state = session.store.getState();
			const entries = sliceTimeline(state.timeline, 0, state.timeline.length).filter(({type}) => type === 'posted');
			const rows = rowsOf(state, {from: 0, to: 1, entries}, options(80));
			return rows[0]?.map(({text}) => text).join('');
		};
		expect(draw()).toMatch(/^Tim 10/);
		session.join('tim', '10.0.0.8', {identity: 'b0b0b0b0'});
		expect(draw()).toMatch(/^Tim#a0a0a0a0 10/);
	});
});

/** The rows of one post, as text. */
function rows(text: string, {search = '', width = 80, action = false} = {}): string[] {
	const session = createFakeChatNode();
	const bob = session.join('Bob', '192.168.1.9');
	session.say(bob, text, action ? {action: true} : {});
	const state = session.store.getState();
	const from = state.timeline.length - 1;
	const entries = sliceTimeline(state.timeline, from, from + 1);
	const options = {width, times: 'none' as const, theme: createTheme({unicode: true, depth: 0}), search};
	return formatItem(state, {from, to: from + 1, entries}, options).map(row => row.map(part => part.text).join(''));
}

const lines = (count: number) => Array.from({length: count}, (_, index) => `line ${index + 1}`).join('\n');

describe('a long post', () => {
	test('is folded to its first rows and a row that says how many more there are and which key shows all', () => {
		const folded = rows(lines(400));
		expect(folded).toHaveLength(FOLDED_ROWS + 1);
		expect(folded[0]).toContain('line 1');
		expect(folded[FOLDED_ROWS - 1]).toContain(`line ${FOLDED_ROWS}`);
		expect(folded.at(-1)?.trim()).toBe(`… ${400 - FOLDED_ROWS} more lines (Enter: all)`);
	});

	test('is shown whole up to the limit', () => {
		expect(rows(lines(MAX_POST_ROWS))).toHaveLength(MAX_POST_ROWS);
		expect(rows(lines(MAX_POST_ROWS + 1))).toHaveLength(FOLDED_ROWS + 1);
	});

	test('is folded by the rows that it takes, so also one line without end, and /me alike', () => {
		expect(rows('word '.repeat(1000))).toHaveLength(FOLDED_ROWS + 1);
		expect(rows('word '.repeat(1000), {action: true})).toHaveLength(FOLDED_ROWS + 1);
	});

	test('is whole while a search finds something in it', () => {
		expect(rows(lines(400), {search: 'line 399'})).toHaveLength(400);
		expect(rows(lines(400), {search: 'elsewhere'})).toHaveLength(FOLDED_ROWS + 1);
	});

	test('keeps to its width', () => {
		for (const width of [20, 40, 120])
			for (const row of rows(lines(400), {width})) expect(row.length).toBeLessThanOrEqual(width - 2);
	});
});
