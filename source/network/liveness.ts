/** Whether the other end of a connection is alive, as a pure step (design.md, 3, Liveness). Any byte counts. */
import {GONE_AFTER_MS, PING_AFTER_MS, SUSPECT_AFTER_MS} from '../core/limits.js';

export interface Liveness {
	/** Monotonic ms of the last byte from the other end. */
	readonly heardAt: number;
	/** Monotonic ms of the last ping since then; undefined when none was needed. */
	readonly pingedAt?: number;
}

export type LivenessVerdict = 'alive' | 'suspect' | 'gone';

export interface LivenessStep {
	readonly liveness: Liveness;
	readonly verdict: LivenessVerdict;
	/** Whether a ping is due now. */
	readonly ping: boolean;
}

export function heardNow(now: number): Liveness {
	return {heardAt: now};
}

/** Our own timers were late by `lateMs`: what came meanwhile may wait unread, so that time counts as nobody's silence. */
export function excuse({heardAt, pingedAt}: Liveness, lateMs: number, now: number): Liveness {
	const later = (at: number) => Math.min(now, at + lateMs);
	return {heardAt: later(heardAt), ...(pingedAt !== undefined && {pingedAt: later(pingedAt)})};
}

/** `now` in monotonic ms. A silent connection is pinged every PING_AFTER_MS until something comes or it is gone. */
export function stepLiveness(liveness: Liveness, now: number): LivenessStep {
	const silence = now - liveness.heardAt;
	const verdict = silence >= GONE_AFTER_MS ? 'gone' : silence >= SUSPECT_AFTER_MS ? 'suspect' : 'alive';
	const ping = verdict !== 'gone' && now - Math.max(liveness.heardAt, liveness.pingedAt ?? 0) >= PING_AFTER_MS;
	return {liveness: ping ? {...liveness, pingedAt: now} : liveness, verdict, ping};
}
