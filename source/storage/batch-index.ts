import {crc32} from 'node:zlib';
import {decodeLogRecord, probeRecord} from '../codec/log-record.js';
import {type Batch, lastSeq} from '../core/batch.js';
import type {PeerId} from '../core/event.js';
import {ContiguousFeed} from './contiguous-feed.js';
import type {LogRecord} from './log.js';
import type {LogFile} from './log-file.js';

/**
 * Number of bytes of the log file that are read at a time. Records of one feed are often close together, so one read
 * can return several of them.
 */
const READ_WINDOW_BYTES = 64 * 1024;
/** Estimated length of a record, as a multiple of the length of its entries, if the entries are short messages. */
const RECORD_OVERHEAD_FACTOR = 4;
/** Greatest seq that the index can store. */
const MAX_SEQ = 0xffff_ffff;

/**
 * Index of the batches in a log file, by feed. It keeps only the positions of the batches in memory, and reads their
 * content from the file when it is needed.
 */
export class BatchIndex {
	readonly #file: LogFile;
	readonly #marker: Uint8Array;
	readonly #feeds = new Map<PeerId, FeedIndex>();
	#isDamaged = false;

	/** `marker`: the marker of the file, which is near the start of every record. */
	constructor(file: LogFile, marker: Uint8Array) {
		this.#file = file;
		this.#marker = marker;
	}

	/**
	 * Whether an indexed record could not be read from the file, because the file has changed or the disk has failed.
	 */
	get isDamaged(): boolean {
		return this.#isDamaged;
	}

	/** Bytes of memory that the index occupies, including array elements that are reserved for later records. */
	get memoryBytes(): number {
		let bytes = 0;
		for (const feed of this.#feeds.values()) bytes += feed.memoryBytes;
		return bytes;
	}

	/**
	 * Adds a record of the log to the index. `offset`, `length`: position and length of the record in the file, in
	 * bytes. Ignores records that are not batches.
	 */
	add(record: LogRecord, offset: number, length: number): void {
		if (record.type !== 'batch') return;
		const {batch} = record;
		const last = lastSeq(batch);
		if (last > MAX_SEQ) return;
		let feed = this.#feeds.get(batch.peer);
		if (!feed) {
			feed = new FeedIndex();
			this.#feeds.set(batch.peer, feed);
		}
		feed.add(batch.firstSeq, last, {offset, length});
	}

	heldSeq(peer: PeerId): number {
		return this.#feeds.get(peer)?.heldSeq ?? 0;
	}

	/**
	 * Batches of a feed from `seq` on (see `Log.batchesFrom`), read from the file. The result ends before a record
	 * that has become unreadable since it was indexed.
	 */
	batchesFrom(peer: PeerId, seq: number, maxBytes: number, boundary?: number): Batch[] {
		const feed = this.#feeds.get(peer);
		if (!feed) return [];
		const readBatchAt = this.#createReader(feed, Math.min(READ_WINDOW_BYTES, RECORD_OVERHEAD_FACTOR * maxBytes));
		return feed.collectBatches(seq, maxBytes, boundary, position => {
			const batch = readBatchAt(position);
			if (batch?.peer === peer) return batch;
			this.#isDamaged = true;
			return undefined;
		});
	}

	/**
	 * Creates a function that reads the record at a position in the feed. It keeps one section of the file (the
	 * window) in memory, and reads another section only if a record is outside of the window.
	 */
	#createReader(feed: FeedIndex, windowBytes: number): (position: number) => Batch | undefined {
		let window: Uint8Array = new Uint8Array(0);
		let start = 0;
		return position => {
			const {offset, length} = feed.locationAt(position);
			if (offset < start || offset + length > start + window.length) {
				try {
					window = this.#file.readAt(offset, feed.readLengthFrom(position, windowBytes));
				} catch {
					return undefined;
				}
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

/** Byte offset and length of a record in the file. */
interface RecordLocation {
	readonly offset: number;
	readonly length: number;
}

const INITIAL_CAPACITY = 4;
const BYTES_PER_RECORD = 16;

/**
 * Positions in the log file of the records of one feed. They are in typed arrays, which take 16 bytes for each
 * record.
 */
class FeedIndex extends ContiguousFeed<RecordLocation> {
	#lastSeqs = new Uint32Array(INITIAL_CAPACITY);
	#lengths = new Uint32Array(INITIAL_CAPACITY);
	#offsets = new Float64Array(INITIAL_CAPACITY);
	#count = 0;

	override get count(): number {
		return this.#count;
	}

	get memoryBytes(): number {
		return this.#offsets.length * BYTES_PER_RECORD;
	}

	locationAt(position: number): RecordLocation {
		return {offset: this.#offsets[position] ?? 0, length: this.#lengths[position] ?? 0};
	}

	/**
	 * Number of bytes to read from the start of the record at `position`: that record, and as many of the following
	 * records as fit completely into `maxBytes`.
	 */
	readLengthFrom(position: number, maxBytes: number): number {
		const start = this.#offsets[position] ?? 0;
		let length = this.#lengths[position] ?? 0;
		for (let next = position + 1; next < this.#count; next++) {
			const end = (this.#offsets[next] ?? 0) + (this.#lengths[next] ?? 0) - start;
			if (end <= length || end > maxBytes) break;
			length = end;
		}
		return length;
	}

	protected override lastSeqAt(position: number): number {
		return this.#lastSeqs[position] ?? 0;
	}

	protected override append({offset, length}: RecordLocation, lastSeq: number): void {
		if (this.#count === this.#offsets.length) this.#growCapacity();
		this.#lastSeqs[this.#count] = lastSeq;
		this.#lengths[this.#count] = length;
		this.#offsets[this.#count] = offset;
		this.#count += 1;
	}

	#growCapacity(): void {
		const capacity = Math.ceil(this.#offsets.length * 1.5);
		const copyInto = <T extends Uint32Array | Float64Array>(larger: T, values: T): T => {
			larger.set(values);
			return larger;
		};
		this.#lastSeqs = copyInto(new Uint32Array(capacity), this.#lastSeqs);
		this.#lengths = copyInto(new Uint32Array(capacity), this.#lengths);
		this.#offsets = copyInto(new Float64Array(capacity), this.#offsets);
	}
}
