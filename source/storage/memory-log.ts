import {type Batch, batchByteLength, lastSeq} from '../core/batch.js';
import type {PeerId} from '../core/event.js';
import {ContiguousFeed} from './contiguous-feed.js';
import type {Log, LogHeader, LogRecord, OpenedLog} from './log.js';

/** Batches that are kept in memory, grouped by feed. */
export class MemoryFeeds {
	readonly #feeds = new Map<PeerId, MemoryFeed>();
	readonly #initialSeq: (peer: PeerId) => number;

	/** `initialSeq` returns the seq up to which another store already holds a feed. */
	constructor(initialSeq: (peer: PeerId) => number = () => 0) {
		this.#initialSeq = initialSeq;
	}

	add(batch: Batch): void {
		let feed = this.#feeds.get(batch.peer);
		if (!feed) {
			feed = new MemoryFeed(this.#initialSeq(batch.peer));
			this.#feeds.set(batch.peer, feed);
		}
		feed.add(batch.firstSeq, lastSeq(batch), batch);
	}

	/**
	 * Seq up to which a feed is held without a gap, here or in the other store (`initialSeq`). 0 for a feed of which
	 * no batch is in memory.
	 */
	heldSeq(peer: PeerId): number {
		return this.#feeds.get(peer)?.heldSeq ?? 0;
	}

	/** Batches of a feed from `seq` on (see `Log.batchesFrom`). */
	batchesFrom(peer: PeerId, seq: number, maxBytes: number, boundary?: number): Batch[] {
		return this.#feeds.get(peer)?.batchesFrom(seq, maxBytes, boundary) ?? [];
	}

	clear(): void {
		this.#feeds.clear();
	}
}

class MemoryFeed extends ContiguousFeed<Batch> {
	readonly #batches: Batch[] = [];

	override get count(): number {
		return this.#batches.length;
	}

	batchesFrom(seq: number, maxBytes: number, boundary?: number): Batch[] {
		return this.collectBatches(seq, maxBytes, boundary, position => this.#batches[position]);
	}

	protected override lastSeqAt(position: number): number {
		const batch = this.#batches[position];
		return batch ? lastSeq(batch) : 0;
	}

	protected override append(batch: Batch): void {
		this.#batches.push(batch);
	}
}

/** The records of an empty log: none. */
export async function* emptyRecords(): AsyncGenerator<readonly LogRecord[]> {}

/** Creates a log in memory, which is lost when the process ends (`--no-log`, tests, the simulator). */
export function createMemoryLog(header: LogHeader): OpenedLog {
	const feeds = new MemoryFeeds();
	let size = 0;
	let isClosed = false;

	const log: Log = {
		end: undefined,
		path: undefined,
		isSaved: true,
		header,
		append(records) {
			if (isClosed) throw new Error('The log is closed');
			for (const record of records) {
				if (record.type !== 'batch') continue;
				feeds.add(record.batch);
				size += batchByteLength(record.batch);
			}
		},
		batchesFrom: (peer, seq, maxBytes, boundary) => feeds.batchesFrom(peer, seq, maxBytes, boundary),
		heldSeq: peer => feeds.heldSeq(peer),
		savedSeq: peer => feeds.heldSeq(peer),
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
