import {type StorageError, toStorageError} from './errors.js';

/** The part of `Clock` that the modules of the log need. A running timer must not keep the process from ending. */
export interface LogTimer {
	/** Calls `run` once after `ms` milliseconds. */
	after(ms: number, run: () => void): {cancel(): void};
}

/** Longest time until written bytes are forced from the cache of the operating system to the disk. */
const FLUSH_AFTER_MS = 1000;

/** Controls when written bytes are forced to the disk: FLUSH_AFTER_MS after a write, and on request. */
export interface Flusher {
	/** Notes that bytes were written, and starts the timer of the background flush if it is not running. */
	markDirty(): void;
	/** Throws a StorageError if the last flush failed; does nothing otherwise. */
	throwPendingFailure(): void;
	/** Resolves when all bytes written so far are on the disk. */
	flush(): Promise<void>;
	/** Cancels the timer of the background flush, and forces the remaining bytes to the disk. */
	stop(): Promise<void>;
}

/**
 * Creates a flusher. `sync` forces written bytes to the disk. Without `timer`, bytes are forced to the disk only by
 * `flush` and `stop`.
 */
export function createFlusher(sync: () => Promise<void>, timer?: LogTimer): Flusher {
	let isDirty = false;
	let failure: StorageError | undefined;
	let flushTimer: {cancel(): void} | undefined;
	let lastFlush: Promise<void> = Promise.resolve();
	let isStopped = false;

	/**
	 * Forces written bytes to the disk. Flushes run one at a time. Bytes that are written during a flush are covered
	 * by the next one.
	 */
	function flush(): Promise<void> {
		const next = lastFlush.then(async () => {
			if (!isDirty) return;
			isDirty = false;
			try {
				await sync();
				failure = undefined;
			} catch (error) {
				isDirty = true;
				failure = toStorageError(error, 'cannot save the log', '');
				throw error;
			}
		});
		lastFlush = next.catch(() => {});
		return next;
	}

	function schedule(): void {
		if (timer && !isStopped) flushTimer ??= timer.after(FLUSH_AFTER_MS, flushInBackground);
	}

	function flushInBackground(): void {
		flushTimer = undefined;
		flush().catch(schedule);
	}

	return {
		markDirty() {
			isDirty = true;
			schedule();
		},
		throwPendingFailure() {
			if (failure) throw failure;
		},
		flush,
		stop() {
			isStopped = true;
			flushTimer?.cancel();
			flushTimer = undefined;
			return flush();
		},
	};
}
