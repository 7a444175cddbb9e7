/**
 * States kept along a history. They share what did not change; what each holds for itself is counted, and when all of
 * it is too much, every second one goes and new ones are taken half as often.
 */
import {initialState} from './reduce.js';
import {findFirstIndex} from './search.js';
import type {State} from './state.js';

export interface Snapshot {
	/** Records reduced. */
	readonly index: number;
	readonly state: State;
}

export interface Snapshots {
	/** Takes a state behind all that were offered before, if it is worth keeping. */
	offer(snapshot: Snapshot): void;
	/** The last one at or before `index`; at worst the empty state. */
	before(index: number): Snapshot;
	readonly count: number;
	/** Bytes that they hold beyond the newest, about. */
	readonly bytes: number;
}

/** Records between two snapshots, at least. */
const FIRST_INTERVAL = 1024;
const MAX_SNAPSHOTS = 1024;
const MAX_BYTES = 96 * 1024 * 1024;
const POINTER_BYTES = 8;
/** A page and its start in the tables of a timeline. */
const PAGE_BYTES = 2 * POINTER_BYTES;
const STATE_BYTES = 1024;

export function createSnapshots(limits: {readonly bytes?: number; readonly count?: number} = {}): Snapshots {
	const {bytes: maxBytes = MAX_BYTES, count: maxCount = MAX_SNAPSHOTS} = limits;
	const empty: Snapshot = {index: 0, state: initialState};
	let kept: Snapshot[] = [];
	let interval = FIRST_INTERVAL;
	let bytes = 0;

	function thin(): void {
		while (kept.length > 1 && (bytes > maxBytes || kept.length > maxCount)) {
			kept = kept.filter((_, place) => place % 2 === 1);
			interval *= 2;
			bytes = 0;
			for (const [place, {state}] of kept.entries()) bytes += costOf(state, kept[place + 1]?.state);
		}
	}

	return {
		offer(snapshot) {
			const last = kept.at(-1);
			if (snapshot.index - (last?.index ?? 0) < interval) return;
			if (last) bytes += costOf(last.state, snapshot.state);
			kept.push(snapshot);
			thin();
		},
		before(index) {
			const next = findFirstIndex(0, kept.length, place => (kept[place]?.index ?? 0) > index);
			return kept[next - 1] ?? empty;
		},
		get count() {
			return kept.length;
		},
		get bytes() {
			return bytes;
		},
	};
}

/** What a state holds that the one after it does not: pages, their table, buckets of the roster. The newest costs nothing. */
function costOf({timeline, roster}: State, after: State | undefined): number {
	if (!after) return 0;
	const shared = new Set(after.timeline.pages);
	let entries = 0;
	for (const page of timeline.pages) if (!shared.has(page)) entries += page.length;
	let peers = 0;
	for (const [place, bucket] of roster.entries()) {
		if (bucket !== after.roster[place]) peers += Object.keys(bucket).length;
	}
	return (entries + peers * 2) * POINTER_BYTES + timeline.pages.length * PAGE_BYTES + STATE_BYTES;
}
