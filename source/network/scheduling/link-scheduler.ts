/**
 * Who may use the event loop next. What links bring is worked off in small steps, in the order of `chooseNext`. After
 * READ_SLICE_MS the rest waits for the next turn of the event loop: sockets, keys and timers come in between. When all
 * together took more than history ever needs, those who do more than talk get a ninth of the time at most, so that the
 * others find the loop free; all together, since whoever is cut off comes back as somebody new.
 */

import type {Clock, Timer} from '../../core/environment.js';
import {READ_SLICE_MS} from '../../core/limits.js';
import {type Choice, createUsageMeter, pickNext, type Schedulable} from './usage-meter.js';

/** Of all links together. Reading a million events takes less than half of this (usage-meter.ts). */
const OVERLOAD_MS = 250;
/** How much longer they rest than they work. */
const THROTTLE_FACTOR = 8;
/** Who brings no more than people write takes less. */
const INTERACTIVE_LOAD_MS = 10;
/** Who is new asks for more than people write: a hello is checked. It is light after a second. */
const INITIAL_LOAD_MS = 2 * INTERACTIVE_LOAD_MS;

/** The turns of one link. */
export interface ScheduledLink {
	/** There is work, so many bytes: begun at once if this turn of the event loop has time left. */
	ready(bytes: number): void;
	/** No step is done any more. */
	cancel(): void;
}

export interface LinkScheduler {
	/** `step` does one piece of work, at least a piece a call, and gives how many bytes are left. */
	register(step: () => number): ScheduledLink;
	stop(): void;
}

interface ScheduledEntry extends Schedulable {
	readonly step: () => number;
	bytes: number;
}

export function createLinkScheduler(clock: Clock): LinkScheduler {
	const waiting = new Set<ScheduledEntry>();
	const total = createUsageMeter();
	/** Since the last turn of the event loop, by those who are light and by all others. */
	let lightMs = 0;
	let heavyMs = 0;
	let running = false;
	/** Something was done since the last timer: the turn of the event loop is used up. */
	let didWork = false;
	/** Only who is light works, until the next timer; if that is too much for this turn, the rest is over. */
	let throttled = false;
	let next: Timer | undefined;

	/** Places stand in the order in which they had their turn last. */
	const pick = () => pickNext(waiting, INTERACTIVE_LOAD_MS, clock.monotonic());

	function runStep({chosen: entry, isInteractive}: Choice<ScheduledEntry>): void {
		const from = clock.monotonic();
		waiting.delete(entry);
		entry.bytes = entry.step();
		if (entry.bytes > 0) waiting.add(entry);
		const to = clock.monotonic();
		entry.usage.add(to - from, to);
		total.add(to - from, to);
		didWork = true;
		if (isInteractive) lightMs += to - from;
		else heavyMs += to - from;
	}

	/** What is light does not wait for what others took of this turn. */
	const hasTimeLeft = ({isInteractive: isLight}: Choice<ScheduledEntry>) =>
		isLight ? lightMs < READ_SLICE_MS : !throttled && heavyMs < READ_SLICE_MS;

	function work(): void {
		if (running) return;
		running = true;
		try {
			for (let next = pick(); next && hasTimeLeft(next); next = pick()) runStep(next);
		} finally {
			running = false;
			plan();
		}
	}

	function plan(): void {
		const first = pick();
		if (throttled && first?.isInteractive) {
			next?.cancel();
			next = undefined;
		}

		if (next || (lightMs + heavyMs === 0 && waiting.size === 0)) return;
		const isBusy = total.valueAt(clock.monotonic()) > OVERLOAD_MS;
		throttled = isBusy && first !== undefined && !first.isInteractive;
		const pause = throttled ? THROTTLE_FACTOR * heavyMs : 0;
		if (throttled) lightMs = 0;
		next = clock.after(pause, () => {
			next = undefined;
			throttled = false;
			lightMs = 0;
			heavyMs = 0;
			// Sockets are read before this timer: if they led to work, the rest waits for those of the next turn.
			if (didWork && pause === 0) {
				didWork = false;
				plan();
			} else {
				work();
				didWork = false;
			}
		});
	}

	return {
		register(step) {
			const entry: ScheduledEntry = {step, usage: createUsageMeter(), bytes: 0};
			entry.usage.add(INITIAL_LOAD_MS, clock.monotonic());
			return {
				ready(bytes) {
					entry.bytes = bytes;
					waiting.add(entry);
					work();
				},
				cancel: () => void waiting.delete(entry),
			};
		},
		stop() {
			next?.cancel();
			waiting.clear();
		},
	};
}
