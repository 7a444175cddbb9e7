import type {PeerId} from '../core/event.js';
import {type Batch, batchByteLength} from '../core/event.js';
import type {LogRecord} from './log.js';
import {MemoryFeed} from './memory-log.js';

/** What an observation counts as, and what a batch costs beside its entries. Bytes. */
const RECORD_OVERHEAD_BYTES = 256;

/** Records that wait for saving to work again, in order, bounded by bytes; their batches can be served meanwhile. */
export class WriteBackBuffer {
	readonly #maxBytes: number;
	/** What the file holds of a feed, on which unsaved batches follow. */
	readonly #savedSeq: (peer: PeerId) => number;
	readonly #feeds = new Map<PeerId, MemoryFeed>();
	#records: LogRecord[] = [];
	/** Records before this one are saved already. */
	#start = 0;
	#bytes = 0;
	#droppedRecords = 0;

	constructor(maxBytes: number, savedSeq: (peer: PeerId) => number) {
		this.#maxBytes = maxBytes;
		this.#savedSeq = savedSeq;
	}

	get isEmpty(): boolean {
		return this.#start === this.#records.length;
	}

	/** Bytes in memory. */
	get bytes(): number {
		return this.#bytes;
	}

	/** Records for which there was no room: they are lost to the file. */
	get droppedRecords(): number {
		return this.#droppedRecords;
	}

	add(records: readonly LogRecord[]): void {
		for (const record of records) {
			const bytes = RECORD_OVERHEAD_BYTES + (record.type === 'batch' ? batchByteLength(record.batch) : 0);
			if (this.#bytes + bytes > this.#maxBytes) this.#droppedRecords++;
			else {
				this.#bytes += bytes;
				this.#records.push(record);
				if (record.type === 'batch') this.#getOrCreateFeed(record.batch.peer).add(record.batch);
			}
		}
	}

	/** The next records to save, about `maxBytes`, at least one if any. */
	peek(maxBytes: number): readonly LogRecord[] {
		let end = this.#start;
		let bytes = 0;
		while (end < this.#records.length && (end === this.#start || bytes < maxBytes)) {
			const record = this.#records[end++];
			if (record?.type === 'batch') bytes += batchByteLength(record.batch);
		}
		return this.#records.slice(this.#start, end);
	}

	/** The first `count` are in the file. */
	markSaved(count: number): void {
		this.#start += count;
		if (!this.isEmpty) return;
		this.#records = [];
		this.#start = 0;
		this.#bytes = 0;
		this.#feeds.clear();
	}

	heldSeq(peer: PeerId): number {
		return this.#feeds.get(peer)?.held ?? 0;
	}

	batchesFrom(peer: PeerId, seq: number, maxBytes: number, boundary?: number): Batch[] {
		return this.#feeds.get(peer)?.batchesFrom(seq, maxBytes, boundary) ?? [];
	}

	#getOrCreateFeed(peer: PeerId): MemoryFeed {
		let feed = this.#feeds.get(peer);
		if (!feed) {
			feed = new MemoryFeed(this.#savedSeq(peer));
			this.#feeds.set(peer, feed);
		}
		return feed;
	}
}
