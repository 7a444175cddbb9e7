/**
 * Failure detector (protocol.md, Failure reports). It records the connections of this node and those that connected
 * peers report. From them it determines which peers this node has to report as lost.
 *
 * A peer to which the connection broke is reported after a grace period, unless it has reconnected or a connected peer
 * reports a connection to it. A node without connections reports nobody. If several nodes observed the loss, the one
 * with the lowest id reports it first. Each following node, in the order of the ids, waits one second longer, and
 * reports nothing if it has received the report by then. A peer is also lost if its feed does not say that it left
 * and, as far as this node knows, no node was connected to it for a minute.
 *
 * In a room in which not all nodes are connected to each other, no node knows all connections. Connected peers then
 * also tell this node which other peers are alive (indirect-evidence.ts). After the last such evidence about a peer,
 * this node waits for a minute before it reports that peer.
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

/** Peer in the list of known peers, for which the failure detector decides whether it is lost. */
export interface Subject {
	readonly peer: PeerId;
	/**
	 * Whether the feeds say that the peer is gone: it has left, or was reported as lost and has not returned since
	 * (events `left`, `lost` and `returned`).
	 */
	readonly ended: boolean;
	/** Number of times that the peer was reported as lost and then returned. */
	readonly absences: number;
}

/** Failure detector. `now`: current time in monotonic ms. */
export interface FailureDetector {
	/** Notes that this node has connected to a peer. */
	connected(peer: PeerId, now: number): void;
	disconnected(peer: PeerId, now: number): void;
	/**
	 * Notes a report of the connected peer `reporter`. `connected`: true if the reporter has connected to `peer`, false
	 * if it has lost its connection to `peer`.
	 */
	reportChange(reporter: PeerId, peer: PeerId, connected: boolean, now: number): void;
	/**
	 * Notes the complete list of the connections of a connected peer. A peer that the reporter listed before and does
	 * not list now has lost its connection to the reporter.
	 */
	reportFullList(reporter: PeerId, peers: ReadonlySet<PeerId>, now: number): void;
	/** Notes that these peers are alive according to the connected peer `reporter`. */
	reportAlive(reporter: PeerId, peers: readonly AlivePeer[], now: number): void;
	/**
	 * Notes that a new live event of a peer has arrived, whoever delivered it. The event shows that its author was
	 * alive.
	 */
	heardFrom(peer: PeerId, now: number): void;
	/**
	 * Peers that are alive according to other peers than `receiver`, to be sent to `receiver`. Leaves out what
	 * `receiver` has been told already: the connections of this node, and reports by peers that are also connected to
	 * `receiver`. Empty if all nodes are connected to each other. If there are more reports than EXAMINED_REPORTS allows,
	 * the calls for a receiver alternate: one call begins with the peer that connected first, and the next call continues
	 * after the last report that was examined.
	 */
	aliveFor(receiver: PeerId, now: number): AlivePeer[];
	/** Restarts all grace periods. To be called after a time in which this process did not run. */
	stalled(now: number): void;
	/** Whether this node, or a peer connected to this node, is connected to `peer`. */
	isReachable(peer: PeerId): boolean;
	/** Number of suspects: peers to which a connection was lost. */
	readonly suspectCount: number;
	/**
	 * Returns the peers among `subjects` that this node has to report as lost now. There are at most
	 * MAX_REPORTED_AT_ONCE.
	 */
	evaluate(subjects: Iterable<Subject>, now: number): PeerId[];
}

/**
 * When the table of suspects is full, the oldest one whose loss this node did not observe itself is evicted. Only this
 * number of suspects is examined. If this node observed the loss of all of them, the oldest suspect is evicted.
 */
const MAX_EVICTION_SKIPS = 64;
/**
 * Maximum number of peers that one evaluation reports. A member can pass on thousands of feeds whose authors never
 * connect. All of these authors are due at the same time, and thousands of reports at once would stop the chat.
 */
const MAX_REPORTED_AT_ONCE = 64;

/**
 * Reports that the lists for all peers together may examine (`aliveFor`): all reports in a room of 160 nodes. The work
 * grows with the third power of the number of nodes. Without the limit, hundreds of members that list hundreds of peers
 * stop the chat.
 */
const EXAMINED_REPORTS = 4_000_000;

interface Suspect {
	/** Time at which the last connection to the suspect was lost, in monotonic ms. */
	since: number;
	/**
	 * Nodes that lost a connection to the suspect. This is an array, because it takes less memory than a set, and
	 * malicious peers can cause thousands of these lists.
	 */
	observers: PeerId[];
}

export function createFailureDetector(self: PeerId): FailureDetector {
	const connectedPeers = new Set<PeerId>();
	/** Connections that the connected peers report: for each of these peers, the peers to which it is connected. */
	const reports = new Map<PeerId, Set<PeerId>>();
	/** For each peer in `reports`, the number of connected peers that report a connection to it. */
	const reportCounts = new Map<PeerId, number>();
	/**
	 * Peers to which a connection was lost. `makeRoom` limits their number. Peers in the list of known peers are added
	 * without this limit, because that list is limited itself.
	 */
	const suspects = new LruMap<PeerId, Suspect>(Number.POSITIVE_INFINITY);
	const evidence = createIndirectEvidence();
	/**
	 * Receivers for whose last list not all reports were examined. `next`: index of the source to continue with.
	 * `isResumed`: whether the next list begins with this source.
	 */
	const unfinished = new Map<PeerId, {readonly next: number; readonly isResumed: boolean}>();
	/**
	 * Earliest possible start of a grace period, in monotonic ms. It is the later of two times: when this process last
	 * ran again after a time in which it did not run, and when this node last got a connection after it had none.
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

	/** Forgets the connections that a peer has reported, and returns the peers at their other ends. */
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
			// If the list is full, only connected observers stay in it. Observers that are not connected may be
			// invented, because a peer can return with any number of new ids.
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
	 * Evicts the oldest suspects. Suspects that are only reported by other peers are evicted first, because a peer can
	 * invent any number of them.
	 */
	function makeRoom(): void {
		const isOnlyReported = ({observers}: Suspect) => !observers.includes(self);
		while (suspects.size >= MAX_SUSPECTS)
			if (!suspects.evictOldest(isOnlyReported, MAX_EVICTION_SKIPS)) suspects.evictOldest();
	}

	/**
	 * Time at which this node has to report a suspect as lost, in monotonic ms. Infinity means never. `rank`: number of
	 * connected peers with a lower id than this node.
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

	/**
	 * Peers that are alive according to one connected peer (`source`), each with the time at which it was last alive.
	 */
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
		// If a connection of the reporter opened and closed between two of its messages, it reports only the loss. Such
		// a report is accepted only about a peer that is connected to this node or already suspected.
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
			unfinished.delete(peer);
			suspect(peer, now, self);
			// If only the disconnected peer reported a connection to another peer, that peer is now unreachable.
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
			if (!connectedPeers.has(receiver)) return [];
			const known = reports.get(receiver);
			const sources = [...connectedPeers].filter(source => source !== receiver && !known?.has(source));
			const {next, isResumed} = unfinished.get(receiver) ?? {next: 0, isResumed: false};
			const first = isResumed ? next : 0;
			const newest = new Map<PeerId, number>();
			let left = EXAMINED_REPORTS / connectedPeers.size;
			let count = 0;
			for (; count < sources.length && left > 0 && newest.size < MAX_PEERS_LISTED; count++) {
				const source = sources[(first + count) % sources.length] ?? receiver;
				for (const [peer, at] of toldBy(source, now)) {
					left -= 1;
					if (peer === receiver || peer === self || connectedPeers.has(peer)) continue;
					newest.set(peer, Math.max(at, newest.get(peer) ?? at));
				}
			}
			if (count === sources.length) unfinished.delete(receiver);
			else
				unfinished.set(receiver, {
					next: isResumed || next === 0 ? (first + count) % sources.length : next,
					isResumed: !isResumed,
				});
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
