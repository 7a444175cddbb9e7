import {type StorageError, toStorageError} from './errors.js';

/** The part of `Clock` (network/clock.ts) that storage needs. Its timers must not keep the process alive. */
export interface LogTimer {
	/** Calls `run` once after `ms`. */
	after(ms: number, run: () => void): {cancel(): void};
}

/** Longest time for which written bytes stay in the cache of the operating system. */
const FLUSH_AFTER_MS = 1000;

/** Decides when written bytes are forced to the disk: FLUSH_AFTER_MS after a write, and on request. */
export interface Flusher {
	/** Notes that something was written. */
	markDirty(): void;
	/** Throws the StorageError of a failed background flush, once. */
	throwPendingFailure(): void;
	/** Resolves when everything written so far is on the disk. */
	flush(): Promise<void>;
	/** Cancels the timer and flushes a last time. */
	stop(): Promise<void>;
}

/** `sync` forces written bytes to the disk. Without `timer` there is no background flush. */
export function createFlusher(sync: () => Promise<void>, timer?: LogTimer): Flusher {
	let isDirty = false;
	let failure: StorageError | undefined;
	let flushTimer: {cancel(): void} | undefined;
	let lastFlush: Promise<void> = Promise.resolve();
	let isStopped = false;

	/** Flushes run one at a time. A write during one is covered by the next. */
	function flush(): Promise<void> {
		const next = lastFlush.then(async () => {
			if (!isDirty) return;
			isDirty = false;
			try {
				await sync();
			} catch (error) {
				isDirty = true;
				throw error;
			}
		});
		lastFlush = next.catch(() => {});
		return next;
	}

	function flushInBackground(): void {
		flushTimer = undefined;
		flush().catch(error => {
			failure = toStorageError(error, 'cannot save the log', '');
		});
	}

	return {
		markDirty() {
			isDirty = true;
			if (timer && !isStopped) flushTimer ??= timer.after(FLUSH_AFTER_MS, flushInBackground);
		},
		throwPendingFailure() {
			const error = failure;
			failure = undefined;
			if (error) throw error;
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
