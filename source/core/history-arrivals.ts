/** Where in a history each row was learnt, and which records came together. */
import type {Records} from './history-records.js';
import {isObservation} from './history-records.js';
import type {PeerId} from './ids.js';
import {type OrderKey, orderString} from './order.js';
import {findFirstIndex} from './search.js';

export interface Arrivals {
	/** Takes in the records from `from` to the present end. */
	note(records: Records, from: number): void;
	learntAt(key: OrderKey): number | undefined;
	momentOf(index: number): number;
}

/** A seq further ahead of what is known than this is kept aside: a damaged log must not make us reserve memory. */
const MAX_GAP = 4096;
const ABSENT = 0xffff_ffff;

export function createArrivals(): Arrivals {
	const feeds = new Map<PeerId, Uint32Array>();
	/** Observations, and events far ahead of their feed. */
	const others = new Map<string, number>();
	/** Runs of records that came as history: [from, to), flat and rising. */
	const runs: number[] = [];

	function noteEvent(peer: PeerId, seq: number, key: OrderKey, index: number): void {
		let known = feeds.get(peer);
		if (!known || seq >= known.length) {
			const size = known?.length ?? 0;
			if (seq > size + MAX_GAP) {
				const text = orderString(key);
				if (!others.has(text)) others.set(text, index);
				return;
			}
			const grown = new Uint32Array(Math.max(8, seq + 1, Math.ceil(size * 1.5))).fill(ABSENT);
			if (known) grown.set(known);
			known = grown;
			feeds.set(peer, known);
		}
		if (known[seq] === ABSENT) known[seq] = index;
	}

	function noteRun(index: number): void {
		const last = runs.length - 1;
		if (runs[last] === index) runs[last] = index + 1;
		else runs.push(index, index + 1);
	}

	return {
		note(records, from) {
			for (let index = from; index < records.length; index++) {
				const record = records.at(index);
				if (!record) continue;
				const {entry} = record;
				if (isObservation(entry)) others.set(orderString(entry), index);
				else noteEvent(entry.peer, entry.seq, entry, index);
				if (!record.live) noteRun(index);
			}
		},
		learntAt(key) {
			const index = key.seq === 0 ? undefined : feeds.get(key.peer)?.[key.seq];
			return index === undefined || index === ABSENT ? others.get(orderString(key)) : index;
		},
		momentOf(index) {
			const run = findFirstIndex(0, runs.length / 2, place => (runs[2 * place + 1] ?? 0) > index);
			const from = runs[2 * run];
			return from !== undefined && from <= index ? (runs[2 * run + 1] ?? index + 1) : index + 1;
		},
	};
}
