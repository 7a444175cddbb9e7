/**
 * Dialler (protocol.md, Addresses): decides which peers to dial and after which delay. It has one candidate for each known
 * peer and for each `--peer` target. The peer with the lower id dials at once. The other waits a second, and longer while
 * connections to other peers come up: when many nodes start at once, second dials would only slow them down.
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
import {LruMap} from '../../core/lru-map.js';
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

/** A candidate, for the doctor. */
export interface DialReport {
	readonly peer: PeerId | undefined;
	readonly addresses: readonly HostAddress[];
	readonly sources: readonly DiscoverySource[];
	readonly failures: number;
	readonly lastFailure: FailedDial | undefined;
}

export interface Dialler {
	/** Adds an address of a peer. A candidate that was given up is dialled again. */
	learnAddress(peer: PeerId, address: HostAddress, source: DiscoverySource): void;
	/** Adds another address of the same beacon (two networks in common); it is dialled after the known ones. */
	learnAlternateAddress(peer: PeerId, address: HostAddress): void;
	/** Adds a `--peer` target, which is dialled until it is removed. */
	addTarget(address: HostAddress, source?: 'peer-flag' | 'remembered'): void;
	/** Removes the targets of this host (and port) that are not connected. Returns false if there are none. */
	removeTarget(host: string, port?: number): boolean;
	/** A peer is connected: its dials are cancelled. */
	connected(peer: PeerId): void;
	/** A peer is disconnected. `banMs`: it is not dialled before, because one end banned the other. */
	disconnected(peer: PeerId, banMs?: number): void;
	/** A peer left: it is not dialled any more. The target that led to it is, since another node may start there. */
	peerLeft(peer: PeerId): void;
	reports(): DialReport[];
	stop(): void;
}

/** Candidates that are examined to make room for a peer that only another peer reports. */
const UNVERIFIED_EVICTION_TRIES = 8;
/** Pause after a search without success, since one list may report hundreds of peers. */
const UNVERIFIED_PAUSE_MS = 100;
/** A report of a peer after a silence of this length resets its failures: its network may work again. */
const STALE_AFTER_MS = 2 * BEACON_INTERVAL_CROWD_MS;

export function createDialler(options: DiallerOptions): Dialler {
	const {clock, self} = options;
	/** By peer id, or by address for a target. Bounded by `makeRoom`; the user's targets come on top. */
	const candidates = new LruMap<string, Candidate>(Number.POSITIVE_INFINITY);
	const scheduler = createDialScheduler(options);
	const {isConnected, schedule, unschedule} = scheduler;
	/** Until then there is no room for peers that only others report, monotonic ms. */
	let fullUntil = Number.NEGATIVE_INFINITY;
	let stopped = false;

	/**
	 * Makes room for one more candidate by evicting the oldest one that is neither connected nor being dialled. For a peer
	 * that only another peer reports, a candidate is evicted only if it was given up. Returns whether there is room.
	 */
	function makeRoom(source: DiscoverySource): boolean {
		const isUnverified = source === 'exchange';
		const isEvictable = (candidate: Candidate) => {
			const isNeeded = isUnverified && candidate.failures < MAX_DIAL_FAILURES && candidate.addresses.length > 0;
			return !(isNeeded || candidate.isTarget || candidate.state === 'dialling' || isConnected(candidate));
		};
		while (candidates.size >= MAX_CANDIDATES) {
			if (isUnverified && clock.monotonic() < fullUntil) return false;
			const evicted = candidates.evictOldest(isEvictable, isUnverified ? UNVERIFIED_EVICTION_TRIES : candidates.size);
			if (!evicted) {
				if (isUnverified) fullUntil = clock.monotonic() + UNVERIFIED_PAUSE_MS;
				return false;
			}

			scheduler.remove(evicted[1]);
		}

		return true;
	}

	const firstDelay = (peer: PeerId) => (self < peer ? 0 : HIGHER_ID_DIALS_AFTER_MS);

	return {
		learnAddress(peer, address, source) {
			if (peer === self || stopped) return;
			let candidate = candidates.get(peer);
			if (!candidate) {
				if (!makeRoom(source)) return;
				candidate = createCandidate(peer, false);
				candidates.set(peer, candidate);
			}

			candidate.sources.add(source);
			addAddress(candidate, address);
			const isStale = clock.monotonic() - candidate.lastHeardAt > STALE_AFTER_MS;
			candidate.lastHeardAt = clock.monotonic();
			if (isConnected(candidate)) return;
			if (isStale && candidate.failures > 0) {
				candidate.failures = 0;
				schedule(candidate, firstDelay(peer));
			}

			const gaveUp = candidate.failures >= MAX_DIAL_FAILURES;
			if (candidate.state !== 'idle' && !(gaveUp && candidate.state === 'waiting')) return;
			// A beacon is repeated; peers report a connection only once.
			if (gaveUp && source === 'exchange') candidate.failures = 0;
			const retryInMs = candidate.lastAttempt + RETRY_MAX_MS - clock.monotonic();
			schedule(candidate, gaveUp ? Math.max(0, retryInMs) : firstDelay(peer));
		},
		learnAlternateAddress(peer, address) {
			const candidate = candidates.get(peer);
			if (candidate) addAlternateAddress(candidate, address);
		},
		addTarget(address, source = 'peer-flag') {
			const key = addressKey(address);
			if (stopped || candidates.has(key)) return;
			const candidate = createCandidate(undefined, true);
			candidate.sources.add(source);
			addAddress(candidate, address);
			candidates.set(key, candidate);
			schedule(candidate, 0);
		},
		removeTarget(host, port) {
			let dropped = false;
			for (const [key, candidate] of candidates) {
				if (!candidate.isTarget || isConnected(candidate)) continue;
				if (!candidate.addresses.some(one => one.host === host && (port === undefined || one.port === port))) continue;
				candidates.delete(key);
				candidate.isDropped = true;
				scheduler.remove(candidate);
				dropped = true;
			}
			return dropped;
		},
		connected(peer) {
			scheduler.peerConnected();
			for (const candidate of candidates.values()) if (candidate.peer === peer) unschedule(candidate);
		},
		disconnected(peer, banMs = 0) {
			// A peer that dialled this node and was never reported gets a candidate, so that a later report respects the ban.
			if (banMs > 0 && !candidates.has(peer) && makeRoom('exchange'))
				candidates.set(peer, createCandidate(peer, false));
			for (const candidate of candidates.values()) {
				if (candidate.peer !== peer) continue;
				candidate.failures = 0;
				candidate.wasConnected = banMs === 0;
				const delay = firstDelay(peer) + (candidate.isTarget ? HIGHER_ID_DIALS_AFTER_MS : 0);
				schedule(candidate, Math.max(delay, banMs));
			}
		},
		peerLeft(peer) {
			// The next node at this address is another peer, so the target is dialled again.
			for (const target of candidates.values()) {
				if (!target.isTarget || target.peer !== peer || options.isConnected(peer)) continue;
				target.peer = undefined;
				target.failures = 0;
				schedule(target, RETRY_FIRST_MS);
			}

			const candidate = candidates.get(peer);
			if (!candidate) return;
			unschedule(candidate);
			if (candidate.state === 'idle') candidates.delete(peer);
			else candidate.failures = MAX_DIAL_FAILURES;
		},
		reports() {
			const known = [...candidates.values()].filter(({sources}) => sources.size > 0);
			return known.map(candidate => ({
				peer: candidate.peer,
				addresses: candidate.addresses,
				sources: [...candidate.sources],
				failures: candidate.failures,
				lastFailure: candidate.lastFailure,
			}));
		},
		stop() {
			stopped = true;
			scheduler.stop();
			for (const candidate of candidates.values()) candidate.timer?.cancel();
		},
	};
}
