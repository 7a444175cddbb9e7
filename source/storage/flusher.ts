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
	wrote(): void;
	/** Throws, once, what an unasked flush failed with. */
	check(): void;
	flush(): Promise<void>;
	/** A last flush; no timer is left. */
	stop(): Promise<void>;
}

export function createFlusher(sync: () => Promise<void>, timer?: LogTimer): Flusher {
	let dirty = false;
	let failure: StorageError | undefined;
	let waiting: {cancel(): void} | undefined;
	let running: Promise<void> = Promise.resolve();
	let stopped = false;

	/** One at a time; what is written meanwhile goes with the next. */
	function flush(): Promise<void> {
		const next = running.then(async () => {
			if (!dirty) return;
			dirty = false;
			try {
				await sync();
			} catch (error) {
				dirty = true;
				throw error;
			}
		});
		running = next.catch(() => {});
		return next;
	}

	function due(): void {
		waiting = undefined;
		flush().catch(error => {
			failure = toStorageError(error, 'cannot save the log', '');
		});
	}

	return {
		wrote() {
			dirty = true;
			if (timer && !stopped) waiting ??= timer.after(FLUSH_AFTER_MS, due);
		},
		check() {
			const error = failure;
			failure = undefined;
			if (error) throw error;
		},
		flush,
		stop() {
			stopped = true;
			waiting?.cancel();
			waiting = undefined;
			return flush();
		},
	};
}
