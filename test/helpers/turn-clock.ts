/** Manual clock for scheduling tests. It collects all timers in `turns`, so that the test runs each turn itself. */
import type {Clock} from '../../source/core/environment.js';
import {createFakeClock} from './fake-clock.js';

export interface TurnClock extends Clock {
	/** Callbacks of all timers in the order in which they were set, whatever their delay. */
	readonly turns: (() => void)[];
	/** Advances the monotonic time by `ms` without running a timer. */
	spend(ms: number): void;
}

/** Creates a clock at time 0 without timers. */
export function createTurnClock(): TurnClock {
	const turns: (() => void)[] = [];
	let now = 0;
	return {
		...createFakeClock(),
		turns,
		monotonic: () => now,
		after(_, run) {
			turns.push(run);
			return {cancel() {}};
		},
		spend(ms) {
			now += ms;
		},
	};
}
