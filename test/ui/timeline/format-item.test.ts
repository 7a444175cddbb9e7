import {describe, expect, test} from 'vitest';
import {sliceTimeline} from '../../../source/core/timeline.js';
import {plainLine} from '../../../source/ui/copy-view.js';
import {createTheme} from '../../../source/ui/theme.js';
import {formatItem} from '../../../source/ui/timeline/format-item.js';
import {createRowCache} from '../../../source/ui/timeline/row-cache.js';
import {createFakeSession} from '../../helpers/fake-session.js';

const options = (width: number) => ({
	width,
	times: 'none' as const,
	theme: createTheme({unicode: true, depth: 0}),
	search: '',
});

function room() {
	const session = createFakeSession();
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
		expect(entries.map(entry => plainLine(state, entry).replace(/^.*(?=Tim)/, ''))).toEqual([
			'Timothy the Great#a0a0a0a0 (10.0.0.9): one',
			'Timothy the Great#b0b0b0b0 (10.0.0.9): two',
		]);
	});

	test('the row of one is drawn anew when the other comes', () => {
		const session = createFakeSession();
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
