/**
 * Interface of a log: the append-only record of what this node wrote, received and observed. A log is in a file or in
 * memory. `test/storage/log-acceptance.ts` contains the tests that both kinds must pass.
 */
import type {LogHeader, LogRecord} from '../codec/log-record.js';
import type {Batch} from '../core/batch.js';
import type {PeerId} from '../core/event.js';

export type {LogHeader, LogRecord};

/** Range of a log file that contains no valid record. */
export interface Damage {
	/** Byte offset of the start of the range. */
	readonly offset: number;
	/** Length of the range in bytes. */
	readonly length: number;
	/** `torn`: no valid record follows, as after a crash during a write. `damaged`: valid records follow. */
	readonly kind: 'torn' | 'damaged';
}

/** Position in a log file. */
export interface LogPlace {
	readonly path: string;
	/** Marker of the file, which distinguishes it from every other log: hexadecimal digits. */
	readonly marker: string;
	/** Distance from the start of the file, in bytes. */
	readonly offset: number;
}

export interface Log {
	/** Path of the file; undefined for a log in memory. */
	readonly path: string | undefined;
	readonly header: LogHeader;
	/**
	 * Appends records in order, synchronously. When this method returns, the operating system has the bytes, so a
	 * crash of this process loses nothing. If it throws StorageError (disk full, file changed by another program), a
	 * reader of the file finds none of the records.
	 */
	append(records: readonly LogRecord[]): void;
	/**
	 * Stored batches of one feed without a gap, from the batch that contains `seq` on. Empty if the log does not hold
	 * `seq`. Adjacent batches are merged up to MAX_BATCH_BYTES. `boundary`: seq at which a batch ends; this batch is
	 * not merged with the batch after it. The entries have at most `maxBytes` in total, but at least one batch is
	 * returned.
	 */
	batchesFrom(peer: PeerId, seq: number, maxBytes: number, boundary?: number): Batch[];
	/** Seq up to which a feed is held without a gap; 0 if no entry is held. */
	heldSeq(peer: PeerId): number;
	/**
	 * Like `heldSeq`, but counts only entries that were passed to the operating system. This is the seq that the node
	 * announces to peers in `have`. `heldSeq` and `savedSeq` are equal, except while saving fails (resilient-log.ts).
	 */
	savedSeq(peer: PeerId): number;
	/**
	 * From now on, keeps the batches of `own`, the feed of this node, in memory too, because perhaps no other node
	 * holds them. If another program deletes or truncates the file, the log writes these batches to a new file. A log
	 * that cannot lose batches does not have this method.
	 */
	keepFeed?(own: PeerId): void;
	/**
	 * Whether everything that was appended has been passed to the operating system. False while saving fails
	 * (resilient-log.ts).
	 */
	readonly isSaved: boolean;
	/** Total size of the log in bytes. */
	readonly size: number;
	/**
	 * Position after the last record of the log file. Undefined for a log in memory, and as long as records wait to
	 * be saved.
	 */
	readonly end: LogPlace | undefined;
	/** Forces written bytes to the disk (fdatasync). Does nothing if all bytes are there already. */
	flush(): Promise<void>;
	/** Forces written bytes to the disk, closes the log and releases its lock. Further calls have no effect. */
	close(): Promise<void>;
}

/** Tells which records of a reopened log the user has not read, according to the saved reading position. */
export interface OpenedReading {
	/** Warning for the user about the file with the reading position. */
	readonly warning?: string;
	/**
	 * Offset in bytes of a record that the user has not read. Undefined if the user has read the record. `record` is
	 * an object that `OpenedLog.records` has yielded.
	 */
	unreadOffsetOf(record: LogRecord): number | undefined;
}

/** A log and the records that it contained when it was opened. */
export interface OpenedLog {
	readonly log: Log;
	/**
	 * Valid records in file order, in chunks of at most about 1 MiB of the file, between which the event loop runs.
	 * The caller must read all of them before the first `append`.
	 */
	readonly records: AsyncIterable<readonly LogRecord[]>;
	/** Which records the user has not read yet. Undefined for a log in memory. */
	readonly reading?: OpenedReading;
	/** Damage found in the file; complete when `records` has ended. */
	readonly damage: readonly Damage[];
}
