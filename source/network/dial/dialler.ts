/**
 * Whom to dial, and after which delay: one candidate for each peer heard of and for each `--peer` target (design.md, 3,
 * Addresses). The lower peer id dials at once, the other a second later if still unconnected and nobody else came up meanwhile: while
 * many start at once, connections come as fast as they can, and a second dial for each would only slow them down.
 */
import type {PeerId} from '../../core/event.js';
import {
	BEACON_INTERVAL_CROWD_MS,
	HIGHER_ID_DIALS_AFTER_MS,
	MAX_CANDIDATES,
	MAX_DIAL_FAILURES,
	RETRY_FIRST_MS,
	RETRY_MAX_MS,
} from '../../core/limits.js';
import {createFifoCursor} from '../../core/lru-map.js';
import type {HostAddress} from '../ip-address.js';
import {addressKey} from '../ip-address.js';
import {
	addAddress,
	addAlternateAddress,
	type Candidate,
	createCandidate,
	type DiscoverySource,
	type FailedDial,
} from './candidate.js';
import {createDialScheduler, type DiallerOptions} from './dial-scheduler.js';

/** For the doctor. */
export interface DialReport {
	readonly peer: PeerId | undefined;
	readonly addresses: readonly HostAddress[];
	readonly sources: readonly DiscoverySource[];
	readonly failures: number;
	readonly lastFailure: FailedDial | undefined;
}

export interface Dialler {
	/** A peer may be reached there. That wakes an entry that had given up. */
	learnAddress(peer: PeerId, address: HostAddress, by: DiscoverySource): void;
	/** The same announcement came from there too (two networks in common): tried after the addresses known. */
	learnAlternateAddress(peer: PeerId, address: HostAddress): void;
	/** A `--peer` target: dialled for ever. */
	addTarget(address: HostAddress, by?: 'peer-flag' | 'remembered'): void;
	/** A `--peer` target that is not connected is dialled no more; without a port: whichever it has. False: there is none. */
	removeTarget(host: string, port?: number): boolean;
	connected(peer: PeerId): void;
	/** `restMs`: not dialled before, since it would not have us, or we not it. */
	disconnected(peer: PeerId, restMs?: number): void;
	/** It said that it leaves: no more dials, but to the target that led to it, for ever. */
	peerLeft(peer: PeerId): void;
	reports(): DialReport[];
	stop(): void;
}

/** So many entries are looked at to make room for one that is only spoken of. */
const UNVERIFIED_EVICTION_TRIES = 8;
/** Where they made none, none is looked for meanwhile: a list may name hundreds. */
const UNVERIFIED_PAUSE_MS = 100;
/** Told of a peer after a silence of this length, we start afresh: a way may be open again. */
const STALE_AFTER_MS = 2 * BEACON_INTERVAL_CROWD_MS;

export function createDialler(options: DiallerOptions): Dialler {
	const {clock, self} = options;
	const entries = new Map<string, Candidate>();
	const takeOldest = createFifoCursor(entries);
	const scheduler = createDialScheduler(options);
	const {isConnected, schedule, unschedule} = scheduler;
	/** Until then there is no room for hearsay, monotonic ms. */
	let fullUntil = Number.NEGATIVE_INFINITY;
	let stopped = false;

	/**
	 * Room for one more: the longest unused entry of an unconnected peer goes, for hearsay only if we gave it up. Those kept
	 * are looked at last next time.
	 */
	function makeRoom(by: DiscoverySource): boolean {
		const isUnverified = by === 'exchange';
		if (isUnverified && entries.size >= MAX_CANDIDATES && clock.monotonic() < fullUntil) return false;
		for (
			let looked = isUnverified ? UNVERIFIED_EVICTION_TRIES : entries.size;
			entries.size >= MAX_CANDIDATES && looked > 0;
			looked--
		) {
			const oldest = takeOldest();
			if (!oldest) break;
			const [key, entry] = oldest;
			entries.delete(key);
			const isNeeded = isUnverified && entry.failures < MAX_DIAL_FAILURES && entry.addresses.length > 0;
			if (isNeeded || entry.isTarget || entry.state === 'dialling' || isConnected(entry)) entries.set(key, entry);
			else scheduler.remove(entry);
		}

		const hasRoom = entries.size < MAX_CANDIDATES;
		if (!hasRoom && isUnverified) fullUntil = clock.monotonic() + UNVERIFIED_PAUSE_MS;
		return hasRoom;
	}

	const firstDelay = (peer: PeerId) => (self < peer ? 0 : HIGHER_ID_DIALS_AFTER_MS);

	return {
		learnAddress(peer, address, by) {
			if (peer === self || stopped) return;
			let entry = entries.get(peer);
			if (!entry) {
				if (!makeRoom(by)) return;
				entry = createCandidate(peer, false);
				entries.set(peer, entry);
			}

			entry.sources.add(by);
			addAddress(entry, address);
			const anew = clock.monotonic() - entry.lastHeardAt > STALE_AFTER_MS;
			entry.lastHeardAt = clock.monotonic();
			if (isConnected(entry)) return;
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
		learnAlternateAddress(peer, address) {
			const entry = entries.get(peer);
			if (entry) addAlternateAddress(entry, address);
		},
		addTarget(address, by = 'peer-flag') {
			const key = addressKey(address);
			if (stopped || entries.has(key)) return;
			const entry = createCandidate(undefined, true);
			entry.sources.add(by);
			addAddress(entry, address);
			entries.set(key, entry);
			schedule(entry, 0);
		},
		removeTarget(host, port) {
			let dropped = false;
			for (const [key, entry] of entries) {
				if (!entry.isTarget || isConnected(entry)) continue;
				if (!entry.addresses.some(one => one.host === host && (port === undefined || one.port === port))) continue;
				entries.delete(key);
				entry.isDropped = true;
				scheduler.remove(entry);
				dropped = true;
			}
			return dropped;
		},
		connected(peer) {
			scheduler.peerConnected();
			for (const entry of entries.values()) if (entry.peer === peer) unschedule(entry);
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
		peerLeft(peer) {
			// Whoever starts there next is somebody else: a target is looked for again.
			for (const target of entries.values()) {
				if (!target.isTarget || target.peer !== peer || options.isConnected(peer)) continue;
				target.peer = undefined;
				target.failures = 0;
				schedule(target, RETRY_FIRST_MS);
			}

			const entry = entries.get(peer);
			if (!entry) return;
			unschedule(entry);
			if (entry.state === 'idle') entries.delete(peer);
			else entry.failures = MAX_DIAL_FAILURES;
		},
		reports() {
			const known = [...entries.values()].filter(({sources}) => sources.size > 0);
			return known.map(entry => ({
				peer: entry.peer,
				addresses: entry.addresses,
				sources: [...entry.sources],
				failures: entry.failures,
				lastFailure: entry.lastFailure,
			}));
		},
		stop() {
			stopped = true;
			scheduler.stop();
			for (const entry of entries.values()) entry.timer?.cancel();
		},
	};
}
