/**
 * Who testifies that a peer vanished (design.md, 1, Who testifies). Pure but for what it remembers: connections and what
 * others say of theirs come in, the subjects to accuse come out.
 *
 * A `lost` is written only after a grace without a reconnection, only by a node that has a connection, only if no
 * reachable peer is connected to the subject, and by the lowest peer id among those that saw it; the next in rank steps in
 * a second later. A feed without an end to whose peer nobody was connected for a minute counts as vanished.
 */
import type {PeerId} from '../../core/event.js';
import {
	LOST_GRACE_MS,
	LOST_RANK_STEP_MS,
	MAX_REPORTED_PEERS,
	MAX_SUSPECTS,
	VANISHED_AFTER_MS,
} from '../../core/limits.js';
import {createFifoCursor} from '../../core/lru-map.js';

/** What the reduced state says of a peer. */
export interface Subject {
	readonly peer: PeerId;
	/** Its feed has `left`, or a `lost` that no `returned` answered. */
	readonly ended: boolean;
}

export interface FailureDetector {
	/** Our own connection to a peer came up or went down; `now` in monotonic ms. */
	connected(peer: PeerId, now: number): void;
	disconnected(peer: PeerId, now: number): void;
	/** A connected peer says whom it is connected to. */
	reportChange(reporter: PeerId, peer: PeerId, connected: boolean, now: number): void;
	/** Its list starts anew: whom it does not name within the same turn it has lost. */
	reportFullList(reporter: PeerId, peers: ReadonlySet<PeerId>, now: number): void;
	/** Our own timers stood still: what was seen before proves nothing, every grace starts anew. */
	stalled(now: number): void;
	/** Whether we or a reachable peer are connected to it. */
	isReachable(peer: PeerId): boolean;
	/** How many peers we or others lost sight of are remembered. */
	readonly suspectCount: number;
	/** Subjects to report lost now. */
	evaluate(subjects: Iterable<Subject>, now: number): PeerId[];
}

/** So many that we saw ourselves are passed over when room is made; then the oldest goes all the same. */
const MAX_EVICTION_SKIPS = 64;

interface Suspect {
	/** Since when nobody reachable is connected to it. */
	since: number;
	/** Who had a connection and lost it, us included, each once. A list: who lies makes thousands of these. */
	observers: PeerId[];
}

export function createFailureDetector(self: PeerId): FailureDetector {
	const ours = new Set<PeerId>();
	/** Reporter -> whom it is connected to. Only connected peers report. */
	const reports = new Map<PeerId, Set<PeerId>>();
	const suspects = new Map<PeerId, Suspect>();
	const oldestSuspect = createFifoCursor(suspects);
	/** When the first of our present connections came up, or our timers went on: no grace began before. */
	let startedAt = Number.NEGATIVE_INFINITY;

	function isReachable(peer: PeerId): boolean {
		if (ours.has(peer)) return true;
		for (const connected of reports.values()) if (connected.has(peer)) return true;
		return false;
	}

	function suspect(peer: PeerId, now: number, seenBy: PeerId): void {
		if (peer === self) return;
		const known = suspects.get(peer);
		if (known) {
			// Of the others only those count who are connected: anybody may have seen anybody, under ever new ids.
			if (known.observers.length >= MAX_REPORTED_PEERS)
				known.observers = known.observers.filter(one => one === self || ours.has(one));
			if (!known.observers.includes(seenBy)) known.observers.push(seenBy);
			known.since = now;
		} else {
			makeRoom();
			suspects.set(peer, {since: now, observers: [seenBy]});
		}
	}

	/** Anybody may have lost sight of anybody: what is only said goes before what we saw, the oldest first. */
	function makeRoom(): void {
		for (let looked = MAX_EVICTION_SKIPS; suspects.size >= MAX_SUSPECTS; looked--) {
			const oldest = oldestSuspect();
			if (!oldest) return;
			const [peer, entry] = oldest;
			suspects.delete(peer);
			if (entry.observers.includes(self) && looked > 0) suspects.set(peer, entry);
		}
	}

	/** When it is our turn, or never. */
	function dueAt(entry: Suspect | undefined, now: number): number {
		if (ours.size === 0) return Number.POSITIVE_INFINITY;
		if (!entry) return Number.POSITIVE_INFINITY;
		const since = Math.max(entry.since, startedAt);
		if (entry.observers.includes(self)) {
			const rank = entry.observers.filter(peer => ours.has(peer) && peer < self).length;
			const due = since + LOST_GRACE_MS + rank * LOST_RANK_STEP_MS;
			if (due <= now) return due;
		}

		const rank = [...ours].filter(peer => peer < self).length;
		return since + VANISHED_AFTER_MS + rank * LOST_RANK_STEP_MS;
	}

	function reportChange(reporter: PeerId, peer: PeerId, connected: boolean, now: number): void {
		const theirs = reports.get(reporter);
		if (!theirs || peer === self) return;
		if (connected) {
			if (theirs.size < MAX_REPORTED_PEERS) theirs.add(peer);
			return;
		}

		const known = suspects.get(peer);
		// A connection that came and went between two messages was never named; once, and of whom we know, it counts.
		const unnamed = (known !== undefined || ours.has(peer)) && !known?.observers.includes(reporter);
		if (theirs.delete(peer) || unnamed) suspect(peer, now, reporter);
	}

	return {
		connected(peer, now) {
			ours.add(peer);
			reports.set(peer, new Set());
			if (ours.size === 1) startedAt = now;
			suspects.delete(peer);
		},
		disconnected(peer, now) {
			ours.delete(peer);
			const theirs = reports.get(peer);
			reports.delete(peer);
			suspect(peer, now, self);
			// Whom only the lost one saw is now seen by nobody.
			for (const other of theirs ?? []) if (!isReachable(other) && other !== self) suspect(other, now, peer);
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
					if (ended || ours.has(peer)) suspects.delete(peer);
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
