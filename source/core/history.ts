/**
 * A log as something to move in: every record in the order in which it was learnt, and the state after any number of
 * them. A seek is the nearest snapshot and a bounded rest. Snapshots share what did not change between them; how many are
 * kept follows from what they cost (history.ts), so memory stays bounded whatever the order of arrival.
 *
 * Positions count events and observations, also inside of a batch: `stateAt(n)` is the state after the first n.
 */

import {findFirstIndex} from './binary-search.js';
import type {Input} from './event.js';
import type {OrderKey} from './event-order.js';
import {createArrivalIndex, createRecordTable, type HistoryRecord} from './history-records.js';
import {initialState, reduceInputs} from './reduce.js';
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
	indexOfEntry(key: OrderKey): number | undefined;
	/**
	 * How many records were known once this one was there: what comes as history comes feed by feed and in no order that
	 * a reader could follow, so a run of it counts as one moment, which is its end.
	 */
	positionAfter(index: number): number;
}

/** Records reduced in one go, at most: a batch may hold 16,384. Fewer would make reading slower, more a seek. */
const REDUCE_SLICE_RECORDS = 4096;
/** States kept because they were just looked at: the next one is seldom far. */
const MAX_RECENT_SNAPSHOTS = 4;

export function createHistory(): History {
	const records = createRecordTable();
	const arrivals = createArrivalIndex();
	const snapshots = createSnapshotStore();
	let newest: Snapshot = {index: 0, state: initialState};
	let recentSnapshots: readonly Snapshot[] = [];

	function advance({index, state}: Snapshot, to: number): State {
		let reached = state;
		for (let from = index; from < to; from += REDUCE_SLICE_RECORDS) {
			reached = reduceInputs(reached, records.inputsBetween(from, Math.min(to, from + REDUCE_SLICE_RECORDS)));
		}
		return reached;
	}

	function nearestSnapshot(index: number): Snapshot {
		let found = snapshots.findAtOrBefore(index);
		for (const known of recentSnapshots) if (known.index <= index && known.index > found.index) found = known;
		return found;
	}

	return {
		append(inputs) {
			for (const input of inputs) {
				if (input.type === 'passing') continue;
				const from = records.length;
				records.push(input);
				arrivals.add(records, from);
			}
			while (newest.index < records.length) {
				const index = Math.min(records.length, newest.index + REDUCE_SLICE_RECORDS);
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
			const base = nearestSnapshot(index);
			if (base.index === index) return base.state;
			const state = advance(base, index);
			recentSnapshots = [{index, state}, ...recentSnapshots.slice(0, MAX_RECENT_SNAPSHOTS - 1)];
			return state;
		},
		recordAt: records.at,
		timeAt: index => records.monotonicTimeAt(Math.max(0, Math.min(index, records.length - 1))),
		indexAt: ms => findFirstIndex(0, records.length, index => records.monotonicTimeAt(index) > ms),
		indexOfEntry: arrivals.indexOfEntry,
		positionAfter: arrivals.positionAfter,
	};
}

/**
 * States kept along a history. They share what did not change; what each holds for itself is counted, and when all of
 * it is too much, every second one goes and new ones are taken half as often.
 */

export interface Snapshot {
	/** Records reduced. */
	readonly index: number;
	readonly state: State;
}

export interface SnapshotStore {
	/** Takes a state behind all that were offered before, if it is worth keeping. */
	offer(snapshot: Snapshot): void;
	/** The last one at or before `index`; at worst the empty state. */
	findAtOrBefore(index: number): Snapshot;
	readonly count: number;
	/** Bytes that they hold beyond the newest, about. */
	readonly bytes: number;
}

/** Records between two snapshots, at least. */
const MIN_INTERVAL_RECORDS = 1024;
const MAX_SNAPSHOTS = 1024;
const MAX_SNAPSHOT_BYTES = 96 * 1024 * 1024;
const POINTER_BYTES = 8;
/** A page and its start in the tables of a timeline. */
const PAGE_BYTES = 2 * POINTER_BYTES;
const STATE_BYTES = 1024;

export function createSnapshotStore(limits: {readonly bytes?: number; readonly count?: number} = {}): SnapshotStore {
	const {bytes: maxBytes = MAX_SNAPSHOT_BYTES, count: maxCount = MAX_SNAPSHOTS} = limits;
	const empty: Snapshot = {index: 0, state: initialState};
	let snapshots: Snapshot[] = [];
	let interval = MIN_INTERVAL_RECORDS;
	let bytes = 0;

	function thin(): void {
		while (snapshots.length > 1 && (bytes > maxBytes || snapshots.length > maxCount)) {
			snapshots = snapshots.filter((_, place) => place % 2 === 1);
			interval *= 2;
			bytes = 0;
			for (const [place, {state}] of snapshots.entries()) bytes += uniqueBytes(state, snapshots[place + 1]?.state);
		}
	}

	return {
		offer(snapshot) {
			const last = snapshots.at(-1);
			if (snapshot.index - (last?.index ?? 0) < interval) return;
			if (last) bytes += uniqueBytes(last.state, snapshot.state);
			snapshots.push(snapshot);
			thin();
		},
		findAtOrBefore(index) {
			const next = findFirstIndex(0, snapshots.length, place => (snapshots[place]?.index ?? 0) > index);
			return snapshots[next - 1] ?? empty;
		},
		get count() {
			return snapshots.length;
		},
		get bytes() {
			return bytes;
		},
	};
}

/** What a state holds that the one after it does not: pages, their table, buckets of the roster. The newest costs nothing. */
function uniqueBytes({timeline, roster}: State, next: State | undefined): number {
	if (!next) return 0;
	const shared = new Set(next.timeline.pages);
	let entries = 0;
	for (const page of timeline.pages) if (!shared.has(page)) entries += page.length;
	let peers = 0;
	for (const [place, bucket] of roster.entries()) {
		if (bucket !== next.roster[place]) peers += Object.keys(bucket).length;
	}
	return (entries + peers * 2) * POINTER_BYTES + timeline.pages.length * PAGE_BYTES + STATE_BYTES;
}
