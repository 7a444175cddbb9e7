/**
 * Whom to dial and when: one candidate for each peer heard of and for each `--peer` target (design.md, 3, Addresses).
 * The lower peer id dials at once, the other a second later if still unconnected and nobody else came up meanwhile: while
 * many start at once, connections come as fast as they can, and a second dial for each would only slow them down.
 */
import type {PeerId} from '../core/ids.js';
import {
	BEACON_INTERVAL_CROWD_MS,
	DIAL_BURST,
	HIGHER_ID_DIALS_AFTER_MS,
	HIGHER_ID_WAITS_AT_MOST_MS,
	MAX_CANDIDATES,
	MAX_DIAL_FAILURES,
	MAX_DIALS_PER_SECOND,
	RETRY_FIRST_MS,
	RETRY_MAX_MS,
} from '../core/limits.js';
import {retryDelay} from './backoff.js';
import {
	type Address,
	addAddress,
	addSpareAddress,
	type Candidate,
	chooseAddress,
	createCandidate,
	dropAddress,
	type FailedDial,
	type HeardBy,
	keyOf,
} from './candidate.js';
import type {Clock, Random, Timer} from './clock.js';
import type {Debug} from './debug.js';
import {createDialQueue} from './dial-queue.js';
import type {LinkClosing, PeerLink} from './peer-link.js';
import {createTokenBucket} from './token-bucket.js';
import type {Connection, Transport} from './transport.js';

/** What became of a connection that was handed over. */
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
	/** Takes a dialled connection over; `done` is called once. */
	adopt(connection: Connection, done: (outcome: AdoptOutcome) => void): void;
	/** A `--peer` target led to a peer. */
	targetWorked(target: Address): void;
}

/** For the doctor. */
export interface DialReport {
	readonly peer: PeerId | undefined;
	readonly addresses: readonly Address[];
	readonly heardBy: readonly HeardBy[];
	readonly failures: number;
	readonly lastFailure: FailedDial | undefined;
}

export interface Dialler {
	/** A peer may be reached there. That wakes an entry that had given up. */
	heard(peer: PeerId, address: Address, by: HeardBy): void;
	/** The same announcement came from there too (two networks in common): tried after the addresses known. */
	alsoAt(peer: PeerId, address: Address): void;
	/** A `--peer` target: dialled for ever. */
	target(address: Address, by?: 'peer-flag' | 'remembered'): void;
	/** A `--peer` target that is not connected is dialled no more; without a port: whichever it has. False: there is none. */
	dropTarget(host: string, port?: number): boolean;
	connected(peer: PeerId): void;
	disconnected(peer: PeerId): void;
	/** It said that it leaves: no more dials, but to the target that led to it, for ever. */
	forget(peer: PeerId): void;
	reports(): DialReport[];
	stop(): void;
}

/** So many entries are looked at to make room for one that is only spoken of. */
const HEARSAY_LOOKS = 8;
/** Told of a peer after a silence of this length, we start afresh: a way may be open again. */
const HEARD_ANEW_MS = 2 * BEACON_INTERVAL_CROWD_MS;

export function createDialler(options: DiallerOptions): Dialler {
	const {clock, random, transport, self, debug} = options;
	const entries = new Map<string, Candidate>();
	const queue = createDialQueue();
	const pace = createTokenBucket(MAX_DIALS_PER_SECOND, DIAL_BURST);
	let pausedPump: Timer | undefined;
	/** When somebody came up last, monotonic ms. */
	let lastUpAt = Number.NEGATIVE_INFINITY;
	let stopped = false;

	const isDone = (entry: Candidate) =>
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
			const patience = patienceFor(entry);
			if (patience > 0) {
				arm(entry, patience);
				return;
			}

			entry.state = 'queued';
			queue.add(entry);
			pump();
		});
	}

	/** How long the higher id goes on waiting for the dial of the lower, ms. */
	function patienceFor({peer, isTarget, failures, waitingSince}: Candidate): number {
		if (peer === undefined || isTarget || failures > 0 || self < peer || options.isConnected(peer)) return 0;
		const now = clock.monotonic();
		const left = waitingSince + HIGHER_ID_WAITS_AT_MOST_MS - now;
		return Math.min(left, lastUpAt + HIGHER_ID_DIALS_AFTER_MS - now);
	}

	function rest(entry: Candidate): void {
		entry.timer?.cancel();
		entry.timer = undefined;
		if (entry.state === 'waiting') entry.state = 'idle';
	}

	/** Dials that fail at once must not follow each other without end. */
	function pump(): void {
		if (pausedPump || stopped) return;
		for (let entry = takeNext(); entry; entry = takeNext()) {
			entry.state = 'idle';
			const address = isDone(entry) ? undefined : chooseAddress(entry);
			if (address) void dial(entry, address);
			else queue.ended(entry);
		}
	}

	function takeNext(): Candidate | undefined {
		if (!queue.isReady) return undefined;
		if (pace.take(clock.monotonic())) return queue.take();
		pausedPump = clock.after(1000 / MAX_DIALS_PER_SECOND, () => {
			pausedPump = undefined;
			pump();
		});
		return undefined;
	}

	async function dial(entry: Candidate, address: Address): Promise<void> {
		entry.state = 'dialling';
		entry.lastAttempt = clock.monotonic();
		entry.triedAt.set(keyOf(address), entry.lastAttempt);
		const result = await transport.dial(address.host, address.port);
		if (stopped) {
			if ('connection' in result) result.connection.destroy();
			return;
		}

		if ('failure' in result) settle(entry, address, result.failure);
		else options.adopt(result.connection, outcome => onAdopted(entry, address, outcome));
	}

	function onAdopted(entry: Candidate, address: Address, outcome: AdoptOutcome): void {
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
			settle(entry, address, {code: 'other', text: 'somebody else answers there'});
			return;
		}

		queue.succeeded(entry.lastAttempt, clock.monotonic());
		entry.proven = address;
		entry.triedAt.clear();
		settle(entry, address, undefined);
	}

	/** A dial came to its end: count it, plan the next one, let others dial. */
	function settle(entry: Candidate, address: Address, failure: Omit<FailedDial, 'address'> | undefined): void {
		queue.ended(entry);
		entry.state = 'idle';
		entry.lastFailure = failure && {address, code: failure.code, text: failure.text};
		if (failure) {
			entry.failures += 1;
			debug('dial', `failed: ${address.host}:${address.port}: ${failure.text}`, {failures: entry.failures});
			const given = entry.isDropped || (!entry.isTarget && entry.failures >= MAX_DIAL_FAILURES);
			if (!isDone(entry) && !given) schedule(entry, retryDelay(entry.failures, random.fraction()));
		} else {
			entry.failures = 0;
		}

		pump();
	}

	/**
	 * Room for one more: the longest unused entry of an unconnected peer goes, for hearsay only if we gave it up. Those kept
	 * are looked at last next time.
	 */
	function makeRoom(by: HeardBy): boolean {
		const isHearsay = by === 'exchange';
		for (
			let looked = isHearsay ? HEARSAY_LOOKS : entries.size;
			entries.size >= MAX_CANDIDATES && looked > 0;
			looked--
		) {
			const [oldest] = entries;
			if (!oldest) break;
			const [key, entry] = oldest;
			entries.delete(key);
			const isNeeded = isHearsay && entry.failures < MAX_DIAL_FAILURES;
			if (isNeeded || entry.isTarget || entry.state === 'dialling' || isDone(entry)) entries.set(key, entry);
			else forgetEntry(entry);
		}

		return entries.size < MAX_CANDIDATES;
	}

	function forgetEntry(entry: Candidate): void {
		rest(entry);
		if (entry.state === 'queued') queue.drop(entry);
		entry.state = 'idle';
	}

	const firstDelay = (peer: PeerId) => (self < peer ? 0 : HIGHER_ID_DIALS_AFTER_MS);

	return {
		heard(peer, address, by) {
			if (peer === self || stopped) return;
			let entry = entries.get(peer);
			if (!entry) {
				if (!makeRoom(by)) return;
				entry = createCandidate(peer, false);
				entries.set(peer, entry);
			}

			entry.heardBy.add(by);
			addAddress(entry, address);
			const anew = clock.monotonic() - entry.heardAt > HEARD_ANEW_MS;
			entry.heardAt = clock.monotonic();
			if (isDone(entry)) return;
			if (anew && entry.failures > 0) {
				entry.failures = 0;
				schedule(entry, firstDelay(peer));
			}

			if (entry.state !== 'idle') return;
			const gaveUp = entry.failures >= MAX_DIAL_FAILURES;
			// A beacon comes again; that others are connected to it is said once.
			if (gaveUp && by === 'exchange') entry.failures = 0;
			const rested = entry.lastAttempt + RETRY_MAX_MS - clock.monotonic();
			schedule(entry, gaveUp ? Math.max(0, rested) : firstDelay(peer));
		},
		alsoAt(peer, address) {
			const entry = entries.get(peer);
			if (entry) addSpareAddress(entry, address);
		},
		target(address, by = 'peer-flag') {
			const key = keyOf(address);
			if (stopped || entries.has(key)) return;
			const entry = createCandidate(undefined, true);
			entry.heardBy.add(by);
			addAddress(entry, address);
			entries.set(key, entry);
			schedule(entry, 0);
		},
		dropTarget(host, port) {
			let dropped = false;
			for (const [key, entry] of entries) {
				if (!entry.isTarget || isDone(entry)) continue;
				if (!entry.addresses.some(one => one.host === host && (port === undefined || one.port === port))) continue;
				entries.delete(key);
				entry.isDropped = true;
				forgetEntry(entry);
				dropped = true;
			}
			return dropped;
		},
		connected(peer) {
			lastUpAt = clock.monotonic();
			for (const entry of entries.values()) if (entry.peer === peer) rest(entry);
		},
		disconnected(peer) {
			for (const entry of entries.values()) {
				if (entry.peer !== peer) continue;
				entry.failures = 0;
				schedule(entry, firstDelay(peer) + (entry.isTarget ? HIGHER_ID_DIALS_AFTER_MS : 0));
			}
		},
		forget(peer) {
			// Whoever starts there next is somebody else: a target is looked for again.
			for (const target of entries.values()) {
				if (!target.isTarget || target.peer !== peer || options.isConnected(peer)) continue;
				target.peer = undefined;
				target.failures = 0;
				schedule(target, RETRY_FIRST_MS);
			}

			const entry = entries.get(peer);
			if (!entry) return;
			rest(entry);
			if (entry.state === 'idle') entries.delete(peer);
			else entry.failures = MAX_DIAL_FAILURES;
		},
		reports() {
			return [...entries.values()].map(entry => ({
				peer: entry.peer,
				addresses: entry.addresses,
				heardBy: [...entry.heardBy],
				failures: entry.failures,
				lastFailure: entry.lastFailure,
			}));
		},
		stop() {
			stopped = true;
			queue.clear();
			pausedPump?.cancel();
			for (const entry of entries.values()) entry.timer?.cancel();
		},
	};
}
