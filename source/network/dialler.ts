/**
 * Whom to dial, and after which delay: one candidate for each peer heard of and for each `--peer` target (design.md, 3,
 * Addresses). The lower peer id dials at once, the other a second later if still unconnected and nobody else came up meanwhile: while
 * many start at once, connections come as fast as they can, and a second dial for each would only slow them down.
 */
import type {PeerId} from '../core/ids.js';
import {
	BEACON_INTERVAL_CROWD_MS,
	HIGHER_ID_DIALS_AFTER_MS,
	MAX_CANDIDATES,
	MAX_DIAL_FAILURES,
	RETRY_FIRST_MS,
	RETRY_MAX_MS,
} from '../core/limits.js';
import {
	type Address,
	addAddress,
	addSpareAddress,
	type Candidate,
	createCandidate,
	type FailedDial,
	type HeardBy,
	keyOf,
} from './candidate.js';
import {createDialRunner, type DiallerOptions} from './dial-runner.js';
import {createOldest} from './oldest.js';

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
	/** `restMs`: not dialled before, since it would not have us, or we not it. */
	disconnected(peer: PeerId, restMs?: number): void;
	/** It said that it leaves: no more dials, but to the target that led to it, for ever. */
	forget(peer: PeerId): void;
	reports(): DialReport[];
	stop(): void;
}

/** So many entries are looked at to make room for one that is only spoken of. */
const HEARSAY_LOOKS = 8;
/** Where they made none, none is looked for meanwhile: a list may name hundreds. */
const HEARSAY_PAUSE_MS = 100;
/** Told of a peer after a silence of this length, we start afresh: a way may be open again. */
const HEARD_ANEW_MS = 2 * BEACON_INTERVAL_CROWD_MS;

export function createDialler(options: DiallerOptions): Dialler {
	const {clock, self} = options;
	const entries = new Map<string, Candidate>();
	const takeOldest = createOldest(entries);
	const runner = createDialRunner(options);
	const {isDone, schedule, rest} = runner;
	/** Until then there is no room for hearsay, monotonic ms. */
	let fullUntil = Number.NEGATIVE_INFINITY;
	let stopped = false;

	/**
	 * Room for one more: the longest unused entry of an unconnected peer goes, for hearsay only if we gave it up. Those kept
	 * are looked at last next time.
	 */
	function makeRoom(by: HeardBy): boolean {
		const isHearsay = by === 'exchange';
		if (isHearsay && entries.size >= MAX_CANDIDATES && clock.monotonic() < fullUntil) return false;
		for (
			let looked = isHearsay ? HEARSAY_LOOKS : entries.size;
			entries.size >= MAX_CANDIDATES && looked > 0;
			looked--
		) {
			const oldest = takeOldest();
			if (!oldest) break;
			const [key, entry] = oldest;
			entries.delete(key);
			const isNeeded = isHearsay && entry.failures < MAX_DIAL_FAILURES && entry.addresses.length > 0;
			if (isNeeded || entry.isTarget || entry.state === 'dialling' || isDone(entry)) entries.set(key, entry);
			else runner.drop(entry);
		}

		const hasRoom = entries.size < MAX_CANDIDATES;
		if (!hasRoom && isHearsay) fullUntil = clock.monotonic() + HEARSAY_PAUSE_MS;
		return hasRoom;
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

			const gaveUp = entry.failures >= MAX_DIAL_FAILURES;
			if (entry.state !== 'idle' && !(gaveUp && entry.state === 'waiting')) return;
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
				runner.drop(entry);
				dropped = true;
			}
			return dropped;
		},
		connected(peer) {
			runner.cameUp();
			for (const entry of entries.values()) if (entry.peer === peer) rest(entry);
		},
		disconnected(peer, restMs = 0) {
			// It came to us, and nobody told of it: when somebody does, it rests all the same.
			if (restMs > 0 && !entries.has(peer) && makeRoom('exchange')) entries.set(peer, createCandidate(peer, false));
			for (const entry of entries.values()) {
				if (entry.peer !== peer) continue;
				entry.failures = 0;
				entry.wasConnected = restMs === 0;
				const delay = firstDelay(peer) + (entry.isTarget ? HIGHER_ID_DIALS_AFTER_MS : 0);
				schedule(entry, Math.max(delay, restMs));
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
			const told = [...entries.values()].filter(({heardBy}) => heardBy.size > 0);
			return told.map(entry => ({
				peer: entry.peer,
				addresses: entry.addresses,
				heardBy: [...entry.heardBy],
				failures: entry.failures,
				lastFailure: entry.lastFailure,
			}));
		},
		stop() {
			stopped = true;
			runner.stop();
			for (const entry of entries.values()) entry.timer?.cancel();
		},
	};
}
