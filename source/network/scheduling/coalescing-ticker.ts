import type {Clock, Timer} from '../../core/environment.js';

/** A rhythm that sleeps while there is nothing to do. */
export interface CoalescingTicker {
	/** There is something to do at the next beat. */
	wake(): void;
	stop(): void;
}

/**
 * Calls `run` at the next whole multiple of `intervalMs` since now, once for each time that it is woken. The rhythm is that
 * of whoever made it, so that nodes which are woken together do not act together.
 */
export function createCoalescingTicker(clock: Clock, intervalMs: number, run: () => void): CoalescingTicker {
	const startedAt = clock.monotonic();
	let timer: Timer | undefined;
	let stopped = false;

	function fire(): void {
		timer = undefined;
		run();
	}

	return {
		wake() {
			if (stopped) return;
			timer ??= clock.after(intervalMs - ((clock.monotonic() - startedAt) % intervalMs), fire);
		},
		stop() {
			stopped = true;
			timer?.cancel();
		},
	};
}
