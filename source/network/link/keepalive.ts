/**
 * Keepalive of one connection: finds out whether the peer is alive, and measures the round-trip time and the offset of
 * its clock (protocol.md, Keepalive). Any received byte proves that the peer is alive. `stepLiveness` contains the
 * rules as a pure function.
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
	/** Notes that bytes have arrived. Returns whether this has changed the status. */
	recordReceived(): boolean;
	/** Notes that this node sent a message. */
	recordSent(): void;
	/** Computes a first value of the clock offset from the wall clock in the hello of the peer, in ms. */
	recordHello(theirClock: number): void;
	/** Creates the next ping to send. */
	nextPing(): PingMessage;
	/**
	 * Computes round-trip time and clock offset from a pong. Returns false if the pong does not answer the last ping.
	 */
	acceptPong(message: PongMessage): boolean;
	/**
	 * Compares the silence of the peer with the limits. To be called every LIVENESS_TICK_MS. `isPaused`: this node does
	 * not read from the connection now, so the silence proves nothing. `lateMs`: time in ms by which this call is late.
	 */
	tick(isPaused: boolean, lateMs: number): TickResult;
	/** Restarts the measurement of the silence. To be called after a time in which this process did not run. */
	resetIdle(): void;
}

export interface TickResult {
	readonly timedOut: boolean;
	/** Whether this tick changed the status. */
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
			// A ping of the peer may wait behind much data in the send queue of the peer. Therefore this node also
			// sends a ping if it has sent nothing for PING_AFTER_MS. Otherwise it would seem dead to the peer.
			const isQuiet = now - sentAt >= PING_AFTER_MS;
			// Usually only the end that sends the first ping measures round-trip times. The other end may have a single
			// measurement, which is slow because the programs were starting. Without another ping, that end would show
			// a slow connection until it closes.
			const isOutdated = (roundTripMs ?? 0) >= FAIR_ROUND_TRIP_MS && now - pingedAt >= PING_AFTER_MS;
			return {timedOut: step.state === 'dead', changed, pingDue: step.pingDue || isQuiet || isOutdated};
		},
		resetIdle,
	};
}

/** Data from which the silence of the peer is computed. Times are in monotonic ms. */
export interface Liveness {
	/** Time at which the last byte arrived. */
	readonly receivedAt: number;
	/** Time of the last ping that was sent after `receivedAt`. Undefined if there was none. */
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

/**
 * Computes the state of the peer from its silence until `now`. A ping is due every PING_AFTER_MS, until a byte arrives
 * or the peer is dead.
 */
export function stepLiveness(liveness: Liveness, now: number): LivenessStep {
	const silenceMs = now - liveness.receivedAt;
	const state = silenceMs >= GONE_AFTER_MS ? 'dead' : silenceMs >= SUSPECT_AFTER_MS ? 'suspect' : 'alive';
	const pingDue = state !== 'dead' && now - Math.max(liveness.receivedAt, liveness.pingedAt ?? 0) >= PING_AFTER_MS;
	return {liveness: pingDue ? {...liveness, pingedAt: now} : liveness, state, pingDue};
}

/**
 * Subtracts from the silence the time by which the timers of this node were late. In this time bytes may have arrived
 * that are not read yet.
 */
function creditTimerLag({receivedAt, pingedAt}: Liveness, lateMs: number, now: number): Liveness {
	const later = (at: number) => Math.min(now, at + lateMs);
	return {receivedAt: later(receivedAt), ...(pingedAt !== undefined && {pingedAt: later(pingedAt)})};
}
