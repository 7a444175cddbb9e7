/**
 * Dialler (protocol.md, Addresses): decides which peers to dial and when. It has one candidate for each known peer and
 * for each `--peer` target. Of two peers, the one with the lower id dials immediately. The other waits for one second,
 * and longer while other peers connect. When many nodes start at the same time, dials in both directions would slow
 * down all of them.
 */
import type {PeerId} from '../../core/event.js';
import {
	BEACON_INTERVAL_CROWD_MS,
	HIGHER_ID_DIALS_AFTER_MS,
	MAX_CANDIDATES,
	MAX_DIAL_FAILURES,
	MAX_KNOWN_CANDIDATES,
	RETRY_FIRST_MS,
	RETRY_MAX_MS,
} from '../../core/limits.js';
import type {HostAddress} from '../ip-address.js';
import {formatHostAddress, prefixGroup, shareKey} from '../ip-address.js';
import {createFairShare} from '../scheduling/fair-share.js';
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
	/**
	 * Adds an address of a peer. A candidate that is not dialled any more after too many failures is dialled again.
	 * `owner`: the owner of the share that the candidate uses. It is given for an address that another peer reported.
	 * By default, `shareKey` derives it from the address.
	 */
	learnAddress(peer: PeerId, address: HostAddress, source: DiscoverySource, owner?: string): void;
	/**
	 * Adds the source address of another copy of a beacon, which arrived on a second common network. This address is
	 * dialled last.
	 */
	learnAlternateAddress(peer: PeerId, address: HostAddress): void;
	/**
	 * Adds a `--peer` target, which is dialled until it is removed. A known target that waits for its next dial is dialled at
	 * once.
	 */
	addTarget(address: HostAddress, source?: 'peer-flag' | 'remembered'): void;
	/** Removes the unconnected targets of a host (and port, if given). Returns false if there are none. */
	removeTarget(host: string, port?: number): boolean;
	/** Notes that a peer has connected. The scheduled dials to the peer are cancelled. */
	connected(peer: PeerId, remoteAddress: string): void;
	/** Notes that a peer has disconnected. If one end banned the other, the peer is not dialled for `banMs`. */
	disconnected(peer: PeerId, banMs?: number): void;
	/**
	 * Notes that a peer has left. The peer is not dialled any more. A `--peer` target at its address is still dialled, because
	 * another node may start there.
	 */
	peerLeft(peer: PeerId): void;
	reports(): DialReport[];
	stop(): void;
}

/**
 * If neither a beacon nor another peer has named a peer for this time, the next beacon or report of it resets the
 * number of failed dials to that peer.
 */
const STALE_AFTER_MS = 2 * BEACON_INTERVAL_CROWD_MS;

export function createDialler(options: DiallerOptions): Dialler {
	const {clock, self} = options;
	/**
	 * Candidates by peer id, or by address if they are targets. `unknown` and `known` limit the number of candidates
	 * that are not targets.
	 */
	const candidates = new Map<string, Candidate>();
	/** Peers that are announced but were never connected. Each is in the share of the owner that announced it. */
	const unknown = createFairShare<PeerId>(MAX_CANDIDATES - MAX_KNOWN_CANDIDATES, prefixGroup);
	/** Peers that were connected at least once. */
	const known = createFairShare<PeerId>(MAX_KNOWN_CANDIDATES);
	const scheduler = createDialScheduler(options);
	const {isConnected, schedule, unschedule} = scheduler;
	let stopped = false;

	/**
	 * Drops a candidate whose place another candidate has taken. The candidate of a connected peer stays, and gets a place
	 * again when the peer disconnects.
	 */
	function drop(peer: PeerId): void {
		const candidate = candidates.get(peer);
		if (!candidate || isConnected(candidate)) return;
		candidates.delete(peer);
		candidate.isDropped = true;
		if (candidate.state !== 'dialling') scheduler.remove(candidate);
	}

	/**
	 * Gives a place to a peer that is only announced, and counts the place in the share of `owner` (`shareKey`).
	 * Returns false if no place is available.
	 */
	function addUnknown(peer: PeerId, owner: string): boolean {
		const {added, evicted} = unknown.add(peer, owner);
		if (evicted) drop(evicted);
		return added;
	}

	/** Moves a connected peer to the places for known peers. Peers that are only announced cannot displace it there. */
	function keepKnown(peer: PeerId, owner: string): void {
		const {added, evicted} = known.add(peer, owner);
		if (evicted) drop(evicted);
		if (added) unknown.delete(peer);
	}

	const firstDelay = (peer: PeerId) => (self < peer ? 0 : HIGHER_ID_DIALS_AFTER_MS);

	return {
		learnAddress(peer, address, source, owner = shareKey(address.host, peer)) {
			if (peer === self || stopped) return;
			let candidate = candidates.get(peer);
			if (!candidate) {
				if (!addUnknown(peer, owner)) return;
				candidate = createCandidate(peer, false, owner);
				candidates.set(peer, candidate);
			} else if (source !== 'exchange' && candidate.owner !== owner && !candidate.verifiedAddress) {
				// A peer that announces itself no longer depends on the share of the peer that reported it.
				candidate.owner = owner;
				if (known.ownerOf(peer) === undefined) unknown.delete(peer);
				if (known.ownerOf(peer) === undefined && !addUnknown(peer, owner)) drop(peer);
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
			// Beacons are repeated, but a peer reports a connection only once. So one report already resets the failures.
			if (gaveUp && source === 'exchange') candidate.failures = 0;
			const retryInMs = candidate.lastAttempt + RETRY_MAX_MS - clock.monotonic();
			schedule(candidate, gaveUp ? Math.max(0, retryInMs) : firstDelay(peer));
		},
		learnAlternateAddress(peer, address) {
			const candidate = candidates.get(peer);
			if (candidate) addAlternateAddress(candidate, address);
		},
		addTarget(address, source = 'peer-flag') {
			const key = formatHostAddress(address);
			if (stopped) return;
			const known = candidates.get(key);
			if (known) {
				known.sources.add(source);
				known.isFailureReported = false;
				if (known.state === 'waiting' && !isConnected(known)) schedule(known, 0);
				return;
			}

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
		connected(peer, remoteAddress) {
			scheduler.peerConnected();
			for (const candidate of candidates.values()) if (candidate.peer === peer) unschedule(candidate);
			const candidate = candidates.get(peer);
			if (!candidate) return;
			candidate.owner = shareKey(remoteAddress, peer);
			keepKnown(peer, candidate.owner);
		},
		disconnected(peer, banMs = 0) {
			// A banned peer gets a candidate if it has none, so that it is not dialled when it is reported during the
			// ban.
			if (banMs > 0 && !candidates.has(peer) && addUnknown(peer, peer))
				candidates.set(peer, createCandidate(peer, false, peer));
			const own = candidates.get(peer);
			const isKept = known.ownerOf(peer) !== undefined || unknown.ownerOf(peer) !== undefined;
			if (own && !isKept && !addUnknown(peer, own.owner ?? peer)) drop(peer);
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
			if (candidate.state === 'idle') {
				candidates.delete(peer);
				known.delete(peer);
				unknown.delete(peer);
			} else {
				candidate.failures = MAX_DIAL_FAILURES;
			}
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
