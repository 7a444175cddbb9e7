/**
 * Keepalive of one connection: whether the other end is alive, its round-trip time and its clock offset (protocol.md,
 * Liveness). Any byte from the other end counts. `stepLiveness` is the pure step; `createKeepalive` adds the measurements.
 */
import type {PingMessage, PongMessage} from '../../codec/message.js';
import type {Clock} from '../../core/environment.js';
import type {LinkStatus} from '../../core/event.js';
import {GONE_AFTER_MS, PING_AFTER_MS, SUSPECT_AFTER_MS} from '../../core/limits.js';

export interface Keepalive {
	readonly status: LinkStatus;
	readonly roundTripMs: number | undefined;
	/** Wall clock of the other end minus ours, ms. */
	readonly clockOffsetMs: number | undefined;
	/** Notes received bytes. Returns whether the status changed. */
	recordReceived(): boolean;
	/** Notes a sent message. */
	recordSent(): void;
	/** Takes the wall clock in the hello of the other end as first estimate of the offset. */
	recordHello(theirClock: number): void;
	/** Creates the next ping to send. */
	nextPing(): PingMessage;
	/** Measures with a pong. False: it does not answer the last ping. */
	acceptPong(message: PongMessage): boolean;
	/**
	 * Evaluates the silence. To be called about every LIVENESS_TICK_MS; `lateMs`: delay beyond that. `isPaused`: this node
	 * does not read, so silence proves nothing.
	 */
	tick(isPaused: boolean, lateMs: number): TickResult;
	/** Restarts the silence, after the timers of this node stalled. */
	resetIdle(): void;
}

export interface TickResult {
	readonly timedOut: boolean;
	/** Whether the status changed. */
	readonly changed: boolean;
	readonly pingDue: boolean;
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
			const changed = step.state === 'suspect' && status !== 'suspect';
			if (changed) status = 'suspect';
			// The pongs of the other end may wait behind all that it sends. So this node pings when it is silent itself, or it
			// would appear dead to the other end.
			const isQuiet = now - sentAt >= PING_AFTER_MS;
			return {timedOut: step.state === 'dead', changed, pingDue: step.pingDue || isQuiet};
		},
		resetIdle,
	};
}

/** Silence of the other end. Times in monotonic ms. */
export interface Liveness {
	/** Time of its last byte. */
	readonly receivedAt: number;
	/** Time of the last ping since then, if one was due. */
	readonly pingedAt?: number;
}

export interface LivenessStep {
	readonly liveness: Liveness;
	readonly state: 'alive' | 'suspect' | 'dead';
	readonly pingDue: boolean;
}

export function aliveAt(now: number): Liveness {
	return {receivedAt: now};
}

/** Evaluates the silence at `now`. A silent connection is pinged every PING_AFTER_MS until a byte arrives or it is dead. */
export function stepLiveness(liveness: Liveness, now: number): LivenessStep {
	const silenceMs = now - liveness.receivedAt;
	const state = silenceMs >= GONE_AFTER_MS ? 'dead' : silenceMs >= SUSPECT_AFTER_MS ? 'suspect' : 'alive';
	const pingDue = state !== 'dead' && now - Math.max(liveness.receivedAt, liveness.pingedAt ?? 0) >= PING_AFTER_MS;
	return {liveness: pingDue ? {...liveness, pingedAt: now} : liveness, state, pingDue};
}

/** Subtracts the lag of our own timers from the silence: what arrived meanwhile may be unread. */
function creditTimerLag({receivedAt, pingedAt}: Liveness, lateMs: number, now: number): Liveness {
	const later = (at: number) => Math.min(now, at + lateMs);
	return {receivedAt: later(receivedAt), ...(pingedAt !== undefined && {pingedAt: later(pingedAt)})};
}
