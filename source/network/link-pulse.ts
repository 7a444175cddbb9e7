/** Whether the other end is alive, how far away it is, and how far its clock is from ours. */
import type {PingMessage, PongMessage} from '../codec/message.js';
import type {LinkStatus} from '../core/event.js';
import {PING_AFTER_MS} from '../core/limits.js';
import type {Clock} from './clock.js';
import {excuse, heardNow, stepLiveness} from './liveness.js';

/** What a look at the clock showed. */
export interface Beat {
	readonly gone: boolean;
	/** The status is another than before. */
	readonly changed: boolean;
	readonly pingDue: boolean;
}

export interface LinkPulse {
	readonly status: LinkStatus;
	readonly roundTripMs: number | undefined;
	/** Their wall clock minus ours, ms. */
	readonly clockOffsetMs: number | undefined;
	/** Any byte came; true if the status changed by it. */
	heard(): boolean;
	/** We said something. */
	said(): void;
	/** Their hello showed their clock: a first guess, until a ping is answered. */
	greeted(theirClock: number): void;
	/** The next ping to send. */
	ping(): PingMessage;
	/** True if it answers our last ping: what is measured is new. */
	pong(message: PongMessage): boolean;
	/**
	 * To be called about every LIVENESS_TICK_MS; `lateMs`: how much later than that. `isPaused`: we do not read, so silence
	 * proves nothing.
	 */
	beat(isPaused: boolean, lateMs: number): Beat;
	/** Our own clock stood still: silence so far proves nothing. */
	forgive(): void;
}

export function createLinkPulse(clock: Clock): LinkPulse {
	let liveness = heardNow(clock.monotonic());
	let status: LinkStatus = 'connected';
	let roundTripMs: number | undefined;
	let clockOffsetMs: number | undefined;
	let saidAt = clock.monotonic();
	let pingCount = 0;
	let last: {readonly id: number; readonly at: number; readonly wall: number} | undefined;

	const forgive = () => {
		liveness = heardNow(clock.monotonic());
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
		heard() {
			forgive();
			const changed = status === 'suspect';
			status = 'connected';
			return changed;
		},
		said() {
			saidAt = clock.monotonic();
		},
		greeted(theirClock) {
			clockOffsetMs = theirClock - clock.now();
		},
		ping() {
			pingCount += 1;
			last = {id: pingCount, at: clock.monotonic(), wall: clock.now()};
			return {type: 'ping', id: pingCount};
		},
		pong(message) {
			if (message.id !== last?.id) return false;
			roundTripMs = clock.monotonic() - last.at;
			clockOffsetMs = Math.round(message.clock - last.wall - roundTripMs / 2);
			last = undefined;
			return true;
		},
		beat(isPaused, lateMs) {
			const now = clock.monotonic();
			liveness = isPaused ? heardNow(now) : excuse(liveness, lateMs, now);
			const step = stepLiveness(liveness, now);
			liveness = step.liveness;
			const changed = step.verdict === 'suspect' && status !== 'suspect';
			if (changed) status = 'suspect';
			// Who hears much and says nothing looks gone: what they ask waits behind all that they send.
			const isQuiet = now - saidAt >= PING_AFTER_MS;
			return {gone: step.verdict === 'gone', changed, pingDue: step.ping || isQuiet};
		},
		forgive,
	};
}
