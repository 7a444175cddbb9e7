import {crc32} from 'node:zlib';
import {decodeLogRecord, probeRecord} from '../codec/log-record.js';
import {type Batch, batchBytes, lastSeq} from '../core/batch.js';
import type {PeerId} from '../core/ids.js';
import {mergeBatches} from '../feed/merge-batches.js';
import {FeedIndex} from './feed-index.js';
import type {LogRecord} from './log.js';
import type {LogFile} from './log-file.js';

/** Read in one go when records of a feed stand close to each other. */
const WINDOW_BYTES = 64 * 1024;
/** Records of short texts are so many times as long as what is said in them. */
const OVERHEAD = 4;

/** Where each feed stands in one log file, and the way back from there to batches. */
export class StoredBatches {
	readonly #file: LogFile;
	readonly #marker: Uint8Array;
	readonly #feeds = new Map<PeerId, FeedIndex>();

	constructor(file: LogFile, marker: Uint8Array) {
		this.#file = file;
		this.#marker = marker;
	}

	get bytes(): number {
		let bytes = 0;
		for (const feed of this.#feeds.values()) bytes += feed.bytes;
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
		return this.#feeds.get(peer)?.held ?? 0;
	}

	/** As `Log.batchesFrom`. A record that went bad since it was indexed ends the answer. */
	from(peer: PeerId, seq: number, maxBytes: number, boundary?: number): Batch[] {
		const feed = this.#feeds.get(peer);
		if (!feed || seq < 1 || seq > feed.held) return [];
		const batches: Batch[] = [];
		const read = this.#createReader(feed, Math.min(WINDOW_BYTES, OVERHEAD * maxBytes));
		let bytes = 0;
		for (let position = feed.find(seq); ; position++) {
			const batch = read(position);
			if (batch?.peer !== peer) break;
			bytes += batchBytes(batch);
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
			const place = feed.at(position);
			if (!place) return undefined;
			const {offset, length} = place;
			if (offset < start || offset + length > start + window.length) {
				window = this.#file.readAt(offset, feed.reach(position, windowBytes));
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
