/**
 * Who may use the event loop next. What links bring is worked off in small steps; of those with work left the one that
 * took least of our time lately comes first, so that who floods waits behind itself and everybody else passes by. After
 * READ_SLICE_MS the rest waits for the next turn of the event loop: sockets, keys and timers come in between. When all
 * together took more than history ever needs, those who do more than talk get half of the time at most, so that the others
 * find the loop free; all together, since whoever is cut off comes back as somebody new.
 */
import {READ_SLICE_MS} from '../core/limits.js';
import type {Clock, Timer} from './clock.js';
import {createLoad, type Load} from './load.js';

/** Of all links together. Reading a million events takes less than half of this (load.ts). */
const HEAVY_LOAD_MS = 250;
/** A link that talks takes less than this. */
const LIGHT_LOAD_MS = 10;

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
	const all = createLoad();
	let spentMs = 0;
	let running = false;
	/** Only who is light works, until the next timer. */
	let resting = false;
	let next: Timer | undefined;

	function lightest(): {readonly place: Place; readonly load: number} | undefined {
		const now = clock.monotonic();
		let chosen: {readonly place: Place; readonly load: number} | undefined;
		for (const place of waiting) {
			const load = place.load.at(now);
			if (!chosen || load < chosen.load) chosen = {place, load};
		}

		return chosen;
	}

	function runStep(place: Place): void {
		const from = clock.monotonic();
		if (!place.step()) waiting.delete(place);
		const to = clock.monotonic();
		place.load.add(to - from, to);
		all.add(to - from, to);
		spentMs += to - from;
	}

	function work(): void {
		if (running) return;
		running = true;
		try {
			while (spentMs < READ_SLICE_MS) {
				const next = lightest();
				if (!next || (resting && next.load > LIGHT_LOAD_MS)) break;
				runStep(next.place);
			}
		} finally {
			running = false;
			plan();
		}
	}

	function plan(): void {
		if (next || (spentMs === 0 && waiting.size === 0)) return;
		const first = lightest();
		const isBusy = all.at(clock.monotonic()) > HEAVY_LOAD_MS;
		resting = isBusy && first !== undefined && first.load > LIGHT_LOAD_MS;
		const pause = resting ? spentMs : 0;
		if (resting) spentMs = 0;
		next = clock.after(pause, () => {
			next = undefined;
			resting = false;
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
