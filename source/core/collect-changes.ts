/**
 * First half of a reduction: collects in mutable values what several inputs change. Inputs change the roster (one
 * record for each known peer) and add rows to the timeline.
 *
 * The mutable values exist only during one call of the reducer. At the end of the call, reduce.ts writes the result
 * into the state.
 */
import {type FeedEvent, type Input, isPeerId, type Observation, type PeerId} from './event.js';
import {compareOrder, type OrderKey} from './event-order.js';
import {hearsayAbout, type LostEvent} from './hearsay.js';
import {LATE_AFTER_MS, MAX_REPORTED_SUBJECTS, MAX_REPORTS_PER_SUBJECT} from './limits.js';
import {extend, memoryCost, newPeerCost, whisperCost} from './memory-cost.js';
import * as roster from './roster.js';
import {createRosterPeer, findPeer, type RosterPeer} from './roster.js';
import type {State} from './state.js';
import type {TimelineEntry} from './timeline.js';

export interface CollectedChanges {
	readonly state: State;
	/**
	 * Roster records that have changed, and records of peers whose presence rows (found, left, lost and others) must
	 * be computed again.
	 */
	readonly peers: Map<PeerId, RosterPeer>;
	/**
	 * New timeline rows, and new effects (events that change how another event is shown). Each is one event or
	 * observation. After the last input, the reducer computes the presence rows of the changed peers and adds them to
	 * this array.
	 */
	readonly rows: TimelineEntry[];
	readonly unreadable: FeedEvent[];
	/**
	 * Peers that these inputs added to the roster. `lost` events about such a peer that arrived earlier are now in
	 * its record, so the reducer removes them from `State.hearsay`.
	 */
	readonly newPeers: Set<PeerId>;
	/** `lost` events about peers that are not in the roster, by the peer that they report as lost. */
	readonly hearsay: Map<PeerId, LostEvent[]>;
	/**
	 * For each author of `lost` events, and for each peer that the author reports as lost: the seqs of the `lost`
	 * events that `countReport` has counted. `finishReports` stores these seqs as `RosterPeer.reports`.
	 */
	readonly reports: Map<PeerId, Map<string, readonly number[]>>;
	launch: State['launch'];
	launches: Readonly<Record<PeerId, OrderKey>>;
	recordCount: number;
	memoryBytes: number;
	loggedAt: number;
}

export function createChanges(state: State): CollectedChanges {
	const {launch, launches, recordCount, memoryBytes, loggedAt} = state;
	return {
		state,
		peers: new Map(),
		rows: [],
		unreadable: [],
		newPeers: new Set(),
		hearsay: new Map(),
		reports: new Map(),
		launch,
		launches,
		recordCount,
		memoryBytes,
		loggedAt,
	};
}

/** Collects what the feed events of one input change. */
export function collectEvents(changes: CollectedChanges, input: Input & {readonly type: 'events'}): void {
	changes.recordCount += input.events.length;
	changes.loggedAt = Math.max(changes.loggedAt, input.loggedAt);
	const lateBefore = input.live ? input.loggedAt - LATE_AFTER_MS : Number.NEGATIVE_INFINITY;
	let author: PeerId | undefined;
	for (const event of input.events) {
		if (event.peer !== author) {
			author = event.peer;
			ensurePeer(changes, author);
		}
		changes.memoryBytes += memoryCost(event);
		collectEvent(changes, event.ms < lateBefore ? markLate(event) : event);
	}
}

/** Collects what an observation of this node changes. */
export function collectObservation(changes: CollectedChanges, input: Input & {readonly type: 'observed'}): void {
	const {observation, loggedAt} = input;
	changes.recordCount += 1;
	changes.loggedAt = Math.max(changes.loggedAt, loggedAt);
	switch (observation.type) {
		case 'launched':
			collectLaunch(changes, observation, loggedAt);
			break;
		case 'peer-connected':
			collectContact(changes, observation.peer, observation.subject, known => roster.withConnected(known, observation));
			break;
		case 'peer-disconnected':
			collectContact(changes, observation.peer, observation.subject, known =>
				roster.withDisconnected(known, observation),
			);
			break;
		case 'notice':
			changes.rows.push(observation);
			break;
		case 'whisper':
			changes.memoryBytes += whisperCost(observation);
			changes.rows.push(observation);
			break;
		default:
			observation satisfies never;
	}
}

function currentPeer(changes: CollectedChanges, peer: PeerId): RosterPeer {
	return changes.peers.get(peer) ?? findPeer(changes.state.roster, peer) ?? createRosterPeer(peer);
}

function isKnown(changes: CollectedChanges, peer: PeerId): boolean {
	return changes.peers.has(peer) || findPeer(changes.state.roster, peer) !== undefined;
}

/**
 * Adds a record for a peer that is missing in the roster. `lost` events about this peer that arrived earlier
 * (hearsay) go into the record.
 */
function ensurePeer(changes: CollectedChanges, peer: PeerId): void {
	if (isKnown(changes, peer)) return;
	let known = createRosterPeer(peer);
	for (const event of hearsayAbout(changes.state.hearsay, peer)) known = roster.withLost(known, event);
	for (const event of changes.hearsay.get(peer) ?? []) known = roster.withLost(known, event);
	changes.hearsay.delete(peer);
	changes.newPeers.add(peer);
	changes.memoryBytes += newPeerCost;
	changes.peers.set(peer, known);
}

function updatePeer(changes: CollectedChanges, peer: PeerId, change: (known: RosterPeer) => RosterPeer): void {
	ensurePeer(changes, peer);
	const known = currentPeer(changes, peer);
	const changed = change(known);
	if (changed !== known) changes.peers.set(peer, changed);
}

/**
 * Counts a `lost` event for its author. Returns false if the author's feed has reached MAX_REPORTED_SUBJECTS or
 * MAX_REPORTS_PER_SUBJECT; the event then has no effect. The decision depends only on the author's feed, which is
 * equal on all nodes, so all nodes decide alike.
 */
function countReport(changes: CollectedChanges, {peer, subject, seq}: LostEvent): boolean {
	const counted = changes.reports.get(peer) ?? new Map(Object.entries(currentPeer(changes, peer).reports));
	changes.reports.set(peer, counted);
	const seqs = counted.get(subject);
	if (seqs?.includes(seq)) return true;
	if (seqs === undefined ? counted.size >= MAX_REPORTED_SUBJECTS : seqs.length >= MAX_REPORTS_PER_SUBJECT) return false;
	counted.set(
		subject,
		[...(seqs ?? []), seq].sort((a, b) => a - b),
	);
	return true;
}

/** Stores in the roster record of each author which of its `lost` events were counted (`countReport`). */
export function finishReports(changes: CollectedChanges): void {
	for (const [author, counted] of changes.reports)
		updatePeer(changes, author, known => extend(known, {reports: Object.fromEntries(counted)}));
}

function collectLost(changes: CollectedChanges, event: LostEvent): void {
	const {subject} = event;
	if (!countReport(changes, event)) return;
	if (isKnown(changes, subject)) {
		updatePeer(changes, subject, known => roster.withLost(known, event));
		return;
	}
	const events = changes.hearsay.get(subject) ?? [];
	changes.hearsay.set(subject, events);
	events.push(event);
}

function markLate(event: FeedEvent): FeedEvent {
	return extend(event, {late: true});
}

/**
 * Collects the changes of one event. `left`, `lost` and `returned` events change only a roster record:
 * presence-rows.ts computes their timeline rows from the record.
 */
function collectEvent(changes: CollectedChanges, event: FeedEvent): void {
	const {peer} = event;
	switch (event.type) {
		case 'posted':
		case 'shared':
		case 'marked':
		case 'corrected':
		case 'withdrawn':
		case 'pinned':
			changes.rows.push(event);
			break;
		case 'joined':
			if (event.seq !== 1) {
				changes.unreadable.push(event);
				break;
			}
			updatePeer(changes, peer, known => roster.withJoined(known, event));
			changes.rows.push(event);
			break;
		case 'renamed':
			updatePeer(changes, peer, known => roster.withRenamed(known, event));
			changes.rows.push(event);
			break;
		case 'moved':
			updatePeer(changes, peer, known => roster.withMoved(known, event));
			changes.rows.push(event);
			break;
		case 'left':
			updatePeer(changes, peer, known => roster.withLeft(known, event));
			break;
		case 'lost':
			collectLost(changes, event);
			break;
		case 'returned':
			updatePeer(changes, peer, known => roster.withReturned(known, event));
			break;
		case 'unreadable':
			changes.unreadable.push(event);
			break;
		default:
			event satisfies never;
	}
}

/**
 * Adds to `changes.peers` all peers that `own`, a peer id of this node, had contact with or reported as lost. The
 * reducer recomputes the presence rows of all peers in `changes.peers`.
 */
function touchContactedPeers(changes: CollectedChanges, own: PeerId | undefined): void {
	if (own === undefined) return;
	const {contactedPeers, reports} = currentPeer(changes, own);
	for (const subject of [...contactedPeers, ...Object.keys(reports).filter(isPeerId)]) {
		if (!isKnown(changes, subject)) continue;
		const known = currentPeer(changes, subject);
		if (!changes.peers.has(subject)) changes.peers.set(subject, known);
	}
}

function collectContact(
	changes: CollectedChanges,
	own: PeerId,
	subject: PeerId,
	change: (known: RosterPeer) => RosterPeer,
): void {
	if (currentPeer(changes, subject).contacts[own] === undefined) {
		updatePeer(changes, own, known => extend(known, {contactedPeers: [...known.contactedPeers, subject]}));
	}
	updatePeer(changes, subject, change);
}

/**
 * Collects the start of a launch (one run of this node). The reducer then recomputes the presence rows of all peers
 * to which this node was connected in the previous launch or in this one.
 */
function collectLaunch(changes: CollectedChanges, observation: Observation, loggedAt: number): void {
	const {peer, ms, counter, seq} = observation;
	if (changes.launches[peer] !== undefined) return;
	touchContactedPeers(changes, changes.launch?.peer);
	touchContactedPeers(changes, peer);
	const key = {ms, counter, peer, seq};
	changes.launches = {...changes.launches, [peer]: key};
	if (changes.launch === undefined || compareOrder(changes.launch, key) < 0) changes.launch = {...key, loggedAt};
}
