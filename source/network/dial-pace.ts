/**
 * How many dials may be under way at once: fewer while handshakes take long, here or at the other end, since a starved
 * processor that is dialled more only answers later (additive increase, multiplicative decrease: Chiu and Jain, 1989).
 */
import {DIALS_AT_FIRST, MAX_DIALS_AT_ONCE, SLOW_DIAL_MS} from '../core/limits.js';

export interface DialPace {
	/** At least 1. */
	readonly limit: number;
	/** A connection that was dialled at `startedAt` is verified. Monotonic ms. */
	succeeded(startedAt: number, now: number): void;
}

export function createDialPace(): DialPace {
	let limit = DIALS_AT_FIRST;
	let loweredAt = Number.NEGATIVE_INFINITY;
	return {
		get limit() {
			return limit;
		},
		succeeded(startedAt, now) {
			if (now - startedAt <= SLOW_DIAL_MS) {
				limit = Math.min(MAX_DIALS_AT_ONCE, limit + 1);
			} else if (startedAt >= loweredAt) {
				// One that began before the last decrease tells nothing of what that did.
				limit = Math.max(1, Math.floor(limit / 2));
				loweredAt = now;
			}
		},
	};
}
