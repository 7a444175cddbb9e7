import {type Batch, batchByteLength, lastSeq, type PeerId} from '../core/event.js';
import {mergeBatches} from '../feed/merge-batches.js';
import type {Log, LogHeader, OpenedLog} from './log.js';

/** Batches of one feed in memory, under the same rules as FeedIndex: contiguous ones count, others wait. */
export class MemoryFeed {
	#batches: Batch[] = [];
	#ahead: Batch[] = [];
	#heldSeq: number;

	/** `held`: what an earlier store holds of the feed; batches go on behind it. */
	constructor(heldSeq = 0) {
		this.#heldSeq = heldSeq;
	}

	/** Contiguous up to this. */
	get held(): number {
		return this.#heldSeq;
	}

	add(batch: Batch): void {
		if (lastSeq(batch) <= this.#heldSeq) return;
		if (batch.firstSeq > this.#heldSeq + 1) {
			this.#ahead.push(batch);
			return;
		}
		this.#appendContiguous(batch);
		if (this.#ahead.length === 0) return;
		const waiting = this.#ahead.sort((a, b) => a.firstSeq - b.firstSeq);
		this.#ahead = [];
		for (const next of waiting) this.add(next);
	}

	/** As `Log.batchesFrom`. */
	batchesFrom(seq: number, maxBytes: number, boundary?: number): Batch[] {
		if (seq < 1 || seq > this.#heldSeq) return [];
		const found: Batch[] = [];
		let bytes = 0;
		for (let position = this.#positionOf(seq); position < this.#batches.length; position++) {
			const batch = this.#batches[position];
			if (!batch || (found.length === 0 && batch.firstSeq > seq)) break;
			bytes += batchByteLength(batch);
			if (found.length > 0 && bytes > maxBytes) break;
			found.push(batch);
		}
		return mergeBatches(found, boundary);
	}

	#appendContiguous(batch: Batch): void {
		this.#batches.push(batch);
		this.#heldSeq = lastSeq(batch);
	}

	/** Position of the batch that holds `seq`. */
	#positionOf(seq: number): number {
		let low = 0;
		let high = this.#batches.length;
		while (low < high) {
			const middle = (low + high) >>> 1;
			const batch = this.#batches[middle];
			if (batch && lastSeq(batch) < seq) low = middle + 1;
			else high = middle;
		}
		return low;
	}
}

async function* emptyRecords(): AsyncGenerator<never> {}

/** A log that dies with the process (`--no-log`, tests, the simulator). */
export function createMemoryLog(header: LogHeader): OpenedLog {
	const feeds = new Map<PeerId, MemoryFeed>();
	let size = 0;
	let isClosed = false;

	function getOrCreateFeed(peer: PeerId): MemoryFeed {
		let feed = feeds.get(peer);
		if (!feed) {
			feed = new MemoryFeed();
			feeds.set(peer, feed);
		}
		return feed;
	}

	function add(batch: Batch): void {
		getOrCreateFeed(batch.peer).add(batch);
		size += batchByteLength(batch);
	}

	const log: Log = {
		path: undefined,
		header,
		append(records) {
			if (isClosed) throw new Error('The log is closed');
			for (const record of records) if (record.type === 'batch') add(record.batch);
		},
		batchesFrom: (peer, seq, maxBytes, boundary) => feeds.get(peer)?.batchesFrom(seq, maxBytes, boundary) ?? [],
		heldSeq: peer => feeds.get(peer)?.held ?? 0,
		savedSeq: peer => feeds.get(peer)?.held ?? 0,
		get size() {
			return size;
		},
		flush: () => Promise.resolve(),
		close() {
			isClosed = true;
			return Promise.resolve();
		},
	};
	return {log, damage: [], records: emptyRecords()};
}
