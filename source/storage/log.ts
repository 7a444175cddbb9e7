/**
 * The interface of a log (design.md, 4): this node's append-only file, or the same in memory. One acceptance suite
 * (`test/storage/log-acceptance.ts`) is run by both.
 */
import type {LogHeader, LogRecord} from '../codec/log-record.js';
import type {Batch, PeerId} from '../core/event.js';

export type {LogHeader, LogRecord};

/** A stretch of the file that holds no good record. */
export interface Damage {
	/** Byte offset of its start. */
	readonly offset: number;
	readonly length: number;
	/** `torn`: no valid record follows it (a crash while writing); `damaged`: in the middle. */
	readonly kind: 'torn' | 'damaged';
}

export interface Log {
	/** Undefined in memory. */
	readonly path: string | undefined;
	readonly header: LogHeader;
	/**
	 * Appends in order, synchronously: when it returns, the operating system has the bytes and a `kill -9` of this process
	 * loses nothing. Throws StorageError (disk full, file changed by others) and then has appended nothing that a reader
	 * would take for a record.
	 */
	append(records: readonly LogRecord[]): void;
	/**
	 * Stored batches of one feed, from the one that holds `seq` on, contiguous, neighbours merged up to MAX_BATCH_BYTES,
	 * but not across `boundary` (a seq at which one ends), at least one if any, `maxBytes` of entries at most beyond the first. Empty when `seq` is not held.
	 */
	batchesFrom(peer: PeerId, seq: number, maxBytes: number, boundary?: number): Batch[];
	/** Seqs held of a feed: contiguous from 1 to this; 0 if none. */
	heldSeq(peer: PeerId): number;
	/**
	 * Like `heldSeq`, but only what the operating system has: what `have` may speak of. The same unless saving fails
	 * (resilient-log.ts).
	 */
	savedSeq(peer: PeerId): number;
	/** Bytes in all. */
	readonly size: number;
	/** Hands what was written to the disk itself (fdatasync); idempotent. */
	flush(): Promise<void>;
	/** Flushes, closes, gives up the lock; idempotent. */
	close(): Promise<void>;
}

/** A log that was opened and is being read from its start. */
export interface OpenedLog {
	readonly log: Log;
	/** Good records in file order, in chunks (at most about 1 MiB of file each) so that a screen can live meanwhile. Read it to its end before the first append. */
	readonly records: AsyncIterable<readonly LogRecord[]>;
	/** Complete once `records` has ended. */
	readonly damage: readonly Damage[];
}
