import {type StorageError, toStorageError} from './errors.js';

/** Calls `run` once after `ms`; must not keep the process alive. `Clock` of network/clock.ts fits. */
export interface LogTimer {
	after(ms: number, run: () => void): {cancel(): void};
}

/** How long written bytes may stay with the operating system alone. */
export const FLUSH_AFTER_MS = 1000;

/** Decides when to hand what was written to the disk: at most once in FLUSH_AFTER_MS, and when asked. */
export interface Flusher {
	/** Something was written. */
	markDirty(): void;
	/** Throws, once, what an unasked flush failed with. */
	throwPendingFailure(): void;
	flush(): Promise<void>;
	/** A last flush; no timer is left. */
	stop(): Promise<void>;
}

export function createFlusher(sync: () => Promise<void>, timer?: LogTimer): Flusher {
	let isDirty = false;
	let failure: StorageError | undefined;
	let flushTimer: {cancel(): void} | undefined;
	let lastFlush: Promise<void> = Promise.resolve();
	let stopped = false;

	/** One at a time; what is written meanwhile goes with the next. */
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
			if (timer && !stopped) flushTimer ??= timer.after(FLUSH_AFTER_MS, flushInBackground);
		},
		throwPendingFailure() {
			const error = failure;
			failure = undefined;
			if (error) throw error;
		},
		flush,
		stop() {
			stopped = true;
			flushTimer?.cancel();
			flushTimer = undefined;
			return flush();
		},
	};
}
