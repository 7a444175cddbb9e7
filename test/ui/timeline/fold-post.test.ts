import {describe, expect, test} from 'vitest';
import {sliceTimeline} from '../../../source/core/timeline.js';
import {createTheme} from '../../../source/ui/theme.js';
import {FOLDED_ROWS, formatItem, MAX_POST_ROWS} from '../../../source/ui/timeline/format-item.js';
import {createFakeSession} from '../../helpers/fake-session.js';

/** The rows of one post, as text. */
function rows(text: string, {search = '', width = 80, action = false} = {}): string[] {
	const session = createFakeSession();
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
