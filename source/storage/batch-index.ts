import {crc32} from 'node:zlib';
import {decodeLogRecord, probeRecord} from '../codec/log-record.js';
import {type Batch, batchByteLength, lastSeq, type PeerId} from '../core/event.js';
import {mergeBatches} from '../feed/merge-batches.js';
import type {LogRecord} from './log.js';
import type {LogFile} from './log-file.js';

/**
 * Where the batches of a feed stand in the file, in typed arrays: 16 bytes a record (and what growth keeps in reserve).
 * Only what is contiguous from seq 1 counts as held; a batch behind a gap waits aside until the gap is filled.
 */
export interface RecordLocation {
	/** Seq of the last entry of the record. */
	readonly lastSeq: number;
	/** Byte offset and length of the whole record in the file. */
	readonly offset: number;
	readonly length: number;
}

interface OutOfOrderRecord extends RecordLocation {
	readonly firstSeq: number;
}

/** Batches of one feed that wait behind a gap, at most; what is beyond is wanted again from peers. */
const MAX_AHEAD = 4096;
const MAX_SEQ = 0xffff_ffff;
const INITIAL_CAPACITY = 4;

export class FeedIndex {
	#lastSeqs = new Uint32Array(INITIAL_CAPACITY);
	#lengths = new Uint32Array(INITIAL_CAPACITY);
	#offsets = new Float64Array(INITIAL_CAPACITY);
	#ahead: OutOfOrderRecord[] = [];
	#count = 0;
	#heldSeq = 0;

	/** Records in the contiguous part. */
	get count(): number {
		return this.#count;
	}

	/** Contiguous from 1 to this; 0 if none. */
	get heldSeq(): number {
		return this.#heldSeq;
	}

	/** Bytes of memory, reserve included. */
	get memoryBytes(): number {
		return this.#offsets.length * 16;
	}

	add(firstSeq: number, lastSeq: number, offset: number, length: number): void {
		if (lastSeq > MAX_SEQ || lastSeq <= this.#heldSeq) return;
		if (firstSeq > this.#heldSeq + 1) {
			if (this.#ahead.length < MAX_AHEAD) this.#ahead.push({firstSeq, lastSeq, offset, length});
			return;
		}
		this.#appendContiguous(lastSeq, offset, length);
		if (this.#ahead.length > 0) this.#indexAhead();
	}

	/** Position of the record that holds `seq`; `count` if none does. */
	positionOf(seq: number): number {
		let low = 0;
		let high = this.#count;
		while (low < high) {
			const middle = (low + high) >>> 1;
			if ((this.#lastSeqs[middle] ?? 0) < seq) low = middle + 1;
			else high = middle;
		}
		return low;
	}

	locationAt(position: number): RecordLocation | undefined {
		if (position >= this.#count) return undefined;
		return {
			lastSeq: this.#lastSeqs[position] ?? 0,
			offset: this.#offsets[position] ?? 0,
			length: this.#lengths[position] ?? 0,
		};
	}

	#indexAhead(): void {
		const waiting = this.#ahead.sort((a, b) => a.firstSeq - b.firstSeq);
		this.#ahead = [];
		for (const {firstSeq, lastSeq, offset, length} of waiting) {
			if (lastSeq <= this.#heldSeq) continue;
			if (firstSeq <= this.#heldSeq + 1) this.#appendContiguous(lastSeq, offset, length);
			else this.#ahead.push({firstSeq, lastSeq, offset, length});
		}
	}

	/** From where the record at `position` begins to where the last of those behind it ends that end within `bytes`. */
	readLengthFrom(position: number, bytes: number): number {
		const start = this.#offsets[position] ?? 0;
		let length = this.#lengths[position] ?? 0;
		for (let next = position + 1; next < this.#count; next++) {
			const end = (this.#offsets[next] ?? 0) + (this.#lengths[next] ?? 0) - start;
			if (end <= length || end > bytes) break;
			length = end;
		}
		return length;
	}

	#appendContiguous(lastSeq: number, offset: number, length: number): void {
		if (this.#count === this.#offsets.length) this.#growCapacity();
		this.#lastSeqs[this.#count] = lastSeq;
		this.#lengths[this.#count] = length;
		this.#offsets[this.#count] = offset;
		this.#count += 1;
		this.#heldSeq = lastSeq;
	}

	#growCapacity(): void {
		const capacity = Math.ceil(this.#offsets.length * 1.5);
		const grown = <T extends Uint32Array | Float64Array>(larger: T, old: T): T => {
			larger.set(old);
			return larger;
		};
		this.#lastSeqs = grown(new Uint32Array(capacity), this.#lastSeqs);
		this.#lengths = grown(new Uint32Array(capacity), this.#lengths);
		this.#offsets = grown(new Float64Array(capacity), this.#offsets);
	}
}

/** Read in one go when records of a feed stand close to each other. */
const READ_WINDOW_BYTES = 64 * 1024;
/** Records of short texts are so many times as long as what is said in them. */
const RECORD_OVERHEAD_FACTOR = 4;

/** Where each feed stands in one log file, and the way back from there to batches. */
export class BatchIndex {
	readonly #file: LogFile;
	readonly #marker: Uint8Array;
	readonly #feeds = new Map<PeerId, FeedIndex>();

	constructor(file: LogFile, marker: Uint8Array) {
		this.#file = file;
		this.#marker = marker;
	}

	get memoryBytes(): number {
		let bytes = 0;
		for (const feed of this.#feeds.values()) bytes += feed.memoryBytes;
		return bytes;
	}

	add(record: LogRecord, offset: number, length: number): void {
		if (record.type !== 'batch') return;
		const {batch} = record;
		let feed = this.#feeds.get(batch.peer);
		if (!feed) {
			feed = new FeedIndex();
			this.#feeds.set(batch.peer, feed);
		}
		feed.add(batch.firstSeq, lastSeq(batch), offset, length);
	}

	heldSeq(peer: PeerId): number {
		return this.#feeds.get(peer)?.heldSeq ?? 0;
	}

	/** As `Log.batchesFrom`. A record that went bad since it was indexed ends the answer. */
	batchesFrom(peer: PeerId, seq: number, maxBytes: number, boundary?: number): Batch[] {
		const feed = this.#feeds.get(peer);
		if (!feed || seq < 1 || seq > feed.heldSeq) return [];
		const batches: Batch[] = [];
		const read = this.#createReader(feed, Math.min(READ_WINDOW_BYTES, RECORD_OVERHEAD_FACTOR * maxBytes));
		let bytes = 0;
		for (let position = feed.positionOf(seq); ; position++) {
			const batch = read(position);
			if (batch?.peer !== peer) break;
			bytes += batchByteLength(batch);
			if (batches.length > 0 && bytes > maxBytes) break;
			batches.push(batch);
		}
		return mergeBatches(batches, boundary);
	}

	/** Reads single records through a window that moves along the file, no longer than what it holds of the feed. */
	#createReader(feed: FeedIndex, windowBytes: number): (position: number) => Batch | undefined {
		let window: Uint8Array = new Uint8Array(0);
		let start = 0;
		return position => {
			const place = feed.locationAt(position);
			if (!place) return undefined;
			const {offset, length} = place;
			if (offset < start || offset + length > start + window.length) {
				window = this.#file.readAt(offset, feed.readLengthFrom(position, windowBytes));
				start = offset;
			}
			return this.#decode(window.subarray(offset - start, offset - start + length));
		};
	}

	#decode(bytes: Uint8Array): Batch | undefined {
		if (probeRecord(bytes, 0, this.#marker, crc32).type !== 'good') return undefined;
		const entry = decodeLogRecord(bytes);
		return entry?.type === 'batch' ? entry.batch : undefined;
	}
}
