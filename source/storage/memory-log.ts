import {type Batch, batchBytes} from '../core/batch.js';
import type {PeerId} from '../core/ids.js';
import {FeedBatches} from './feed-batches.js';
import type {Log, LogHeader, OpenedLog} from './log.js';

async function* nothing(): AsyncGenerator<never> {}

/** A log that dies with the process (`--no-log`, tests, the simulator). */
export function createMemoryLog(header: LogHeader): OpenedLog {
	const feeds = new Map<PeerId, FeedBatches>();
	let size = 0;
	let closed = false;

	function feedOf(peer: PeerId): FeedBatches {
		let feed = feeds.get(peer);
		if (!feed) {
			feed = new FeedBatches();
			feeds.set(peer, feed);
		}
		return feed;
	}

	function add(batch: Batch): void {
		feedOf(batch.peer).add(batch);
		size += batchBytes(batch);
	}

	const log: Log = {
		path: undefined,
		header,
		append(records) {
			if (closed) throw new Error('The log is closed');
			for (const record of records) if (record.type === 'batch') add(record.batch);
		},
		batchesFrom: (peer, seq, maxBytes, boundary) => feeds.get(peer)?.from(seq, maxBytes, boundary) ?? [],
		heldSeq: peer => feeds.get(peer)?.held ?? 0,
		savedSeq: peer => feeds.get(peer)?.held ?? 0,
		get size() {
			return size;
		},
		flush: () => Promise.resolve(),
		close() {
			closed = true;
			return Promise.resolve();
		},
	};
	return {log, damage: [], records: nothing()};
}
