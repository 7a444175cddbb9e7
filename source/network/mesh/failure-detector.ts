/**
 * Failure detector with ranked reporting (protocol.md, Failure reports). It tracks the connections of this node and those that
 * connected peers report, and determines which peers to report as lost.
 *
 * A lost peer is reported after a grace period if it has not reconnected by then and no connected peer reports a
 * connection to it. A node without connections reports no peer. Of the nodes that observed the loss, the node with the
 * lowest id reports first. Each following node, in the order of the ids, waits one second longer. A peer whose feed
 * does not say that it left, and to which no node was connected for a minute, is also lost.
 *
 * In a room in which not all nodes see each other, a node cannot know all connections. Its peers then also report which
 * peers are alive, from their own connections or from reports of others (indirect-evidence.ts). A peer is not reported
 * while such evidence about it is younger than a minute.
 */
import type {PeerId} from '../../core/event.js';
import {
	LOST_GRACE_MS,
	LOST_RANK_STEP_MS,
	MAX_PEERS_LISTED,
	MAX_REPORTED_PEERS,
	MAX_SUSPECTS,
	MAX_VANISHED_DOUBLINGS,
	VANISHED_AFTER_MS,
} from '../../core/limits.js';
import {LruMap} from '../../core/lru-map.js';
import {type AlivePeer, createIndirectEvidence} from './indirect-evidence.js';

/** Peer of the roster that is examined. */
export interface Subject {
	readonly peer: PeerId;
	/**
	 * Whether the peer has left, or was reported as lost and has not returned since (events `left`, `lost` and
	 * `returned`).
	 */
	readonly ended: boolean;
	/** Number of times that the peer returned after it was reported as lost. */
	readonly absences: number;
}

/** `now`: monotonic ms. */
export interface FailureDetector {
	/** Notes that this node has connected to a peer. */
	connected(peer: PeerId, now: number): void;
	disconnected(peer: PeerId, now: number): void;
	/**
	 * Notes a report of the connected peer `reporter`: `reporter` has connected to `peer` or, if `connected` is false,
	 * has lost that connection.
	 */
	reportChange(reporter: PeerId, peer: PeerId, connected: boolean, now: number): void;
	/**
	 * Notes that a connected peer reports all its connections. A peer that the reporter named before and does not name now has
	 * lost its connection to the reporter.
	 */
	reportFullList(reporter: PeerId, peers: ReadonlySet<PeerId>, now: number): void;
	/** Notes peers that are alive according to a connected peer. */
	reportAlive(reporter: PeerId, peers: readonly AlivePeer[], now: number): void;
	/** Notes a new live event of a peer, no matter which peer delivered it. The event shows that its author was alive. */
	heardFrom(peer: PeerId, now: number): void;
	/**
	 * Peers that are alive according to peers other than `receiver`. Leaves out what `receiver` already knows: the peers to
	 * which this node is connected, and all reports by peers to which `receiver` is connected too. In a full mesh the list
	 * is empty.
	 */
	aliveFor(receiver: PeerId, now: number): AlivePeer[];
	/** Restarts all grace periods, after a stall of this process's timers. */
	stalled(now: number): void;
	/** Whether this node, or a peer connected to this node, is connected to `peer`. */
	isReachable(peer: PeerId): boolean;
	/** Number of peers to which a connection was lost. */
	readonly suspectCount: number;
	/** Returns the peers among `subjects` that this node has to report as lost now, at most MAX_REPORTED_AT_ONCE. */
	evaluate(subjects: Iterable<Subject>, now: number): PeerId[];
}

/**
 * An eviction skips at most this number of suspects, namely those whose loss this node observed itself. After that, it
 * evicts the oldest suspect.
 */
const MAX_EVICTION_SKIPS = 64;
/**
 * Peers that one evaluation reports. A member can relay thousands of feeds whose authors never connect. These peers are due
 * at the same time, and thousands of reports in one turn of the event loop would stop the chat.
 */
const MAX_REPORTED_AT_ONCE = 64;

interface Suspect {
	/** Time of the last observed loss, in monotonic ms. */
	since: number;
	/**
	 * Nodes that lost a connection to the suspect. An array takes less memory than a set, and malicious peers can cause
	 * thousands of these lists.
	 */
	observers: PeerId[];
}

export function createFailureDetector(self: PeerId): FailureDetector {
	const connectedPeers = new Set<PeerId>();
	/** For each connected peer, the peers to which it reports a connection. */
	const reports = new Map<PeerId, Set<PeerId>>();
	/** For each reported peer, the number of connected peers that report a connection to it. */
	const reportCounts = new Map<PeerId, number>();
	/**
	 * `makeRoom` limits the number of suspects. It does not limit suspects from the roster, which has its own size limit.
	 */
	const suspects = new LruMap<PeerId, Suspect>(Number.POSITIVE_INFINITY);
	const evidence = createIndirectEvidence();
	/**
	 * Earliest possible start of a grace period, in monotonic ms: the end of the last stall, or the time of the first
	 * connection after a time without connections, whichever is later.
	 */
	let startedAt = Number.NEGATIVE_INFINITY;

	function isReachable(peer: PeerId): boolean {
		return connectedPeers.has(peer) || reportCounts.has(peer);
	}

	function changeCount(peer: PeerId, change: 1 | -1): void {
		const count = (reportCounts.get(peer) ?? 0) + change;
		if (count > 0) reportCounts.set(peer, count);
		else reportCounts.delete(peer);
	}

	/** Forgets the reports of a peer, and returns them. */
	function takeReports(reporter: PeerId): Iterable<PeerId> {
		const reported = reports.get(reporter) ?? [];
		reports.delete(reporter);
		for (const peer of reported) changeCount(peer, -1);
		return reported;
	}

	function suspect(peer: PeerId, now: number, observer: PeerId): void {
		if (peer === self) return;
		const known = suspects.get(peer);
		if (known) {
			// If the list is full, only connected observers stay in it, because a peer could return with any number of new
			// ids.
			if (known.observers.length >= MAX_REPORTED_PEERS)
				known.observers = known.observers.filter(one => one === self || connectedPeers.has(one));
			if (!known.observers.includes(observer)) known.observers.push(observer);
			known.since = now;
		} else {
			makeRoom();
			suspects.set(peer, {since: now, observers: [observer]});
		}
	}

	/**
	 * Evicts the oldest suspects. Suspects whose loss this node did not observe are evicted first, because a peer can
	 * invent any number of them.
	 */
	function makeRoom(): void {
		const isOnlyReported = ({observers}: Suspect) => !observers.includes(self);
		while (suspects.size >= MAX_SUSPECTS)
			if (!suspects.evictOldest(isOnlyReported, MAX_EVICTION_SKIPS)) suspects.evictOldest();
	}

	/**
	 * Time at which this node has to report a suspect, in monotonic ms. Infinity means never. `rank`: number of connected
	 * peers with a lower id.
	 */
	function dueAt({peer, absences}: Subject, entry: Suspect, now: number, rank: number): number {
		if (connectedPeers.size === 0) return Number.POSITIVE_INFINITY;
		const since = Math.max(entry.since, startedAt);
		const aliveAt = evidence.aliveAt(peer);
		const hasEvidence = aliveAt !== undefined && aliveAt > now - VANISHED_AFTER_MS;
		if (entry.observers.includes(self) && !hasEvidence) {
			const observerRank = entry.observers.filter(one => connectedPeers.has(one) && one < self).length;
			const due = since + LOST_GRACE_MS + observerRank * LOST_RANK_STEP_MS;
			if (due <= now) return due;
		}

		const vanishedAfterMs = VANISHED_AFTER_MS * 2 ** Math.min(absences, MAX_VANISHED_DOUBLINGS);
		return Math.max(since, aliveAt ?? since) + vanishedAfterMs + rank * LOST_RANK_STEP_MS;
	}

	/** The peers that a source has reported as alive, and the time at which each was last alive according to that source. */
	function* toldBy(source: PeerId, now: number): Iterable<readonly [PeerId, number]> {
		for (const peer of reports.get(source) ?? []) yield [peer, now];
		yield* evidence.list(source, now);
	}

	function reportChange(reporter: PeerId, peer: PeerId, connected: boolean, now: number): void {
		const reportedPeers = reports.get(reporter);
		if (!reportedPeers || peer === self) return;
		if (connected) {
			if (reportedPeers.size < MAX_REPORTED_PEERS && !reportedPeers.has(peer)) {
				reportedPeers.add(peer);
				changeCount(peer, 1);
			}

			return;
		}

		const known = suspects.get(peer);
		// If a connection opened and closed between two messages, only its loss is reported. Such a report is accepted only
		// about peers that are connected to this node or already suspected.
		const isUnreported = (known !== undefined || connectedPeers.has(peer)) && !known?.observers.includes(reporter);
		const isReported = reportedPeers.delete(peer);
		if (isReported) changeCount(peer, -1);
		if (isReported || isUnreported) suspect(peer, now, reporter);
	}

	return {
		connected(peer, now) {
			connectedPeers.add(peer);
			takeReports(peer);
			reports.set(peer, new Set());
			if (connectedPeers.size === 1) startedAt = now;
			suspects.delete(peer);
		},
		disconnected(peer, now) {
			connectedPeers.delete(peer);
			evidence.remove(peer);
			suspect(peer, now, self);
			// Peers to which only the disconnected peer reported a connection are now unreachable.
			for (const other of takeReports(peer)) if (!isReachable(other) && other !== self) suspect(other, now, peer);
		},
		reportChange,
		reportFullList(reporter, peers, now) {
			for (const peer of [...(reports.get(reporter) ?? [])])
				if (!peers.has(peer)) reportChange(reporter, peer, false, now);
		},
		reportAlive(reporter, peers, now) {
			if (connectedPeers.has(reporter)) evidence.note(reporter, peers, now);
		},
		heardFrom(peer, now) {
			const entry = suspects.get(peer);
			if (entry) entry.since = now;
		},
		aliveFor(receiver, now) {
			const known = reports.get(receiver);
			const newest = new Map<PeerId, number>();
			for (const source of connectedPeers) {
				if (source === receiver || known?.has(source)) continue;
				for (const [peer, at] of toldBy(source, now)) {
					if (peer === receiver || peer === self || connectedPeers.has(peer)) continue;
					newest.set(peer, Math.max(at, newest.get(peer) ?? at));
				}
			}
			const alive = [...newest].map(([peer, at]) => ({peer, ageMs: Math.max(0, Math.round(now - at))}));
			return alive.length <= MAX_PEERS_LISTED
				? alive
				: alive.sort((a, b) => a.ageMs - b.ageMs).slice(0, MAX_PEERS_LISTED);
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
			const rank = [...connectedPeers].filter(one => one < self).length;
			for (const subject of subjects) {
				const {peer, ended} = subject;
				if (peer === self) continue;
				if (ended || isReachable(peer)) {
					if (ended || connectedPeers.has(peer)) suspects.delete(peer);
					continue;
				}

				const entry = suspects.get(peer);
				if (!entry) suspects.set(peer, {since: now, observers: []});
				else if (due.length < MAX_REPORTED_AT_ONCE && dueAt(subject, entry, now, rank) <= now) due.push(peer);
			}

			return due;
		},
	};
}
