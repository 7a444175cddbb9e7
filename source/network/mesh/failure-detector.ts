/**
 * Failure detector with ranked reporting (protocol.md, Presence). It receives the connections of this node and those that
 * other peers report, and returns the peers to report as lost.
 *
 * A peer is reported only after a grace period without a reconnection, only by a node that has a connection, and only if no
 * reachable peer is connected to it. Of the nodes that observed the loss, the one with the lowest id reports first; each
 * further one would follow a second later. A peer whose feed has no end, and to which nobody was connected for a minute, is
 * lost too.
 */
import type {PeerId} from '../../core/event.js';
import {
	LOST_GRACE_MS,
	LOST_RANK_STEP_MS,
	MAX_REPORTED_PEERS,
	MAX_SUSPECTS,
	VANISHED_AFTER_MS,
} from '../../core/limits.js';
import {LruMap} from '../../core/lru-map.js';

/** A peer of the roster. */
export interface Subject {
	readonly peer: PeerId;
	/** Its feed has a `left`, or another feed a `lost` that no `returned` answered. */
	readonly ended: boolean;
}

/** `now`: monotonic ms. */
export interface FailureDetector {
	/** This node is connected to a peer, or not any more. */
	connected(peer: PeerId, now: number): void;
	disconnected(peer: PeerId, now: number): void;
	/** A connected peer reports that it is connected to `peer`, or not any more. */
	reportChange(reporter: PeerId, peer: PeerId, connected: boolean, now: number): void;
	/** A connected peer reports all its connections: it has lost the peers that are not among them. */
	reportFullList(reporter: PeerId, peers: ReadonlySet<PeerId>, now: number): void;
	/** The timers of this process stood still: every grace period restarts. */
	stalled(now: number): void;
	/** Whether this node or a connected peer is connected to it. */
	isReachable(peer: PeerId): boolean;
	/** Number of peers that somebody lost. */
	readonly suspectCount: number;
	/** Returns the subjects to report as lost now. */
	evaluate(subjects: Iterable<Subject>, now: number): PeerId[];
}

/** An eviction passes over this many suspects that this node observed itself; then it takes the oldest of them. */
const MAX_EVICTION_SKIPS = 64;

interface Suspect {
	/** When its last loss was observed, monotonic ms. */
	since: number;
	/** Peers that lost a connection to it, this node included. A list, since liars can cause thousands of these. */
	observers: PeerId[];
}

export function createFailureDetector(self: PeerId): FailureDetector {
	const connectedPeers = new Set<PeerId>();
	/** For each connected peer, the peers that it reports to be connected to. */
	const reports = new Map<PeerId, Set<PeerId>>();
	/** Bounded by `makeRoom`, but for the departed peers of the roster, which has bounds of its own. */
	const suspects = new LruMap<PeerId, Suspect>(Number.POSITIVE_INFINITY);
	/** Start of the first present connection, or end of the last stall, monotonic ms: no grace period began before. */
	let startedAt = Number.NEGATIVE_INFINITY;

	function isReachable(peer: PeerId): boolean {
		if (connectedPeers.has(peer)) return true;
		for (const connected of reports.values()) if (connected.has(peer)) return true;
		return false;
	}

	function suspect(peer: PeerId, now: number, observer: PeerId): void {
		if (peer === self) return;
		const known = suspects.get(peer);
		if (known) {
			// Only connected observers count: with new ids, a peer could invent any number of others.
			if (known.observers.length >= MAX_REPORTED_PEERS)
				known.observers = known.observers.filter(one => one === self || connectedPeers.has(one));
			if (!known.observers.includes(observer)) known.observers.push(observer);
			known.since = now;
		} else {
			makeRoom();
			suspects.set(peer, {since: now, observers: [observer]});
		}
	}

	/** Evicts the oldest suspects, first those that only other peers report: a peer can report any number of others. */
	function makeRoom(): void {
		const isOnlyReported = ({observers}: Suspect) => !observers.includes(self);
		while (suspects.size >= MAX_SUSPECTS)
			if (!suspects.evictOldest(isOnlyReported, MAX_EVICTION_SKIPS)) suspects.evictOldest();
	}

	/** When this node has to report it, monotonic ms; infinite: never. */
	function dueAt(entry: Suspect | undefined, now: number): number {
		if (connectedPeers.size === 0) return Number.POSITIVE_INFINITY;
		if (!entry) return Number.POSITIVE_INFINITY;
		const since = Math.max(entry.since, startedAt);
		if (entry.observers.includes(self)) {
			const rank = entry.observers.filter(peer => connectedPeers.has(peer) && peer < self).length;
			const due = since + LOST_GRACE_MS + rank * LOST_RANK_STEP_MS;
			if (due <= now) return due;
		}

		const rank = [...connectedPeers].filter(peer => peer < self).length;
		return since + VANISHED_AFTER_MS + rank * LOST_RANK_STEP_MS;
	}

	function reportChange(reporter: PeerId, peer: PeerId, connected: boolean, now: number): void {
		const reportedPeers = reports.get(reporter);
		if (!reportedPeers || peer === self) return;
		if (connected) {
			if (reportedPeers.size < MAX_REPORTED_PEERS) reportedPeers.add(peer);
			return;
		}

		const known = suspects.get(peer);
		// A connection that opened and closed between two messages was never reported. It counts once, for a known peer.
		const isUnreported = (known !== undefined || connectedPeers.has(peer)) && !known?.observers.includes(reporter);
		if (reportedPeers.delete(peer) || isUnreported) suspect(peer, now, reporter);
	}

	return {
		connected(peer, now) {
			connectedPeers.add(peer);
			reports.set(peer, new Set());
			if (connectedPeers.size === 1) startedAt = now;
			suspects.delete(peer);
		},
		disconnected(peer, now) {
			connectedPeers.delete(peer);
			const reportedPeers = reports.get(peer);
			reports.delete(peer);
			suspect(peer, now, self);
			// Peers that only the lost peer was connected to are unreachable now.
			for (const other of reportedPeers ?? []) if (!isReachable(other) && other !== self) suspect(other, now, peer);
		},
		reportChange,
		reportFullList(reporter, peers, now) {
			for (const peer of [...(reports.get(reporter) ?? [])])
				if (!peers.has(peer)) reportChange(reporter, peer, false, now);
		},
		stalled(now) {
			startedAt = now;
		},
		isReachable,
		get suspectCount() {
			return suspects.size;
		},
		evaluate(subjects, now) {
			const due: PeerId[] = [];
			for (const {peer, ended} of subjects) {
				if (peer === self) continue;
				if (ended || isReachable(peer)) {
					if (ended || connectedPeers.has(peer)) suspects.delete(peer);
					continue;
				}

				const entry = suspects.get(peer);
				if (!entry) suspects.set(peer, {since: now, observers: []});
				else if (dueAt(entry, now) <= now) due.push(peer);
			}

			return due;
		},
	};
}
