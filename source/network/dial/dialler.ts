/**
 * Dialler (protocol.md, Addresses): decides which peers to dial and when. It has one candidate for each known peer and
 * for each `--peer` target. Of two peers, the one with the lower id dials immediately. The other waits for one second,
 * and longer while other peers connect: when many nodes start together, a dial in each direction would slow them down.
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

/** State of a candidate, for the doctor. */
export interface DialReport {
	readonly peer: PeerId | undefined;
	readonly addresses: readonly HostAddress[];
	readonly sources: readonly DiscoverySource[];
	readonly failures: number;
	readonly lastFailure: FailedDial | undefined;
}

export interface Dialler {
	/** Adds an address of a peer. A candidate that is not dialled any more after too many failures is dialled again. */
	learnAddress(peer: PeerId, address: HostAddress, source: DiscoverySource): void;
	/** Adds an address from another copy of a beacon, received on a second common network. It is dialled last. */
	learnAlternateAddress(peer: PeerId, address: HostAddress): void;
	/** Adds a `--peer` target, which is dialled until it is removed. */
	addTarget(address: HostAddress, source?: 'peer-flag' | 'remembered'): void;
	/** Removes the unconnected targets of a host (and port, if given). Returns false if there are none. */
	removeTarget(host: string, port?: number): boolean;
	/** Notes that a peer has connected. Its scheduled dials are cancelled. */
	connected(peer: PeerId): void;
	/** Notes that a peer has disconnected. If one end banned the other, the peer is not dialled for `banMs`. */
	disconnected(peer: PeerId, banMs?: number): void;
	/** Notes that a peer has left. It is not dialled any more. A `--peer` target is, as another node may start there. */
	peerLeft(peer: PeerId): void;
	reports(): DialReport[];
	stop(): void;
}

/** Number of candidates that are examined for eviction before a peer known only from another peer is added. */
const UNVERIFIED_EVICTION_TRIES = 8;
/** Pause after such a search has failed, because one message may report hundreds of peers. */
const UNVERIFIED_PAUSE_MS = 100;
/** If no beacon or peer has reported a peer for this time, the next report resets its failures. */
const STALE_AFTER_MS = 2 * BEACON_INTERVAL_CROWD_MS;

export function createDialler(options: DiallerOptions): Dialler {
	const {clock, self} = options;
	/** Candidates by peer id, or by address if they are targets. `makeRoom` limits their number, except for targets. */
	const candidates = new LruMap<string, Candidate>(Number.POSITIVE_INFINITY);
	const scheduler = createDialScheduler(options);
	const {isConnected, schedule, unschedule} = scheduler;
	/** Time until which peers known only from other peers are not added, in monotonic ms. */
	let fullUntil = Number.NEGATIVE_INFINITY;
	let stopped = false;

	/**
	 * Makes room for one more candidate by evicting the oldest one that is neither connected nor being dialled. A peer
	 * known only from another peer replaces only a candidate with MAX_DIAL_FAILURES. Returns whether there is room.
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
			// Beacons are repeated, but a peer reports a connection only one time, so the failures are reset now.
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
			// A banned peer without a candidate gets one, so that it is not dialled when it is reported during the ban.
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
			// The target is dialled again, because another peer may start at its address.
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
