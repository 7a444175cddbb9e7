/** Who writes just now, by the signs of it; nobody says that they stopped, so each sign ends by itself. */
import type {PassingFact} from '../core/event.js';
import type {PeerId} from '../core/ids.js';
import {TYPING_SHOWN_MS} from '../core/limits.js';
import type {Clock, Timer} from '../network/clock.js';

export interface TypingWatchOptions {
	readonly clock: Clock;
	/** The wall clock by which time passes in the state, ms. */
	wall(): number;
	pass(fact: PassingFact): void;
	/** Whether the state still shows it: what was said ends it sooner. */
	isShown(peer: PeerId): boolean;
}

export interface TypingWatch {
	sign(peer: PeerId): void;
	stop(): void;
}

export function createTypingWatch({clock, wall, pass, isShown}: TypingWatchOptions): TypingWatch {
	/** When each ends, monotonic ms; the first is the next, since each lasts as long as the others. */
	const ends = new Map<PeerId, number>();
	let timer: Timer | undefined;
	let stopped = false;

	function arm(): void {
		const [next] = ends.values();
		if (next === undefined || stopped) return;
		timer ??= clock.after(Math.max(0, next - clock.monotonic()), end);
	}

	function end(): void {
		timer = undefined;
		for (const [peer, at] of ends) {
			if (at > clock.monotonic()) break;
			ends.delete(peer);
			if (isShown(peer)) pass({type: 'typing', peer, until: 0});
		}

		arm();
	}

	return {
		sign(peer) {
			ends.delete(peer);
			ends.set(peer, clock.monotonic() + TYPING_SHOWN_MS);
			pass({type: 'typing', peer, until: wall() + TYPING_SHOWN_MS});
			arm();
		},
		stop() {
			stopped = true;
			timer?.cancel();
		},
	};
}
