/** Timers that coalesce requests: several requests before the timer fires cause one run of the task. */
import type {Clock, Timer} from '../../core/environment.js';

/** Timer of a task that has at most one scheduled run. A delay of 0 means the next turn of the event loop. */
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

/** Ticker of a periodic task. The task runs at a tick only if `wake` was called after the previous run. */
export interface CoalescingTicker {
	/** Requests one run of the task at the next tick. */
	wake(): void;
	stop(): void;
}

/**
 * Creates a ticker whose ticks are at multiples of `intervalMs` after its creation. The ticks of two nodes therefore
 * differ in phase, and nodes that receive the same message do not all send at the same moment.
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
