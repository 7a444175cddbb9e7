/**
 * A log as something to move in: every record in the order in which it was learnt, and the state after any number of
 * them. A seek is the nearest snapshot and a bounded rest. Snapshots share what did not change between them; how many are
 * kept follows from what they cost (history-snapshots.ts), so memory stays bounded whatever the order of arrival.
 *
 * Positions count events and observations, also inside of a batch: `stateAt(n)` is the state after the first n.
 */
import type {Input} from './event.js';
import {createArrivals} from './history-arrivals.js';
import {createRecords, type HistoryRecord} from './history-records.js';
import {createSnapshots, type Snapshot} from './history-snapshots.js';
import type {OrderKey} from './order.js';
import {initialState, reduceInputs} from './reduce.js';
import {findFirstIndex} from './search.js';
import type {State} from './state.js';

export interface History {
	/** Takes what was logged next; passing facts are left out, as in a log. */
	append(inputs: readonly Input[]): void;
	/** Records so far. */
	readonly length: number;
	/** After all of them. */
	readonly state: State;
	/** After the first `index` records, clamped to what there is. */
	stateAt(index: number): State;
	recordAt(index: number): HistoryRecord | undefined;
	/** Our wall clock when record `index` was logged, ms; never goes back. 0 for an empty history. */
	timeAt(index: number): number;
	/** How many records were logged at `ms` or before. */
	indexAt(ms: number): number;
	/** Index of the record that a row is; undefined for one that is not in this history. */
	learntAt(key: OrderKey): number | undefined;
	/**
	 * How many records were known once this one was there: what comes as history comes feed by feed and in no order that
	 * a reader could follow, so a run of it counts as one moment, which is its end.
	 */
	momentOf(index: number): number;
}

/** Records reduced in one go, at most: a batch may hold 16,384. Fewer would make reading slower, more a seek. */
const SLICE = 4096;
/** States kept because they were just looked at: the next one is seldom far. */
const MAX_RECENT = 4;

export function createHistory(): History {
	const records = createRecords();
	const arrivals = createArrivals();
	const snapshots = createSnapshots();
	let newest: Snapshot = {index: 0, state: initialState};
	let recent: readonly Snapshot[] = [];

	function advance({index, state}: Snapshot, to: number): State {
		let reached = state;
		for (let from = index; from < to; from += SLICE) {
			reached = reduceInputs(reached, records.inputs(from, Math.min(to, from + SLICE)));
		}
		return reached;
	}

	function nearest(index: number): Snapshot {
		let found = snapshots.before(index);
		for (const known of recent) if (known.index <= index && known.index > found.index) found = known;
		return found;
	}

	return {
		append(inputs) {
			for (const input of inputs) {
				if (input.type === 'passing') continue;
				const from = records.length;
				records.push(input);
				arrivals.note(records, from);
			}
			while (newest.index < records.length) {
				const index = Math.min(records.length, newest.index + SLICE);
				newest = {index, state: advance(newest, index)};
				snapshots.offer(newest);
			}
		},
		get length() {
			return records.length;
		},
		get state() {
			return newest.state;
		},
		stateAt(wanted) {
			const index = Math.max(0, Math.min(Math.floor(wanted), records.length));
			if (index === newest.index) return newest.state;
			const base = nearest(index);
			if (base.index === index) return base.state;
			const state = advance(base, index);
			recent = [{index, state}, ...recent.slice(0, MAX_RECENT - 1)];
			return state;
		},
		recordAt: records.at,
		timeAt: index => records.clock(Math.max(0, Math.min(index, records.length - 1))),
		indexAt: ms => findFirstIndex(0, records.length, index => records.clock(index) > ms),
		learntAt: arrivals.learntAt,
		momentOf: arrivals.momentOf,
	};
}
