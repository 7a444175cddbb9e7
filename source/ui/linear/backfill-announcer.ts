/**
 * Announces history that arrives from other peers while the linear screen runs. It prints one line, when no more
 * history has arrived for BACKFILL_PAUSE_MS.
 */
import type {Clock, Timer} from '../../core/environment.js';

/** Time without new history after which the line is printed, ms. */
const BACKFILL_PAUSE_MS = 1000;

export interface BackfillAnnouncer {
	/** Must be called when `count` events of the history have arrived. */
	note(count: number): void;
	stop(): void;
}

export function createBackfillAnnouncer(clock: Clock, print: (line: string) => void): BackfillAnnouncer {
	let events = 0;
	let timer: Timer | undefined;

	return {
		note(count) {
			if (count === 0) return;
			events += count;
			timer?.cancel();
			timer = clock.after(BACKFILL_PAUSE_MS, () => {
				const noun = events === 1 ? 'event' : 'events';
				print(`Received ${events} earlier ${noun}. Read them with /messages, /search and /goto.`);
				events = 0;
			});
		},
		stop: () => timer?.cancel(),
	};
}
