/** Whether the other end of a connection is alive, as a pure step (design.md, 3, Liveness). Any byte counts. */

import type {PingMessage, PongMessage} from '../../codec/message.js';
import type {Clock} from '../../core/environment.js';
import type {LinkStatus} from '../../core/event.js';
import {GONE_AFTER_MS, PING_AFTER_MS, SUSPECT_AFTER_MS} from '../../core/limits.js';

export interface Liveness {
	/** Monotonic ms of the last byte from the other end. */
	readonly receivedAt: number;
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

export function aliveAt(now: number): Liveness {
	return {receivedAt: now};
}

/** Our own timers were late by `lateMs`: what came meanwhile may wait unread, so that time counts as nobody's silence. */
export function creditTimerLag({receivedAt, pingedAt}: Liveness, lateMs: number, now: number): Liveness {
	const later = (at: number) => Math.min(now, at + lateMs);
	return {receivedAt: later(receivedAt), ...(pingedAt !== undefined && {pingedAt: later(pingedAt)})};
}

/** `now` in monotonic ms. A silent connection is pinged every PING_AFTER_MS until something comes or it is gone. */
export function stepLiveness(liveness: Liveness, now: number): LivenessStep {
	const silence = now - liveness.receivedAt;
	const verdict = silence >= GONE_AFTER_MS ? 'gone' : silence >= SUSPECT_AFTER_MS ? 'suspect' : 'alive';
	const ping = verdict !== 'gone' && now - Math.max(liveness.receivedAt, liveness.pingedAt ?? 0) >= PING_AFTER_MS;
	return {liveness: ping ? {...liveness, pingedAt: now} : liveness, verdict, ping};
}

/** Whether the other end is alive, how far away it is, and how far its clock is from ours. */

/** What a look at the clock showed. */
export interface TickResult {
	readonly timedOut: boolean;
	/** The status is another than before. */
	readonly changed: boolean;
	readonly pingDue: boolean;
}

export interface Keepalive {
	readonly status: LinkStatus;
	readonly roundTripMs: number | undefined;
	/** Their wall clock minus ours, ms. */
	readonly clockOffsetMs: number | undefined;
	/** Any byte came; true if the status changed by it. */
	recordReceived(): boolean;
	/** We said something. */
	recordSent(): void;
	/** Their hello showed their clock: a first guess, until a ping is answered. */
	recordHello(theirClock: number): void;
	/** The next ping to send. */
	nextPing(): PingMessage;
	/** True if it answers our last ping: what is measured is new. */
	acceptPong(message: PongMessage): boolean;
	/**
	 * To be called about every LIVENESS_TICK_MS; `lateMs`: how much later than that. `isPaused`: we do not read, so silence
	 * proves nothing.
	 */
	tick(isPaused: boolean, lateMs: number): TickResult;
	/** Our own clock stood still: silence so far proves nothing. */
	resetIdle(): void;
}

export function createKeepalive(clock: Clock): Keepalive {
	let liveness = aliveAt(clock.monotonic());
	let status: LinkStatus = 'connected';
	let roundTripMs: number | undefined;
	let clockOffsetMs: number | undefined;
	let sentAt = clock.monotonic();
	let pingCount = 0;
	let lastPing: {readonly id: number; readonly at: number; readonly wall: number} | undefined;

	const resetIdle = () => {
		liveness = aliveAt(clock.monotonic());
	};

	return {
		get status() {
			return status;
		},
		get roundTripMs() {
			return roundTripMs;
		},
		get clockOffsetMs() {
			return clockOffsetMs;
		},
		recordReceived() {
			resetIdle();
			const changed = status === 'suspect';
			status = 'connected';
			return changed;
		},
		recordSent() {
			sentAt = clock.monotonic();
		},
		recordHello(theirClock) {
			clockOffsetMs = theirClock - clock.now();
		},
		nextPing() {
			pingCount += 1;
			lastPing = {id: pingCount, at: clock.monotonic(), wall: clock.now()};
			return {type: 'ping', id: pingCount};
		},
		acceptPong(message) {
			if (message.id !== lastPing?.id) return false;
			roundTripMs = clock.monotonic() - lastPing.at;
			clockOffsetMs = Math.round(message.clock - lastPing.wall - roundTripMs / 2);
			lastPing = undefined;
			return true;
		},
		tick(isPaused, lateMs) {
			const now = clock.monotonic();
			liveness = isPaused ? aliveAt(now) : creditTimerLag(liveness, lateMs, now);
			const step = stepLiveness(liveness, now);
			liveness = step.liveness;
			const changed = step.verdict === 'suspect' && status !== 'suspect';
			if (changed) status = 'suspect';
			// Who hears much and says nothing looks gone: what they ask waits behind all that they send.
			const isQuiet = now - sentAt >= PING_AFTER_MS;
			return {timedOut: step.verdict === 'gone', changed, pingDue: step.ping || isQuiet};
		},
		resetIdle,
	};
}
