/**
 * Keepalive of one connection: determines whether the peer is alive, its round-trip time and its clock offset
 * (protocol.md, Keepalive). Any received byte proves that the peer is alive. `stepLiveness` is the pure state
 * transition.
 */
import type {PingMessage, PongMessage} from '../../codec/message-types.js';
import type {Clock} from '../../core/environment.js';
import type {LinkStatus} from '../../core/event.js';
import {FAIR_ROUND_TRIP_MS, GONE_AFTER_MS, PING_AFTER_MS, SUSPECT_AFTER_MS} from '../../core/limits.js';

export interface Keepalive {
	readonly status: LinkStatus;
	readonly roundTripMs: number | undefined;
	/** Wall clock of the peer minus the clock of this node, in ms. */
	readonly clockOffsetMs: number | undefined;
	/** Notes that bytes arrived. Returns whether the status changed. */
	recordReceived(): boolean;
	/** Notes that this node sent a message. */
	recordSent(): void;
	/** Computes a first estimate of the clock offset from the wall clock in the peer's hello, in ms. */
	recordHello(theirClock: number): void;
	/** Creates the next ping to send. */
	nextPing(): PingMessage;
	/** Updates round-trip time and clock offset. Returns false if the pong does not answer the last ping. */
	acceptPong(message: PongMessage): boolean;
	/**
	 * Evaluates how long the peer has been silent. Call it every LIVENESS_TICK_MS. `lateMs`: lateness of this call.
	 * `isPaused`: this node is not reading from the connection, so silence proves nothing.
	 */
	tick(isPaused: boolean, lateMs: number): TickResult;
	/** Restarts the measurement of the silence, for use after a stall of this node's own timers. */
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
	let pingedAt = Number.NEGATIVE_INFINITY;
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
			pingedAt = clock.monotonic();
			lastPing = {id: pingCount, at: pingedAt, wall: clock.now()};
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
			// A ping of the peer may wait behind much data in its send queue. This node therefore also pings when it
			// has sent nothing for PING_AFTER_MS. Otherwise this node would appear dead to the peer.
			const isQuiet = now - sentAt >= PING_AFTER_MS;
			// Usually only the end that pings first measures round-trip times. The other end may have only one
			// measurement, which was slow because the programs were starting. Without another ping, it would show a
			// slow connection until the connection closes.
			const isOutdated = (roundTripMs ?? 0) >= FAIR_ROUND_TRIP_MS && now - pingedAt >= PING_AFTER_MS;
			return {timedOut: step.state === 'dead', changed, pingDue: step.pingDue || isQuiet || isOutdated};
		},
		resetIdle,
	};
}

/** Basis for judging the silence of the peer. Times are in monotonic ms. */
export interface Liveness {
	/** Time at which the last byte arrived. */
	readonly receivedAt: number;
	/** Time of the last ping sent after `receivedAt`, if any. */
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

/** Evaluates the silence at `now`. A ping is due every PING_AFTER_MS until a byte arrives or the peer is dead. */
export function stepLiveness(liveness: Liveness, now: number): LivenessStep {
	const silenceMs = now - liveness.receivedAt;
	const state = silenceMs >= GONE_AFTER_MS ? 'dead' : silenceMs >= SUSPECT_AFTER_MS ? 'suspect' : 'alive';
	const pingDue = state !== 'dead' && now - Math.max(liveness.receivedAt, liveness.pingedAt ?? 0) >= PING_AFTER_MS;
	return {liveness: pingDue ? {...liveness, pingedAt: now} : liveness, state, pingDue};
}

/** Subtracts the lag of this node's timers from the silence, because bytes that arrived may still be unread. */
function creditTimerLag({receivedAt, pingedAt}: Liveness, lateMs: number, now: number): Liveness {
	const later = (at: number) => Math.min(now, at + lateMs);
	return {receivedAt: later(receivedAt), ...(pingedAt !== undefined && {pingedAt: later(pingedAt)})};
}
