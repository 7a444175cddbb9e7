import type {Clock, Timer} from './clock.js';

/** A rhythm that sleeps while there is nothing to do. */
export interface Beat {
	/** There is something to do at the next beat. */
	wake(): void;
	stop(): void;
}

/**
 * Calls `run` at the next whole multiple of `intervalMs` since now, once for each time that it is woken. The rhythm is that
 * of whoever made it, so that nodes which are woken together do not act together.
 */
export function createBeat(clock: Clock, intervalMs: number, run: () => void): Beat {
	const startedAt = clock.monotonic();
	let timer: Timer | undefined;
	let stopped = false;

	function beat(): void {
		timer = undefined;
		run();
	}

	return {
		wake() {
			if (stopped) return;
			timer ??= clock.after(intervalMs - ((clock.monotonic() - startedAt) % intervalMs), beat);
		},
		stop() {
			stopped = true;
			timer?.cancel();
		},
	};
}
