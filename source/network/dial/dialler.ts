/**
 * Dialler (protocol.md, Addresses): decides which peers to dial and when. It has one candidate for each known peer and
 * for each `--peer` target. Of two peers, the one with the lower id dials immediately. The other peer waits for one
 * second, and longer while further peers connect. Without this wait, both would dial at the same time, and when many
 * nodes start together, the double number of dials would slow all of them down.
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

/** What the dialler knows about one candidate, for the doctor. */
export interface DialReport {
	readonly peer: PeerId | undefined;
	readonly addresses: readonly HostAddress[];
	readonly sources: readonly DiscoverySource[];
	readonly failures: number;
	readonly lastFailure: FailedDial | undefined;
}

export interface Dialler {
	/**
	 * Adds an address of a peer. A peer that is not dialled any more after too many failures is dialled again. `owner`:
	 * owner for whom the candidate is counted, if another peer reported the address. By default, `shareKey` derives the
	 * owner from the address.
	 */
	learnAddress(peer: PeerId, address: HostAddress, source: DiscoverySource, owner?: string): void;
	/**
	 * Adds the source address of another copy of a beacon. Such a copy arrives if this node and the peer have a second
	 * network in common. This address is dialled only after the known addresses.
	 */
	learnAlternateAddress(peer: PeerId, address: HostAddress): void;
	/**
	 * Adds a `--peer` target, which is dialled until it is removed. If the target is known already and waits for its
	 * next dial, it is dialled at once.
	 */
	addTarget(address: HostAddress, source?: 'peer-flag' | 'remembered'): void;
	/**
	 * Removes the targets with this host, and with this port if it is given. Connected targets stay. Returns false if
	 * none was removed.
	 */
	removeTarget(host: string, port?: number): boolean;
	/** Notes that a peer has connected. Scheduled dials to this peer are cancelled. */
	connected(peer: PeerId, remoteAddress: string): void;
	/**
	 * Notes that a peer has disconnected. `banMs`: time for which the peer is not dialled, because one end has banned
	 * the other.
	 */
	disconnected(peer: PeerId, banMs?: number): void;
	/**
	 * Notes that a peer has left. It is not dialled any more. A `--peer` target at its address is still dialled,
	 * because another node may start there.
	 */
	peerLeft(peer: PeerId): void;
	reports(): DialReport[];
	stop(): void;
}

/**
 * If neither a beacon of a peer nor a report about it arrives for this time, the next beacon or report sets the number
 * of failed dials to 0.
 */
const STALE_AFTER_MS = 2 * BEACON_INTERVAL_CROWD_MS;

export function createDialler(options: DiallerOptions): Dialler {
	const {clock, self} = options;
	/**
	 * Candidates. The key is the peer id or, for a target (an address that the user named), its address. The budgets
	 * `unknown` (peers that were never connected) and `known` (peers that were) limit the number of
	 * candidates that are not targets.
	 */
	const candidates = new Map<string, Candidate>();
	/** Peers that were announced but never connected. Each is counted for the owner that announced it. */
	const unknown = createFairShare<PeerId>(MAX_CANDIDATES - MAX_KNOWN_CANDIDATES, prefixGroup);
	/** Peers that were connected at least once. */
	const known = createFairShare<PeerId>(MAX_KNOWN_CANDIDATES);
	const scheduler = createDialScheduler(options);
	const {isConnected, schedule, unschedule} = scheduler;
	let stopped = false;

	/**
	 * Drops a candidate because another one needs its place. The candidate of a connected peer stays. It needs a place
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
	 * Gives a place in `unknown` to a peer that was announced but never connected. The place is counted for `owner`:
	 * the address that announced the peer. Returns false if there is no place.
	 */
	function addUnknown(peer: PeerId, owner: string): boolean {
		const {added, evicted} = unknown.add(peer, owner);
		if (evicted) drop(evicted);
		return added;
	}

	/**
	 * Moves a peer that has connected from `unknown` to `known`. There, peers that are only announced cannot take its
	 * place.
	 */
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
				// If a peer announces itself with a beacon, it is counted for its own address, and not any more for the
				// peer that reported it.
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
			// A single report is enough to set the number of failures to 0. A peer reports a connection only once,
			// while beacons are repeated.
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
			// A banned peer without a candidate gets one. Otherwise a report about this peer would create a candidate
			// that is dialled during the ban.
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
			// The target is dialled again, because another peer may start at the same address.
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
