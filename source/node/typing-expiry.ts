/**
 * Signs that a peer is typing. They expire after TYPING_SHOWN_MS, because peers send no message when they stop typing.
 */

import type {Clock, Timer} from '../core/environment.js';
import type {EphemeralEvent, PeerId} from '../core/event.js';
import {TYPING_SHOWN_MS} from '../core/limits.js';

export interface TypingExpiryOptions {
	readonly clock: Clock;
	/** Returns the time of the wall clock that is used in the state, in ms. */
	wall(): number;
	publish(fact: EphemeralEvent): void;
	/** Whether the state still contains the sign. A message of the peer removes it before it expires. */
	isShown(peer: PeerId): boolean;
}

export interface TypingExpiry {
	/** Shows for another TYPING_SHOWN_MS that a peer is typing. */
	refresh(peer: PeerId): void;
	stop(): void;
}

export function createTypingExpiry({clock, wall, publish, isShown}: TypingExpiryOptions): TypingExpiry {
	/**
	 * Expiry time of each sign, in monotonic ms. The times are in ascending order, because all signs last equally long.
	 */
	const expiryTimes = new Map<PeerId, number>();
	let timer: Timer | undefined;
	let stopped = false;

	function schedule(): void {
		const [next] = expiryTimes.values();
		if (next === undefined || stopped) return;
		timer ??= clock.after(Math.max(0, next - clock.monotonic()), expire);
	}

	function expire(): void {
		timer = undefined;
		for (const [peer, at] of expiryTimes) {
			if (at > clock.monotonic()) break;
			expiryTimes.delete(peer);
			if (isShown(peer)) publish({type: 'typing', peer, until: 0});
		}

		schedule();
	}

	return {
		refresh(peer) {
			expiryTimes.delete(peer);
			expiryTimes.set(peer, clock.monotonic() + TYPING_SHOWN_MS);
			publish({type: 'typing', peer, until: wall() + TYPING_SHOWN_MS});
			schedule();
		},
		stop() {
			stopped = true;
			timer?.cancel();
		},
	};
}
