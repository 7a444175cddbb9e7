import {initialState, reduceInputs} from '../../../source/core/reduce.js';
import type {State} from '../../../source/core/state.js';
import {createStore} from '../../../source/node/store.js';
import {makeEvents, START} from '../make-history.js';
import {liveBytes, spreadOf} from '../measure.js';
import type {Figure, Row} from '../row.js';

const SIZES = [1000, 10_000, 100_000, 1_000_000] as const;
const CHUNK = 1000;
const ROUNDS = 60;
const PER_ROUND = 100;

function stateOf(count: number): State {
	let state = initialState;
	for (let from = 0; from < count; from += CHUNK) {
		state = reduceInputs(state, [
			{type: 'events', loggedAt: START + (from + CHUNK) * 1000, live: false, events: makeEvents(CHUNK, from)},
		]);
	}
	return state;
}

/** Microseconds per event if each event is committed alone. */
function addOne(state: State, count: number): number {
	const store = createStore(state);
	const events = makeEvents(PER_ROUND, count);
	const start = performance.now();
	for (const event of events) store.commit([{type: 'events', loggedAt: event.at, live: true, events: [event]}]);
	return ((performance.now() - start) * 1000) / PER_ROUND;
}

async function run(): Promise<readonly Figure[]> {
	const empty = liveBytes();
	const memory: number[] = [];
	const states = SIZES.map(count => {
		const before = liveBytes();
		const state = stateOf(count);
		memory.push((liveBytes() - before) / count);
		return {count, state};
	});
	const times = new Map<number, number[]>(SIZES.map(count => [count, []]));
	for (let round = -20; round < ROUNDS; round++) {
		for (const {count, state} of states) {
			const time = addOne(state, count);
			if (round >= 0) times.get(count)?.push(time);
		}
	}
	if (liveBytes() < empty) throw new Error('the states were garbage-collected');
	const small = spreadOf(times.get(1000) ?? []);
	return states.map(({count}, index): Figure => {
		const own = times.get(count) ?? [];
		const ratio = spreadOf(own.map((time, round) => time / (times.get(1000)?.[round] ?? 1)));
		return {
			what: `one more at ${count.toLocaleString('en-US')}`,
			unit: 'us',
			ours: spreadOf(own).median,
			floor: small.median,
			ratio,
			...(count === 1_000_000 && {atMost: 1.3}),
			note: `state ${Math.round(memory[index] ?? 0)} B an event`,
		};
	});
}

export const appendRow: Row = {number: 3, name: 'append', against: 'the same on 1,000 events', run};
