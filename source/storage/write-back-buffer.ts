import {type Batch, batchByteLength} from '../core/batch.js';
import type {PeerId} from '../core/event.js';
import type {LogRecord} from './log.js';
import {MemoryFeeds} from './memory-log.js';

/** Estimated bytes of memory that a queued record occupies in addition to its entries. */
const RECORD_OVERHEAD_BYTES = 256;

/**
 * Queue of records that could not be written to the log file yet, in order and limited in bytes. Batches in the queue
 * can already be sent to peers.
 */
export class WriteBackBuffer {
	readonly #maxBytes: number;
	readonly #feeds: MemoryFeeds;
	#records: LogRecord[] = [];
	/** Index of the first record that is not saved yet. */
	#start = 0;
	#bytes = 0;
	#droppedRecords = 0;

	/** `savedSeq` returns the seq up to which the log file holds a feed. */
	constructor(maxBytes: number, savedSeq: (peer: PeerId) => number) {
		this.#maxBytes = maxBytes;
		this.#feeds = new MemoryFeeds(savedSeq);
	}

	get isEmpty(): boolean {
		return this.#start === this.#records.length;
	}

	/** Bytes of memory that the queued records occupy. */
	get bytes(): number {
		return this.#bytes;
	}

	/** Number of records that did not fit into the queue. They will be missing in the log file. */
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
				if (record.type === 'batch') this.#feeds.add(record.batch);
			}
		}
	}

	/** Whether this record waits to be saved. */
	contains(record: LogRecord): boolean {
		return this.#records.includes(record, this.#start);
	}

	/**
	 * The next records to save. Their entries have about `maxBytes` in total. At least one record is returned unless
	 * the queue is empty.
	 */
	peek(maxBytes: number): readonly LogRecord[] {
		let end = this.#start;
		let bytes = 0;
		while (end < this.#records.length && (end === this.#start || bytes < maxBytes)) {
			const record = this.#records[end++];
			if (record?.type === 'batch') bytes += batchByteLength(record.batch);
		}
		return this.#records.slice(this.#start, end);
	}

	/** Removes the first `count` records after they were saved. */
	markSaved(count: number): void {
		this.#start += count;
		if (!this.isEmpty) return;
		this.#records = [];
		this.#start = 0;
		this.#bytes = 0;
		this.#feeds.clear();
	}

	heldSeq(peer: PeerId): number {
		return this.#feeds.heldSeq(peer);
	}

	/** Queued batches of a feed from `seq` on (see `Log.batchesFrom`). */
	batchesFrom(peer: PeerId, seq: number, maxBytes: number, boundary?: number): Batch[] {
		return this.#feeds.batchesFrom(peer, seq, maxBytes, boundary);
	}
}
