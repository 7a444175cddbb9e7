/**
 * Who may use the event loop next. What links bring is worked off in small steps; of those with work left the one that
 * took least of our time lately comes first, so that who floods waits behind itself and everybody else passes by. After
 * READ_SLICE_MS the rest waits for the next turn of the event loop: sockets, keys and timers come in between.
 */
import {READ_SLICE_MS} from '../core/limits.js';
import type {Clock, Timer} from './clock.js';
import {createLoad, type Load} from './load.js';

/** The turns of one link. */
export interface Turn {
	/** There is work: begun at once if this turn of the event loop has time left. */
	ready(): void;
	/** No step is done any more. */
	leave(): void;
}

export interface Turns {
	/** `step` does one piece of work, at least a piece a call; false: nothing is left. */
	join(step: () => boolean): Turn;
	stop(): void;
}

interface Place {
	readonly step: () => boolean;
	readonly load: Load;
}

export function createTurns(clock: Clock): Turns {
	const waiting = new Set<Place>();
	let spentMs = 0;
	let running = false;
	let next: Timer | undefined;

	function lightest(): Place | undefined {
		const now = waiting.size > 1 ? clock.monotonic() : 0;
		let chosen: Place | undefined;
		let least = Number.POSITIVE_INFINITY;
		for (const place of waiting) {
			const load = waiting.size > 1 ? place.load.at(now) : 0;
			if (load >= least) continue;
			least = load;
			chosen = place;
		}

		return chosen;
	}

	function runStep(place: Place): void {
		const from = clock.monotonic();
		if (!place.step()) waiting.delete(place);
		const to = clock.monotonic();
		place.load.add(to - from, to);
		spentMs += to - from;
	}

	function work(): void {
		if (running) return;
		running = true;
		try {
			while (spentMs < READ_SLICE_MS) {
				const place = lightest();
				if (!place) break;
				runStep(place);
			}
		} finally {
			running = false;
			plan();
		}
	}

	function plan(): void {
		if (next || (spentMs === 0 && waiting.size === 0)) return;
		next = clock.after(0, () => {
			next = undefined;
			spentMs = 0;
			work();
		});
	}

	return {
		join(step) {
			const place: Place = {step, load: createLoad()};
			return {
				ready() {
					waiting.add(place);
					work();
				},
				leave: () => void waiting.delete(place),
			};
		},
		stop() {
			next?.cancel();
			waiting.clear();
		},
	};
}
