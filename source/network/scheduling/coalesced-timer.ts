/** Timers that coalesce requests: however often a run is requested, it happens once. */
import type {Clock, Timer} from '../../core/environment.js';

/** A task with at most one scheduled run. With a delay of 0 it runs in the next turn of the event loop. */
export interface CoalescedTimer {
	readonly isScheduled: boolean;
	/** Runs the task once after `delayMs`, 0 by default. A run that is scheduled already keeps its time. */
	schedule(delayMs?: number): void;
	/** Drops the scheduled run, if any. */
	cancel(): void;
	/** Drops the scheduled run and ignores all later requests. */
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

/** Periodic task that sets no timer while there is nothing to do. */
export interface CoalescingTicker {
	/** Requests a run at the next tick. */
	wake(): void;
	stop(): void;
}

/**
 * Runs the task at whole multiples of `intervalMs` after the creation of the ticker. Each node has its own phase, so that
 * nodes which are woken together do not act together.
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
