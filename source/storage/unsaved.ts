import {type Batch, batchBytes} from '../core/batch.js';
import type {PeerId} from '../core/ids.js';
import {FeedBatches} from './feed-batches.js';
import type {LogRecord} from './log.js';

/** What an observation counts as, and what a batch costs beside its entries. Bytes. */
const RECORD_OVERHEAD_BYTES = 256;

/** Records that wait for saving to work again, in order, bounded by bytes; their batches can be served meanwhile. */
export class Unsaved {
	readonly #maxBytes: number;
	/** What the file holds of a feed, on which unsaved batches follow. */
	readonly #savedSeq: (peer: PeerId) => number;
	readonly #feeds = new Map<PeerId, FeedBatches>();
	#records: LogRecord[] = [];
	/** Records before this one are saved already. */
	#first = 0;
	#bytes = 0;
	#dropped = 0;

	constructor(maxBytes: number, savedSeq: (peer: PeerId) => number) {
		this.#maxBytes = maxBytes;
		this.#savedSeq = savedSeq;
	}

	get isEmpty(): boolean {
		return this.#first === this.#records.length;
	}

	/** Bytes in memory. */
	get bytes(): number {
		return this.#bytes;
	}

	/** Records for which there was no room: they are lost to the file. */
	get dropped(): number {
		return this.#dropped;
	}

	add(records: readonly LogRecord[]): void {
		for (const record of records) {
			const bytes = RECORD_OVERHEAD_BYTES + (record.type === 'batch' ? batchBytes(record.batch) : 0);
			if (this.#bytes + bytes > this.#maxBytes) this.#dropped++;
			else {
				this.#bytes += bytes;
				this.#records.push(record);
				if (record.type === 'batch') this.#feedOf(record.batch.peer).add(record.batch);
			}
		}
	}

	/** The next records to save, about `maxBytes`, at least one if any. */
	next(maxBytes: number): readonly LogRecord[] {
		let end = this.#first;
		let bytes = 0;
		while (end < this.#records.length && (end === this.#first || bytes < maxBytes)) {
			const record = this.#records[end++];
			if (record?.type === 'batch') bytes += batchBytes(record.batch);
		}
		return this.#records.slice(this.#first, end);
	}

	/** The first `count` are in the file. */
	saved(count: number): void {
		this.#first += count;
		if (!this.isEmpty) return;
		this.#records = [];
		this.#first = 0;
		this.#bytes = 0;
		this.#feeds.clear();
	}

	heldSeq(peer: PeerId): number {
		return this.#feeds.get(peer)?.held ?? 0;
	}

	batchesFrom(peer: PeerId, seq: number, maxBytes: number, boundary?: number): Batch[] {
		return this.#feeds.get(peer)?.from(seq, maxBytes, boundary) ?? [];
	}

	#feedOf(peer: PeerId): FeedBatches {
		let feed = this.#feeds.get(peer);
		if (!feed) {
			feed = new FeedBatches(this.#savedSeq(peer));
			this.#feeds.set(peer, feed);
		}
		return feed;
	}
}
