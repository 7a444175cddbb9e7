/**
 * Dial scheduler. It dials candidates when their time has come, limits the rate of dials, and schedules the next dial
 * after a failure.
 */

import type {Clock, Debug, Random, Timer} from '../../core/environment.js';
import type {PeerId} from '../../core/event.js';
import {
	DIAL_BURST,
	HIGHER_ID_DIALS_AFTER_MS,
	HIGHER_ID_WAITS_AT_MOST_MS,
	MAX_DIAL_FAILURES,
	MAX_DIALS_PER_SECOND,
	MAX_SEEN_RETRIES,
	RETRY_SEEN_MS,
} from '../../core/limits.js';
import type {HostAddress} from '../ip-address.js';
import {formatHostAddress, isSameAddress} from '../ip-address.js';
import type {LinkClosing, PeerLink} from '../link/peer-link.js';
import {createTokenBucket} from '../scheduling/rate-limiters.js';
import type {Connection, Transport} from '../transport/transport.js';
import {type Candidate, chooseAddresses, dropAddress, type FailedDial} from './candidate.js';
import {createDialQueue, retryDelay} from './dial-queue.js';

/**
 * Result of the exchange of hellos on a connection that this node has dialled. The mesh (the set of open connections)
 * performs this exchange.
 */
export type AdoptOutcome =
	| {readonly type: 'verified'; readonly link: PeerLink}
	| {readonly type: 'failed'; readonly closing: LinkClosing};

export interface DiallerOptions {
	readonly self: PeerId;
	readonly clock: Clock;
	readonly random: Random;
	readonly transport: Transport;
	readonly debug: Debug;
	isConnected(peer: PeerId): boolean;
	/** Passes a dialled connection to the mesh for the exchange of hellos. `done` is called once, with the result. */
	adopt(connection: Connection, done: (outcome: AdoptOutcome) => void): void;
	/**
	 * Whether another peer reports that it is connected to this peer. Then this peer is running, although dials to it
	 * fail.
	 */
	isSeen(peer: PeerId): boolean;
	/** Called when a dial of a `--peer` target has succeeded. */
	targetWorked(target: HostAddress): void;
	/**
	 * Called when the dial of a `--peer` target fails for the first time. Not called for targets that are remembered
	 * from an earlier run.
	 */
	targetFailed(target: HostAddress, reason: string): void;
}

export interface DialScheduler {
	/** Whether the candidate is connected, or is this node itself. */
	isConnected(candidate: Candidate): boolean;
	/**
	 * Schedules a dial of the candidate after `delay` ms. Has no effect if the candidate is in the queue or being
	 * dialled.
	 */
	schedule(candidate: Candidate, delay: number): void;
	/** Cancels the scheduled dial of a candidate. */
	unschedule(candidate: Candidate): void;
	/** Cancels the scheduled dial of a candidate and removes the candidate from the queue. */
	remove(candidate: Candidate): void;
	/**
	 * Notes that some peer has connected. While peers connect, this node waits longer for peers with lower ids to dial
	 * it.
	 */
	peerConnected(): void;
	stop(): void;
}

export function createDialScheduler(options: DiallerOptions): DialScheduler {
	const {clock, random, transport, self, debug} = options;
	const queue = createDialQueue();
	const rateLimiter = createTokenBucket(MAX_DIALS_PER_SECOND, DIAL_BURST);
	/**
	 * Candidates that are dialled every RETRY_SEEN_MS in spite of too many failures, because other peers report
	 * connections to them.
	 */
	const slowRetries = new Set<Candidate>();
	let pausedPump: Timer | undefined;
	/** Time at which a peer last connected, in monotonic ms. */
	let lastConnectedAt = Number.NEGATIVE_INFINITY;
	let stopped = false;

	const isConnected = (entry: Candidate) =>
		entry.peer !== undefined && (entry.peer === self || options.isConnected(entry.peer));

	function schedule(entry: Candidate, delay: number): void {
		if (stopped || entry.state === 'dialling' || entry.state === 'queued') return;
		entry.timer?.cancel();
		entry.state = 'waiting';
		entry.waitingSince = clock.monotonic();
		arm(entry, delay);
	}

	function arm(entry: Candidate, delay: number): void {
		entry.timer = clock.after(delay, () => {
			const waitMs = waitForLowerIdMs(entry);
			if (waitMs > 0) {
				arm(entry, waitMs);
				return;
			}

			entry.state = 'queued';
			queue.add(entry);
			pump();
		});
	}

	/**
	 * Time in ms for which this node must still wait before it dials the candidate. Of two peers, the one with the
	 * lower id dials first.
	 */
	function waitForLowerIdMs({peer, isTarget, failures, waitingSince}: Candidate): number {
		if (peer === undefined || isTarget || failures > 0 || self < peer || options.isConnected(peer)) return 0;
		const now = clock.monotonic();
		const remaining = waitingSince + HIGHER_ID_WAITS_AT_MOST_MS - now;
		return Math.min(remaining, lastConnectedAt + HIGHER_ID_DIALS_AFTER_MS - now);
	}

	function unschedule(entry: Candidate): void {
		entry.timer?.cancel();
		entry.timer = undefined;
		slowRetries.delete(entry);
		if (entry.state === 'waiting') entry.state = 'idle';
	}

	/**
	 * Dials the candidates in the queue. The rate is limited, because dials that fail immediately would otherwise use
	 * all CPU time.
	 */
	function pump(): void {
		if (pausedPump || stopped) return;
		for (let entry = takeNext(); entry; entry = takeNext()) {
			entry.state = 'idle';
			const addresses = isConnected(entry) ? [] : chooseAddresses(entry);
			if (addresses[0]) void dial(entry, addresses[0], addresses.slice(1));
			else queue.finished(entry);
		}
	}

	function takeNext(): Candidate | undefined {
		const next = queue.next();
		if (!next) return undefined;
		if (rateLimiter.take(clock.monotonic())) {
			queue.start(next);
			return next;
		}
		pausedPump = clock.after(1000 / MAX_DIALS_PER_SECOND, () => {
			pausedPump = undefined;
			pump();
		});
		return undefined;
	}

	async function dial(entry: Candidate, first: HostAddress, alternatives: readonly HostAddress[]): Promise<void> {
		entry.state = 'dialling';
		entry.lastAttempt = clock.monotonic();
		for (const one of [first, ...alternatives]) entry.triedAt.set(formatHostAddress(one), entry.lastAttempt);
		const result = await transport.dial(first.host, first.port, alternatives);
		const used = result.address;
		const address = (used && alternatives.find(one => isSameAddress(one, used))) ?? first;
		if (stopped) {
			if ('connection' in result) result.connection.destroy();
			return;
		}

		if ('failure' in result) settle(entry, address, result.failure);
		else options.adopt(result.connection, outcome => onAdopted(entry, address, outcome));
	}

	function onAdopted(entry: Candidate, address: HostAddress, outcome: AdoptOutcome): void {
		if (outcome.type === 'failed') {
			if (outcome.closing.code === 'self') entry.peer = entry.isTarget ? self : entry.peer;
			if (outcome.closing.code === 'self') dropAddress(entry, address);
			settle(entry, address, outcome.closing);
			return;
		}

		const {peer} = outcome.link;
		if (entry.isTarget) {
			entry.peer = peer;
			options.targetWorked(address);
		} else if (peer !== entry.peer) {
			dropAddress(entry, address);
			settle(entry, address, {code: 'other', text: 'another node uses this address now'});
			return;
		}

		queue.succeeded(entry.lastAttempt, clock.monotonic());
		entry.verifiedAddress = address;
		entry.triedAt.clear();
		settle(entry, address, undefined);
	}

	/** Schedules the next dial of a candidate after a failure. */
	function planNext(entry: Candidate): void {
		slowRetries.delete(entry);
		if (entry.isTarget || entry.failures < MAX_DIAL_FAILURES) {
			schedule(entry, retryDelay(entry.failures, random.fraction()));
		} else if (entry.peer && slowRetries.size < MAX_SEEN_RETRIES && options.isSeen(entry.peer)) {
			slowRetries.add(entry);
			schedule(entry, RETRY_SEEN_MS);
		}
	}

	/**
	 * Tells the user that a target of this run cannot be reached. Does so only once for each target. The target is
	 * still dialled.
	 */
	function reportTargetFailure(entry: Candidate, address: HostAddress, text: string): void {
		if (!entry.isTarget || entry.isFailureReported || !entry.sources.has('peer-flag')) return;
		entry.isFailureReported = true;
		options.targetFailed(address, text);
	}

	/** Ends a dial: records a failure and schedules the next dial of this candidate, then dials waiting candidates. */
	function settle(entry: Candidate, address: HostAddress, failure: Omit<FailedDial, 'address'> | undefined): void {
		queue.finished(entry, failure !== undefined);
		entry.state = 'idle';
		entry.lastFailure = failure && {address, code: failure.code, text: failure.text};
		if (failure) {
			entry.failures += 1;
			entry.triedAt.set(formatHostAddress(address), clock.monotonic());
			reportTargetFailure(entry, address, failure.text);
			debug('dial', `failed: ${formatHostAddress(address)}: ${failure.text}`, {failures: entry.failures});
			if (!isConnected(entry) && !entry.isDropped) planNext(entry);
		} else {
			entry.failures = 0;
		}

		pump();
	}

	return {
		isConnected,
		schedule,
		unschedule,
		remove(entry) {
			unschedule(entry);
			if (entry.state === 'queued') queue.drop(entry);
			entry.state = 'idle';
		},
		peerConnected() {
			lastConnectedAt = clock.monotonic();
		},
		stop() {
			stopped = true;
			queue.clear();
			pausedPump?.cancel();
		},
	};
}
