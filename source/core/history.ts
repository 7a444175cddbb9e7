/**
 * History: every record of a log in the order of arrival, and access to the state after any number of records.
 *
 * To compute a state, the history starts at the nearest earlier snapshot (a stored state) and reduces the records
 * after it, whose number is bounded. A position counts single events and observations, also within a batch:
 * `stateAt(n)` is the state after the first n records.
 */
import {findFirstIndex} from './binary-search.js';
import type {Input} from './event.js';
import type {OrderKey} from './event-order.js';
import {createArrivalIndex, createRecordTable, type HistoryRecord} from './history-records.js';
import {initialState, reduceInputs} from './reduce.js';
import type {State} from './state.js';

export interface History {
	/** Appends inputs in the order of logging. Ignores ephemeral events, because no log contains them. */
	append(inputs: readonly Input[]): void;
	/** Number of records. */
	readonly length: number;
	/** State after all records. */
	readonly state: State;
	/**
	 * State after the first `index` records. A number below 0 is treated as 0, and a number above `length` as
	 * `length`.
	 */
	stateAt(index: number): State;
	recordAt(index: number): HistoryRecord | undefined;
	/**
	 * Our wall clock in ms when record `index` was logged. It never decreases when `index` rises: if the clock was
	 * set back, the greatest earlier time counts. 0 in an empty history.
	 */
	timeAt(index: number): number;
	/** Number of records logged at or before `ms`. */
	indexAt(ms: number): number;
	/**
	 * Index of the record that produced the timeline row with this key; undefined if the history does not contain the
	 * record.
	 */
	indexOfEntry(key: OrderKey): number | undefined;
	/**
	 * Position after record `index`. History that peers send to this node arrives feed by feed, in an order that a
	 * reader cannot follow. A run of records received as history therefore counts as one moment. The position after
	 * any of its records is the end of the run.
	 */
	positionAfter(index: number): number;
}

/**
 * Maximum number of records that are reduced in one step. A smaller number makes loading slower. A larger number
 * blocks the event loop longer when the user moves to another position.
 */
const REDUCE_SLICE_RECORDS = 4096;

/** Creates an empty history. */
export function createHistory(): History {
	const records = createRecordTable();
	const arrivals = createArrivalIndex();
	const snapshots = createSnapshotStore();
	let newest: Snapshot = {index: 0, state: initialState};

	function advance({index, state}: Snapshot, to: number): State {
		let reached = state;
		for (let from = index; from < to; from += REDUCE_SLICE_RECORDS) {
			reached = reduceInputs(reached, records.inputsBetween(from, Math.min(to, from + REDUCE_SLICE_RECORDS)));
		}
		return reached;
	}

	return {
		append(inputs) {
			for (const input of inputs) {
				if (input.type === 'ephemeral') continue;
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
			const base = snapshots.findAtOrBefore(index);
			if (base.index === index) return base.state;
			const state = advance(base, index);
			snapshots.remember({index, state});
			return state;
		},
		recordAt: records.at,
		timeAt: index => records.monotonicTimeAt(Math.max(0, Math.min(index, records.length - 1))),
		indexAt: ms => findFirstIndex(0, records.length, index => records.monotonicTimeAt(index) > ms),
		indexOfEntry: arrivals.indexOfEntry,
		positionAfter: arrivals.positionAfter,
	};
}

interface Snapshot {
	/** Number of records from which `state` was reduced. */
	readonly index: number;
	readonly state: State;
}

/**
 * Store of snapshots: states of a history, kept at intervals of records. Successive states share their unchanged
 * parts, so the store estimates for each state only the bytes that the next state does not share. If the sum exceeds
 * the limit, the store drops every second snapshot and doubles the interval.
 */
interface SnapshotStore {
	/**
	 * Offers a state that is later than all states offered before. The store keeps it if there are enough records
	 * between it and the last kept state.
	 */
	offer(snapshot: Snapshot): void;
	/** Keeps a state that was just shown, because the user usually moves to a position near it next. */
	remember(snapshot: Snapshot): void;
	/** Latest snapshot at or before `index`; the empty state at index 0 if there is none. */
	findAtOrBefore(index: number): Snapshot;
	/** Number of snapshots that were stored by `offer`; those of `remember` are not counted. */
	readonly count: number;
	/**
	 * Estimated bytes of the stored snapshots, without the parts that each of them shares with the next one. The newest
	 * snapshot is counted as 0 bytes.
	 */
	readonly bytes: number;
}

/** Minimum number of records between two snapshots. */
const MIN_INTERVAL_RECORDS = 1024;
const MAX_SNAPSHOTS = 1024;
const MAX_SNAPSHOT_BYTES = 96 * 1024 * 1024;
/** Maximum number of states that the store keeps because they were shown recently (`remember`). */
const MAX_RECENT_SNAPSHOTS = 4;
const POINTER_BYTES = 8;
/** Bytes that a page takes in the tables of a timeline: a reference to the page, and its start position. */
const PAGE_BYTES = 2 * POINTER_BYTES;
const STATE_BYTES = 1024;

/** Creates an empty store. `limits` replaces the default limits in tests. */
export function createSnapshotStore(limits: {readonly bytes?: number; readonly count?: number} = {}): SnapshotStore {
	const {bytes: maxBytes = MAX_SNAPSHOT_BYTES, count: maxCount = MAX_SNAPSHOTS} = limits;
	const empty: Snapshot = {index: 0, state: initialState};
	let snapshots: Snapshot[] = [];
	/** States that were shown recently (`remember`), the last one first. */
	let recentSnapshots: readonly Snapshot[] = [];
	let interval = MIN_INTERVAL_RECORDS;
	let bytes = 0;

	function thin(): void {
		while (snapshots.length > 1 && (bytes > maxBytes || snapshots.length > maxCount)) {
			snapshots = snapshots.filter((_, number) => number % 2 === 1);
			interval *= 2;
			bytes = 0;
			for (const [number, {state}] of snapshots.entries()) bytes += uniqueBytes(state, snapshots[number + 1]?.state);
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
		remember(snapshot) {
			recentSnapshots = [snapshot, ...recentSnapshots.slice(0, MAX_RECENT_SNAPSHOTS - 1)];
		},
		findAtOrBefore(index) {
			const next = findFirstIndex(0, snapshots.length, number => (snapshots[number]?.index ?? 0) > index);
			let found = snapshots[next - 1] ?? empty;
			for (const recent of recentSnapshots) if (recent.index <= index && recent.index > found.index) found = recent;
			return found;
		},
		get count() {
			return snapshots.length;
		},
		get bytes() {
			return bytes;
		},
	};
}

/**
 * Estimated bytes of a state that the later state `next` does not share: pages of rows and effects, tables of pages,
 * and roster buckets. 0 if `next` is undefined.
 */
function uniqueBytes({timeline, roster, effects}: State, next: State | undefined): number {
	if (!next) return 0;
	const shared = new Set(next.timeline.pages);
	let entries = 0;
	for (const page of timeline.pages) if (!shared.has(page)) entries += page.length;
	const pagesOf = ({texts, marks, pins}: State['effects']) =>
		[texts.corrections, texts.withdrawals, marks, pins].flatMap<readonly unknown[]>(index => index.pages);
	const sharedEffects = new Set(pagesOf(next.effects));
	for (const page of pagesOf(effects)) if (!sharedEffects.has(page)) entries += page.length;
	let peers = 0;
	for (const [number, bucket] of roster.entries()) {
		if (bucket !== next.roster[number]) peers += Object.keys(bucket).length;
	}
	return (entries + peers * 2) * POINTER_BYTES + timeline.pages.length * PAGE_BYTES + STATE_BYTES;
}
