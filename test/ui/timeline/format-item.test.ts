import {isDeepStrictEqual} from 'node:util';
import {describe, expect, test} from 'vitest';
import {foldText} from '../../../source/core/fold-text.js';
import {hueOf} from '../../../source/core/name-hues.js';
import {selectPeople} from '../../../source/core/select-people.js';
import {sliceTimeline} from '../../../source/core/timeline.js';
import {copyText} from '../../../source/ui/chat/copy-view.js';
import {formatPeerRows} from '../../../source/ui/panes/peer-rows.js';
import {createTheme} from '../../../source/ui/theme.js';
import {FOLDED_ROWS, formatItem, MARK_CELLS, MAX_POST_ROWS} from '../../../source/ui/timeline/format-item.js';
import {createRowCache} from '../../../source/ui/timeline/row-cache.js';
import {createFakeChatNode, START} from '../../helpers/fake-chat-node.js';

const options = (width: number) => ({
	width,
	times: 'none' as const,
	theme: createTheme({unicode: true, depth: 0}),
	search: '',
	addresses: true,
});

/** A chat with two peers of the same name, who posted one message each. */
function room() {
	const chatNode = createFakeChatNode();
	const [first, second] = ['a0a0a0a0', 'b0b0b0b0'].map(identity =>
		chatNode.join('Timothy the Great', '10.0.0.9', {identity}),
	);
	if (!first || !second) throw new Error('no peer joined');
	chatNode.say(first, 'one');
	chatNode.say(second, 'two');
	const state = chatNode.store.getState();
	const entries = sliceTimeline(state.timeline, state.timeline.length - 2, state.timeline.length);
	const rows = (width: number) =>
		entries.map((entry, at) =>
			formatItem(state, {from: at, to: at + 1, entries: [entry]}, options(width))
				.map(row => row.map(({text}) => text).join(''))
				.join('\n'),
		);
	return {state, entries, rows};
}

test('the address is beside the text of a message, never in a row of its own, and no row is longer than the timeline', () => {
	const chatNode = createFakeChatNode();
	const bob = chatNode.join('Bob', '192.168.100.200', {identity: 'b0b0b0b0'});
	for (let length = 1; length < 200; length += 3) {
		for (const text of ['a word '.repeat(40).slice(0, length), 'x'.repeat(length)]) {
			chatNode.say(bob, text);
			const {timeline} = chatNode.store.getState();
			const entries = sliceTimeline(timeline, timeline.length - 1, timeline.length);
			for (const width of [60, 78, 100]) {
				const item = {from: 0, to: 1, entries};
				const rows = formatItem(chatNode.store.getState(), item, options(width)).map(row =>
					row.map(one => one.text).join(''),
				);
				expect(rows.filter(row => /192\.168\.100\.200/.test(row))).toHaveLength(1);
				for (const row of rows) {
					expect(row).not.toMatch(/^ *192\.168/);
					expect(row.length).toBeLessThanOrEqual(width - MARK_CELLS);
				}
				expect(
					rows
						.map(row => row.replace(/^ *Bob | +192.*/g, ''))
						.join('')
						.replace(/\s/g, ''),
				).toBe(text.replace(/\s/g, ''));
			}
		}
	}
});

test('a row of several arrivals and departures shows the time of the first one, unless the shown time of the last one is the same', () => {
	const chatNode = createFakeChatNode();
	const joins = [32, 32, 38].map((minutes, index) => {
		chatNode.at = START + minutes * 60_000 + index;
		chatNode.join(`P${index}`, '10.0.0.9', {connect: false});
		const {timeline} = chatNode.store.getState();
		return sliceTimeline(timeline, timeline.length - 1, timeline.length)[0];
	});
	const textOf = (count: number, times: 'minutes' | 'none') => {
		const entries = joins.slice(0, count).flatMap(entry => entry ?? []);
		const item = {from: 0, to: count, entries};
		const shown = formatItem(chatNode.store.getState(), item, {...options(100), times});
		return shown.map(row => row.map(({text}) => text).join('')).join('\n');
	};
	expect(textOf(3, 'minutes')).toMatch(/^..:38 .*P0, P1 and P2 joined \(since ..:32\)$/);
	expect(textOf(2, 'minutes')).toMatch(/P0 and P1 joined$/);
	expect(textOf(3, 'none')).toMatch(/P2 joined$/);
});

test('the name of a person has the colour of this person in messages and presence rows, in whispers and in the peers pane', () => {
	const chatNode = createFakeChatNode();
	const people = ['Bob', 'Dave', 'Erin'].map(name => chatNode.join(name, '10.0.0.9', {identity: name.padEnd(8, 'x')}));
	const theme = createTheme({unicode: true, depth: 256});
	for (const person of people) chatNode.say(person, 'hello');
	for (const {peer} of people) chatNode.observe({type: 'whisper', subject: peer, own: false, id: 1, text: 'psst'});
	const state = chatNode.store.getState();
	const {timeline} = state;
	const colours = (rows: ReturnType<typeof formatItem>, name: string) =>
		rows.flat().flatMap(({text, style}) => (text.trim() === name ? [style?.color] : []));
	for (const name of ['Bob', 'Dave', 'Erin']) {
		const {peer} = people[['Bob', 'Dave', 'Erin'].indexOf(name)] ?? {peer: chatNode.self.peer};
		const expected = theme.nameStyle(hueOf(state, peer)).color;
		const shown = sliceTimeline(timeline, 0, timeline.length).flatMap((entry, from) =>
			colours(formatItem(state, {from, to: from + 1, entries: [entry]}, {...options(90), theme}), name),
		);
		// The arrival, the connection, the message and the whisper.
		expect(shown).toEqual(shown.map(() => expected));
		expect(shown.length).toBeGreaterThanOrEqual(3);
		const pane = formatPeerRows({
			peers: selectPeople(state),
			foldedCount: 0,
			typing: [],
			width: 24,
			height: 20,
			selected: undefined,
			isIgnored: () => false,
			hueOf: of => hueOf(state, of),
			theme,
		});
		expect(colours(pane, name)).toEqual([expected]);
	}
	expect(new Set(people.map(({peer}) => hueOf(state, peer))).size).toBe(3);
});

describe('two people with the same name, without colours', () => {
	test.each([40, 80, 120])(
		'two people with the same name have complete fingerprints in a timeline of %i cells without colours',
		width => {
			const [one = '', two = ''] = room().rows(width);
			expect(one).toMatch(/^Tim.*#a0a0a0a0 .*one/s);
			expect(two).toMatch(/^Tim.*#b0b0b0b0 .*two/s);
			for (const row of [one, two].join('\n').split('\n')) expect(row.length).toBeLessThanOrEqual(width);
		},
	);

	test('two people with the same name have fingerprints in copied text', () => {
		const {state, entries} = room();
		expect(
			entries.map(entry =>
				copyText(state, entry)
					.map(({head, text}) => head + text)
					.join('\n')
					.replace(/^.*(?=Tim)/, ''),
			),
		).toEqual(['Timothy the Great#a0a0a0a0 (10.0.0.9): one', 'Timothy the Great#b0b0b0b0 (10.0.0.9): two']);
	});

	test('two people with the same name get fingerprints also in rows that were formatted before the second one joined', () => {
		const chatNode = createFakeChatNode();
		const rowsOf = createRowCache();
		const tim = chatNode.join('Tim', '10.0.0.9', {identity: 'a0a0a0a0'});
		chatNode.say(tim, 'one');
		const draw = () => {
			const state = chatNode.store.getState();
			const entries = sliceTimeline(state.timeline, 0, state.timeline.length).filter(({type}) => type === 'posted');
			const rows = rowsOf(state, {from: 0, to: 1, entries}, options(100));
			return rows[0]?.map(({text}) => text).join('');
		};
		expect(draw()).toMatch(/^ +Tim one/);
		chatNode.join('tim', '10.0.0.8', {identity: 'b0b0b0b0'});
		expect(draw()).toMatch(/^ *Tim#a0a0a0a0 one/);
	});
});

/** The rows of one post, as text. */
function rows(text: string, {search = '', width = 80, action = false} = {}): string[] {
	const chatNode = createFakeChatNode();
	const bob = chatNode.join('Bob', '192.168.1.9');
	chatNode.say(bob, text, action ? {action: true} : {});
	const state = chatNode.store.getState();
	const from = state.timeline.length - 1;
	const entries = sliceTimeline(state.timeline, from, from + 1);
	const options = {
		width,
		times: 'none' as const,
		theme: createTheme({unicode: true, depth: 0}),
		search,
		addresses: true,
	};
	return formatItem(state, {from, to: from + 1, entries}, options).map(row => row.map(part => part.text).join(''));
}

const lines = (count: number) => Array.from({length: count}, (_, index) => `line ${index + 1}`).join('\n');

describe('a long post', () => {
	test('a long post is folded to its first rows and a row with the number of hidden lines and the key that shows them', () => {
		const folded = rows(lines(400));
		expect(folded).toHaveLength(FOLDED_ROWS + 1);
		expect(folded[0]).toContain('line 1');
		expect(folded[FOLDED_ROWS - 1]).toContain(`line ${FOLDED_ROWS}`);
		expect(folded.at(-1)?.trim()).toBe(`… ${400 - FOLDED_ROWS} more lines (Enter: show all)`);
	});

	test('a long post is shown in full up to MAX_POST_ROWS rows', () => {
		expect(rows(lines(MAX_POST_ROWS))).toHaveLength(MAX_POST_ROWS);
		expect(rows(lines(MAX_POST_ROWS + 1))).toHaveLength(FOLDED_ROWS + 1);
	});

	test('a long post is folded if it has many rows on the screen, even if it is one very long line or written with /me', () => {
		expect(rows('word '.repeat(1000))).toHaveLength(FOLDED_ROWS + 1);
		expect(rows('word '.repeat(1000), {action: true})).toHaveLength(FOLDED_ROWS + 1);
	});

	test('a long post is shown in full while a search matches it', () => {
		expect(rows(lines(400), {search: 'line 399'})).toHaveLength(400);
		expect(rows(lines(400), {search: 'elsewhere'})).toHaveLength(FOLDED_ROWS + 1);
	});

	test('a long post is never wider than the timeline', () => {
		for (const width of [20, 40, 120])
			for (const row of rows(lines(400), {width})) expect(row.length).toBeLessThanOrEqual(width - 2);
	});
});

describe('the matches of a search', () => {
	/** The highlighted parts of the rows of one post. */
	function highlighted(text: string, search: string): string[] {
		const chatNode = createFakeChatNode();
		chatNode.say(chatNode.join('Bob', '192.168.1.9'), text);
		const state = chatNode.store.getState();
		const from = state.timeline.length - 1;
		const item = {from, to: from + 1, entries: sliceTimeline(state.timeline, from, from + 1)};
		const searching = {...options(100), search: foldText(search)};
		return formatItem(state, item, searching)
			.flat()
			.filter(({style}) => isDeepStrictEqual(style, searching.theme.match))
			.map(part => part.text);
	}

	test.each([
		['one cafe\u0301 and caf\u00e9', 'Caf\u00e9', ['cafe\u0301', 'caf\u00e9']],
		['İzmir is far, bob', 'bob', ['bob']],
		['die Straße', 'STRASSE', ['Straße']],
		['ＢＯＢ', 'bob', ['ＢＯＢ']],
	])('in the text %j, matches of the search %j are highlighted in the original spelling', (text, search, parts) => {
		expect(highlighted(text, search)).toEqual(parts);
	});
});
