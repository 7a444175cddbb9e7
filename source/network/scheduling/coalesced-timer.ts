/** Timers that combine requests: if a task is requested several times before the timer fires, the task runs once. */
import type {Clock, Timer} from '../../core/environment.js';

/**
 * Timer of one task. At most one run of the task is scheduled at a time. A delay of 0 means the next turn of the event
 * loop.
 */
export interface CoalescedTimer {
	readonly isScheduled: boolean;
	/** Schedules one run after `delayMs` (default: 0). If a run is scheduled already, the call has no effect. */
	schedule(delayMs?: number): void;
	/** Cancels the scheduled run, if any. */
	cancel(): void;
	/** Cancels the scheduled run and ignores all later calls of `schedule`. */
	stop(): void;
}

export function createCoalescedTimer(clock: Clock, run: () => void): CoalescedTimer {
	let timer: Timer | undefined;
	let stopped = false;

	function fire(): void {
		timer = undefined;
		run();
	}

	function cancel(): void {
		timer?.cancel();
		timer = undefined;
	}

	return {
		get isScheduled() {
			return timer !== undefined;
		},
		schedule(delayMs = 0) {
			if (!stopped) timer ??= clock.after(delayMs, fire);
		},
		cancel,
		stop() {
			stopped = true;
			cancel();
		},
	};
}

/** Ticker of a periodic task. At a tick the task runs only if `wake` was called since its previous run. */
export interface CoalescingTicker {
	/** Requests one run of the task at the next tick. */
	wake(): void;
	stop(): void;
}

/**
 * Creates a ticker. Its ticks are multiples of `intervalMs` after its creation. So the ticks of two nodes are usually
 * not at the same time, and nodes that receive the same message do not all send at the same moment.
 */
export function createCoalescingTicker(clock: Clock, intervalMs: number, run: () => void): CoalescingTicker {
	const startedAt = clock.monotonic();
	const timer = createCoalescedTimer(clock, run);

	return {
		wake() {
			if (!timer.isScheduled) timer.schedule(intervalMs - ((clock.monotonic() - startedAt) % intervalMs));
		},
		stop: timer.stop,
	};
}
