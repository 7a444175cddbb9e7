/**
 * Who testifies that a peer vanished (design.md, 1, Who testifies). Pure but for what it remembers: connections and what
 * others say of theirs come in, the subjects to accuse come out.
 *
 * A `lost` is written only after a grace without a reconnection, only by a node that has a connection, only if no
 * reachable peer is connected to the subject, and by the lowest peer id among those that saw it; the next in rank steps in
 * a second later. A feed without an end to whose peer nobody was connected for a minute counts as vanished.
 */
import type {PeerId} from '../core/ids.js';
import {
	LOST_GRACE_MS,
	LOST_RANK_STEP_MS,
	MAX_REPORTED_PEERS,
	MAX_WATCHED_PEERS,
	VANISHED_AFTER_MS,
} from '../core/limits.js';
import {createOldest} from './oldest.js';

/** What the reduced state says of a peer. */
export interface SubjectFacts {
	readonly peer: PeerId;
	/** Its feed has `left`, or a `lost` that no `returned` answered. */
	readonly ended: boolean;
}

export interface Witness {
	/** Our own connection to a peer came up or went down; `now` in monotonic ms. */
	connected(peer: PeerId, now: number): void;
	disconnected(peer: PeerId, now: number): void;
	/** A connected peer says whom it is connected to. */
	reported(reporter: PeerId, peer: PeerId, connected: boolean, now: number): void;
	/** Its list starts anew: whom it does not name within the same turn it has lost. */
	listed(reporter: PeerId, peers: ReadonlySet<PeerId>, now: number): void;
	/** Our own timers stood still: what was seen before proves nothing, every grace starts anew. */
	stalled(now: number): void;
	/** Whether we or a reachable peer are connected to it. */
	isReachable(peer: PeerId): boolean;
	/** How many peers we or others lost sight of are remembered. */
	readonly watched: number;
	/** Subjects to report lost now. */
	evaluate(subjects: Iterable<SubjectFacts>, now: number): PeerId[];
}

/** So many that we saw ourselves are passed over when room is made; then the oldest goes all the same. */
const MAX_KEPT_LOOKS = 64;

interface Watch {
	/** Since when nobody reachable is connected to it. */
	since: number;
	/** Who had a connection and lost it, us included, each once. A list: who lies makes thousands of these. */
	seenBy: PeerId[];
}

export function createWitness(self: PeerId): Witness {
	const ours = new Set<PeerId>();
	/** Reporter -> whom it is connected to. Only connected peers report. */
	const reports = new Map<PeerId, Set<PeerId>>();
	const watches = new Map<PeerId, Watch>();
	const takeOldest = createOldest(watches);
	/** When the first of our present connections came up, or our timers went on: no grace began before. */
	let startedAt = Number.NEGATIVE_INFINITY;

	function isReachable(peer: PeerId): boolean {
		if (ours.has(peer)) return true;
		for (const connected of reports.values()) if (connected.has(peer)) return true;
		return false;
	}

	function watch(peer: PeerId, now: number, seenBy: PeerId): void {
		if (peer === self) return;
		const known = watches.get(peer);
		if (known) {
			// Of the others only those count who are connected: anybody may have seen anybody, under ever new ids.
			if (known.seenBy.length >= MAX_REPORTED_PEERS)
				known.seenBy = known.seenBy.filter(one => one === self || ours.has(one));
			if (!known.seenBy.includes(seenBy)) known.seenBy.push(seenBy);
			known.since = now;
		} else {
			makeRoom();
			watches.set(peer, {since: now, seenBy: [seenBy]});
		}
	}

	/** Anybody may have lost sight of anybody: what is only said goes before what we saw, the oldest first. */
	function makeRoom(): void {
		for (let looked = MAX_KEPT_LOOKS; watches.size >= MAX_WATCHED_PEERS; looked--) {
			const oldest = takeOldest();
			if (!oldest) return;
			const [peer, entry] = oldest;
			watches.delete(peer);
			if (entry.seenBy.includes(self) && looked > 0) watches.set(peer, entry);
		}
	}

	/** When it is our turn, or never. */
	function dueAt(entry: Watch | undefined, now: number): number {
		if (ours.size === 0) return Number.POSITIVE_INFINITY;
		if (!entry) return Number.POSITIVE_INFINITY;
		const since = Math.max(entry.since, startedAt);
		if (entry.seenBy.includes(self)) {
			const rank = entry.seenBy.filter(peer => ours.has(peer) && peer < self).length;
			const due = since + LOST_GRACE_MS + rank * LOST_RANK_STEP_MS;
			if (due <= now) return due;
		}

		const rank = [...ours].filter(peer => peer < self).length;
		return since + VANISHED_AFTER_MS + rank * LOST_RANK_STEP_MS;
	}

	return {
		connected(peer, now) {
			ours.add(peer);
			reports.set(peer, new Set());
			if (ours.size === 1) startedAt = now;
			watches.delete(peer);
		},
		disconnected(peer, now) {
			ours.delete(peer);
			const theirs = reports.get(peer);
			reports.delete(peer);
			watch(peer, now, self);
			// Whom only the lost one saw is now seen by nobody.
			for (const other of theirs ?? []) if (!isReachable(other) && other !== self) watch(other, now, peer);
		},
		reported(reporter, peer, connected, now) {
			const theirs = reports.get(reporter);
			if (!theirs || peer === self) return;
			if (connected) {
				if (theirs.size < MAX_REPORTED_PEERS) theirs.add(peer);
				return;
			}

			const known = watches.get(peer);
			// A connection that came and went between two messages was never named; once, and of whom we know, it counts.
			const unnamed = (known !== undefined || ours.has(peer)) && !known?.seenBy.includes(reporter);
			if (theirs.delete(peer) || unnamed) watch(peer, now, reporter);
		},
		listed(reporter, peers, now) {
			for (const peer of [...(reports.get(reporter) ?? [])])
				if (!peers.has(peer)) this.reported(reporter, peer, false, now);
		},
		stalled(now) {
			startedAt = now;
		},
		isReachable,
		get watched() {
			return watches.size;
		},
		evaluate(subjects, now) {
			const due: PeerId[] = [];
			for (const {peer, ended} of subjects) {
				if (peer === self) continue;
				if (ended || isReachable(peer)) {
					if (ended || ours.has(peer)) watches.delete(peer);
					continue;
				}

				const entry = watches.get(peer);
				if (!entry) watches.set(peer, {since: now, seenBy: []});
				else if (dueAt(entry, now) <= now) due.push(peer);
			}

			return due;
		},
	};
}
