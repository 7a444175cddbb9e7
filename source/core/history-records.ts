/**
 * Storage of a history (all records of a log): the records in columns, and an index that finds the record of a
 * timeline row.
 *
 * A column is a typed array with one field of all records. An object for each record would take more memory than the
 * fields in it.
 */
import {findFirstIndex} from './binary-search.js';
import type {FeedEvent, Input, Observation, PeerId} from './event.js';
import {type OrderKey, toSortableString} from './event-order.js';

export interface HistoryRecord {
	readonly entry: FeedEvent | Observation;
	/** Our wall clock in ms when the record was logged. */
	readonly loggedAt: number;
	/** False for a feed event that this node received as history, and not when it was written. */
	readonly live: boolean;
}

interface RecordTable {
	readonly length: number;
	push(input: Exclude<Input, {readonly type: 'ephemeral'}>): void;
	at(index: number): HistoryRecord | undefined;
	/** Greatest `loggedAt` of the records up to `index`. It never decreases when `index` rises. */
	monotonicTimeAt(index: number): number;
	/** Inputs for the reducer, made from the records with indexes from `from` to `to` (exclusive). */
	inputsBetween(from: number, to: number): Input[];
}

/** Initial capacity of the columns, in records. */
const INITIAL_CAPACITY = 1024;

export function createRecordTable(): RecordTable {
	const entries: (FeedEvent | Observation)[] = [];
	let loggedAt = new Float64Array(INITIAL_CAPACITY);
	let monotonicTimes = new Float64Array(INITIAL_CAPACITY);
	let live = new Uint8Array(INITIAL_CAPACITY);

	function grow(): void {
		const size = Math.ceil(loggedAt.length * 1.5);
		loggedAt = copyInto(new Float64Array(size), loggedAt);
		monotonicTimes = copyInto(new Float64Array(size), monotonicTimes);
		live = copyInto(new Uint8Array(size), live);
	}

	function add(entry: FeedEvent | Observation, at: number, isLive: boolean): void {
		const index = entries.push(entry) - 1;
		if (index >= loggedAt.length) grow();
		loggedAt[index] = at;
		monotonicTimes[index] = Math.max(at, monotonicTimes[index - 1] ?? 0);
		live[index] = isLive ? 1 : 0;
	}

	/**
	 * Index after the last record of the run that starts at `from`. A run is a series of feed events that were logged
	 * together.
	 */
	function runEnd(from: number, to: number): number {
		let end = from + 1;
		while (end < to && entries[end]?.seq !== 0 && loggedAt[end] === loggedAt[from] && live[end] === live[from]) end++;
		return end;
	}

	return {
		get length() {
			return entries.length;
		},
		push(input) {
			if (input.type === 'observed') add(input.observation, input.loggedAt, true);
			else for (const event of input.events) add(event, input.loggedAt, input.live);
		},
		at(index) {
			const entry = entries[index];
			return entry && {entry, loggedAt: loggedAt[index] ?? 0, live: live[index] === 1};
		},
		monotonicTimeAt: index => monotonicTimes[index] ?? 0,
		inputsBetween(from, to) {
			const inputs: Input[] = [];
			for (let index = from; index < to; ) {
				const entry = entries[index];
				const at = loggedAt[index] ?? 0;
				if (entry && isObservation(entry)) {
					inputs.push({type: 'observed', loggedAt: at, observation: entry});
					index++;
					continue;
				}
				const end = runEnd(index, to);
				const events = entries.slice(index, end).filter(isFeedEvent);
				inputs.push({type: 'events', loggedAt: at, live: live[index] === 1, events});
				index = end;
			}
			return inputs;
		},
	};
}

function isObservation(entry: FeedEvent | Observation): entry is Observation {
	return entry.seq === 0;
}

function isFeedEvent(entry: FeedEvent | Observation): entry is FeedEvent {
	return entry.seq !== 0;
}

function copyInto<T extends Float64Array | Uint8Array>(target: T, source: T): T {
	target.set(source);
	return target;
}

/**
 * Index by order of arrival. It finds the record that produced a timeline row, and the runs of consecutive records
 * that were received as history.
 */
interface ArrivalIndex {
	/** Indexes the records from `from` to the end. */
	add(records: RecordTable, from: number): void;
	/** Index of the record that produced the timeline row with this key; undefined if there is none. */
	indexOfEntry(key: OrderKey): number | undefined;
	/**
	 * Index after the run of records received as history to which record `index` belongs; `index + 1` if the record
	 * belongs to no run.
	 */
	positionAfter(index: number): number;
}

/**
 * The index of a feed is an array with an element for each seq. An event whose seq is more than this number beyond
 * the end of the array is stored in `sparseIndexes` instead. Otherwise one event with a huge seq in a damaged log
 * could make the array take much memory.
 */
const MAX_SEQ_GAP = 4096;
const ABSENT = 0xffff_ffff;

export function createArrivalIndex(): ArrivalIndex {
	/** For each feed: the index of the record of each seq. */
	const feeds = new Map<PeerId, Uint32Array>();
	/**
	 * Record index by sort key (`toSortableString`), for observations, and for events whose seq is more than
	 * MAX_SEQ_GAP beyond the array of their feed in `feeds`.
	 */
	const sparseIndexes = new Map<string, number>();
	/**
	 * Runs of consecutive records that were received as history. For each run, in rising order: index of its first
	 * record, then index after its last record.
	 */
	const syncedRuns: number[] = [];

	function indexEvent(peer: PeerId, seq: number, key: OrderKey, index: number): void {
		let indexes = feeds.get(peer);
		if (!indexes || seq >= indexes.length) {
			const size = indexes?.length ?? 0;
			if (seq > size + MAX_SEQ_GAP) {
				const sparseKey = toSortableString(key);
				if (!sparseIndexes.has(sparseKey)) sparseIndexes.set(sparseKey, index);
				return;
			}
			const grown = new Uint32Array(Math.max(8, seq + 1, Math.ceil(size * 1.5))).fill(ABSENT);
			if (indexes) grown.set(indexes);
			indexes = grown;
			feeds.set(peer, indexes);
		}
		if (indexes[seq] === ABSENT) indexes[seq] = index;
	}

	function extendRun(index: number): void {
		const last = syncedRuns.length - 1;
		if (syncedRuns[last] === index) syncedRuns[last] = index + 1;
		else syncedRuns.push(index, index + 1);
	}

	return {
		add(records, from) {
			for (let index = from; index < records.length; index++) {
				const record = records.at(index);
				if (!record) continue;
				const {entry} = record;
				if (isObservation(entry)) sparseIndexes.set(toSortableString(entry), index);
				else indexEvent(entry.peer, entry.seq, entry, index);
				if (!record.live) extendRun(index);
			}
		},
		indexOfEntry(key) {
			const index = key.seq === 0 ? undefined : feeds.get(key.peer)?.[key.seq];
			return index === undefined || index === ABSENT ? sparseIndexes.get(toSortableString(key)) : index;
		},
		positionAfter(index) {
			const run = findFirstIndex(0, syncedRuns.length / 2, number => (syncedRuns[2 * number + 1] ?? 0) > index);
			const from = syncedRuns[2 * run];
			return from !== undefined && from <= index ? (syncedRuns[2 * run + 1] ?? index + 1) : index + 1;
		},
	};
}
