import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {FeedEvent, Input} from '../../source/core/event.js';
import {createHistory, createSnapshotStore} from '../../source/core/history.js';
import {initialState, reduceInputs} from '../../source/core/reduce.js';
import type {State} from '../../source/core/state.js';
import {sliceTimeline} from '../../source/core/timeline.js';
import {feedEvent, joined, learn, observation, observe, peerId, posted, T0} from './make-events.js';

const OWN = peerId('aa');
const OTHERS = ['01', '02', '03'].map(peerId);

/** Content of a state, without the division of its timelines into pages. */
function contentOf(state: State) {
	const {timeline, pending, unreadable, ...others} = state;
	const rows = [timeline, pending, unreadable].map(part => sliceTimeline(part, 0, part.length));
	return {rows, ...others};
}

/** Splits inputs into inputs of one record each. */
function splitInputs(inputs: readonly Input[]): Input[] {
	return inputs.flatMap((input): Input[] =>
		input.type === 'events' ? input.events.map(event => ({...input, events: [event]})) : [input],
	);
}

function expectEveryState(inputs: readonly Input[]): void {
	const history = createHistory();
	history.append(inputs);
	let state = initialState;
	const all = splitInputs(inputs);
	expect(history.length).toBe(all.length);
	const states = all.map(input => {
		state = reduceInputs(state, [input]);
		return contentOf(state);
	});
	// Requests the states from the last to the first, so that no state can be computed from the one that was requested
	// before.
	for (let index = all.length; index > 0; index--) expect(contentOf(history.stateAt(index))).toEqual(states[index - 1]);
	expect(history.stateAt(0)).toBe(initialState);
}

const launch = observe(observation(OWN, 0, {type: 'launched', version: '1.0.0'}));

/** Batches of several feeds, of any size and in any order that keeps the order within each feed. */
const logs = fc
	.array(fc.record({author: fc.nat(2), size: fc.integer({min: 1, max: 5}), live: fc.boolean(), gap: fc.nat(90_000)}), {
		maxLength: 12,
	})
	.map((batches): Input[] => {
		const seqs = [0, 0, 0];
		let at = 0;
		return [
			launch,
			...batches.map(({author, size, live, gap}): Input => {
				at += gap;
				const peer = OTHERS[author]!;
				const events: FeedEvent[] = Array.from({length: size}, (_, place) => {
					const seq = ++seqs[author]!;
					const ms = at - (live ? 0 : 100_000) + place;
					if (seq === 1) return joined(peer, ms, `peer ${author}`);
					if (seq % 5 === 0) return feedEvent(peer, seq, ms, {type: 'renamed', name: `name ${seq}`});
					if (seq % 7 === 0)
						return feedEvent(peer, seq, ms, {type: 'lost', subject: OTHERS[(author + 1) % 3]!, absence: 0});
					return posted(peer, seq, ms);
				});
				return learn(at, events, live);
			}),
		];
	});

describe('a history', () => {
	test('the history of a log returns the state after any record, even after an event in the middle of a batch', () => {
		fc.assert(fc.property(logs, expectEveryState), {numRuns: 60});
	});

	test('the history of a log computes the same state from a snapshot as from the start of the log, with thousands of records', () => {
		const events = [
			joined(OTHERS[0]!, 0, 'Ben'),
			...Array.from({length: 9000}, (_, at) => posted(OTHERS[0]!, at + 2, at)),
		];
		const history = createHistory();
		history.append([
			launch,
			learn(1, events.slice(0, 4000)),
			...events.slice(4000).map((event, at) => learn(at, [event])),
		]);
		for (const index of [1, 1023, 1024, 1025, 3999, 5000, 8191, 9001, 9002]) {
			const state = history.stateAt(index);
			expect(state.recordCount).toBe(index);
			expect(state.timeline.length).toBe(index - 1);
		}
		const all: Input[] = [launch, learn(1, events.slice(0, 4000))];
		all.push(...events.slice(4000).map((event, at) => learn(at, [event])));
		expect(contentOf(history.stateAt(history.length))).toEqual(contentOf(reduceInputs(initialState, all)));
	});

	test('the history of a log finds the record of a timeline row, and treats consecutive records that arrived by sync as one moment', () => {
		const [ben, amira] = [OTHERS[0]!, OTHERS[1]!];
		const history = createHistory();
		history.append([launch, learn(10, [joined(ben, -50, 'Ben'), posted(ben, 2, -30)], false)]);
		history.append([learn(11, [joined(amira, -40, 'Amira')], false), learn(20, [posted(ben, 3, 20)])]);
		expect(history.indexOfEntry(posted(ben, 2, -30))).toBe(2);
		expect(history.indexOfEntry(joined(amira, -40, 'Amira'))).toBe(3);
		expect(history.indexOfEntry(observation(OWN, 0, {type: 'launched', version: '1.0.0'}))).toBe(0);
		expect(history.indexOfEntry(posted(ben, 9, 0))).toBeUndefined();
		expect([0, 1, 2, 3, 4].map(history.positionAfter)).toEqual([1, 4, 4, 4, 5]);
	});

	test('the history of a log gives its records times that never decrease, and finds the position in the log at a given time', () => {
		const history = createHistory();
		const ben = OTHERS[0]!;
		history.append([
			learn(0, [joined(ben, 0, 'Ben')]),
			learn(5000, [posted(ben, 2, 1)]),
			learn(2000, [posted(ben, 3, 2)]),
		]);
		expect([0, 1, 2].map(index => history.timeAt(index) - T0)).toEqual([0, 5000, 5000]);
		expect([-1, 0, 4999, 5000, 9999].map(ms => history.indexAt(T0 + ms))).toEqual([0, 1, 1, 3, 3]);
	});

	test('the history of a damaged log with a huge seq reserves no memory for the seqs below it', () => {
		const history = createHistory();
		const far = posted(OTHERS[0]!, Number.MAX_SAFE_INTEGER, 1);
		history.append([learn(0, [far])]);
		expect(history.indexOfEntry(far)).toBe(0);
	});

	test('the history of a log ignores ephemeral events, which are not stored in a log', () => {
		const history = createHistory();
		history.append([launch, {type: 'ephemeral', event: {type: 'time-passed', now: T0}}]);
		expect(history.length).toBe(1);
		expect(history.state.ephemeral.now).toBe(0);
	});
});

describe('a snapshot store', () => {
	test('a snapshot store stays within its limits of count and bytes when old events arrive last', () => {
		const snapshots = createSnapshotStore({bytes: 400_000, count: 32});
		let state = initialState;
		for (let index = 1024; index <= 1024 * 64; index += 1024) {
			// Inserts events into every page of the timeline, so that consecutive states share almost no page.
			const events = Array.from({length: 1024}, (_, at) => posted(OTHERS[0]!, index + at, at * 1000 + index / 1024));
			state = reduceInputs(state, [learn(index, events)]);
			snapshots.offer({index, state});
			expect(snapshots.count).toBeLessThanOrEqual(32);
			expect(snapshots.bytes).toBeLessThanOrEqual(400_000);
			const nearest = snapshots.findAtOrBefore(index);
			expect(nearest.index).toBeLessThanOrEqual(index);
			expect(nearest.state.recordCount).toBe(nearest.index);
		}
		expect(snapshots.count).toBeGreaterThan(0);
		expect(snapshots.count).toBeLessThan(16);
	});

	test('an object that several snapshots of a state share counts only once toward the size of the snapshot store', () => {
		const snapshots = createSnapshotStore();
		let state = initialState;
		for (let index = 1024; index <= 1024 * 100; index += 1024) {
			const events = Array.from({length: 1024}, (_, at) => posted(OTHERS[0]!, index + at, index + at));
			state = reduceInputs(state, [learn(index, events)]);
			snapshots.offer({index, state});
		}
		// A hundred complete copies of the state would take about 42 MB.
		expect(snapshots.count).toBe(100);
		expect(snapshots.bytes).toBeLessThan(1_000_000);
	});
});
