/** A clock by whose hand each turn of the event loop runs alone: what is put off waits in `turns`, whatever its delay. */
import type {Clock} from '../../source/core/environment.js';
import {createFakeClock} from './fake-clock.js';

export interface TurnClock extends Clock {
	readonly turns: (() => void)[];
	/** Time passes, ms. */
	spend(ms: number): void;
}

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
