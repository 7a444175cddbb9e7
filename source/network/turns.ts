/**
 * Who may use the event loop next. What links bring is worked off in small steps, in the order of `chooseNext`. After
 * READ_SLICE_MS the rest waits for the next turn of the event loop: sockets, keys and timers come in between. When all
 * together took more than history ever needs, those who do more than talk get a ninth of the time at most, so that the
 * others find the loop free; all together, since whoever is cut off comes back as somebody new.
 */
import {READ_SLICE_MS} from '../core/limits.js';
import type {Clock, Timer} from './clock.js';
import {type Choice, chooseNext, createLoad, type Waiting} from './load.js';

/** Of all links together. Reading a million events takes less than half of this (load.ts). */
const HEAVY_LOAD_MS = 250;
/** How much longer they rest than they work. */
const REST_FACTOR = 8;
/** Who brings no more than people write takes less. */
const LIGHT_LOAD_MS = 10;
/** Who is new asks for more than people write: a hello is checked. It is light after a second. */
const NEW_LOAD_MS = 2 * LIGHT_LOAD_MS;

/** The turns of one link. */
export interface Turn {
	/** There is work, so many bytes: begun at once if this turn of the event loop has time left. */
	ready(bytes: number): void;
	/** No step is done any more. */
	leave(): void;
}

export interface Turns {
	/** `step` does one piece of work, at least a piece a call, and gives how many bytes are left. */
	join(step: () => number): Turn;
	stop(): void;
}

interface Place extends Waiting {
	readonly step: () => number;
	bytes: number;
}

export function createTurns(clock: Clock): Turns {
	const waiting = new Set<Place>();
	const all = createLoad();
	/** Since the last turn of the event loop, by those who are light and by all others. */
	let lightMs = 0;
	let spentMs = 0;
	let running = false;
	/** Something was done since the last timer: the turn of the event loop is used up. */
	let worked = false;
	/** Only who is light works, until the next timer; if that is too much for this turn, the rest is over. */
	let resting = false;
	let next: Timer | undefined;

	/** Places stand in the order in which they had their turn last. */
	const choose = () => chooseNext(waiting, LIGHT_LOAD_MS, clock.monotonic());

	function runStep({chosen: place, isLight}: Choice<Place>): void {
		const from = clock.monotonic();
		waiting.delete(place);
		place.bytes = place.step();
		if (place.bytes > 0) waiting.add(place);
		const to = clock.monotonic();
		place.load.add(to - from, to);
		all.add(to - from, to);
		worked = true;
		if (isLight) lightMs += to - from;
		else spentMs += to - from;
	}

	/** What is light does not wait for what others took of this turn. */
	const mayRun = ({isLight}: Choice<Place>) =>
		isLight ? lightMs < READ_SLICE_MS : !resting && spentMs < READ_SLICE_MS;

	function work(): void {
		if (running) return;
		running = true;
		try {
			for (let next = choose(); next && mayRun(next); next = choose()) runStep(next);
		} finally {
			running = false;
			plan();
		}
	}

	function plan(): void {
		const first = choose();
		if (resting && first?.isLight) {
			next?.cancel();
			next = undefined;
		}

		if (next || (lightMs + spentMs === 0 && waiting.size === 0)) return;
		const isBusy = all.at(clock.monotonic()) > HEAVY_LOAD_MS;
		resting = isBusy && first !== undefined && !first.isLight;
		const pause = resting ? REST_FACTOR * spentMs : 0;
		if (resting) lightMs = 0;
		next = clock.after(pause, () => {
			next = undefined;
			resting = false;
			lightMs = 0;
			spentMs = 0;
			// Sockets are read before this timer: if they led to work, the rest waits for those of the next turn.
			if (worked && pause === 0) {
				worked = false;
				plan();
			} else {
				work();
				worked = false;
			}
		});
	}

	return {
		join(step) {
			const place: Place = {step, load: createLoad(), bytes: 0};
			place.load.add(NEW_LOAD_MS, clock.monotonic());
			return {
				ready(bytes) {
					place.bytes = bytes;
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
