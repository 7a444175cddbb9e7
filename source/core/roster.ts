/**
 * Roster: one record for each known peer, and the pure functions that update a record.
 *
 * Events and observations may be applied in any order: the resulting record depends only on the set of them. The
 * first byte of the peer id assigns a record to one of 256 buckets. A roster is immutable, so each change makes a
 * copy, but only of the buckets that change.
 */
import type {FeedEvent, Identity, Observation, PeerId} from './event.js';
import {compareOrder, type OrderKey} from './event-order.js';
import {
	MAX_ABSENCES,
	MAX_CONTACTS_KEPT,
	MAX_NAMES_KEPT,
	MAX_REPORTED_SUBJECTS,
	MAX_REPORTS_PER_SUBJECT,
} from './limits.js';
import {extend} from './memory-cost.js';

/** A name of a peer, with seq and HLC of the event that introduced the name. */
export interface NameChange {
	readonly seq: number;
	readonly ms: number;
	readonly counter: number;
	readonly name: string;
}

/** Our connections to one peer during one launch of this node. */
interface Contact {
	readonly firstConnected?: Observation;
	readonly lastConnected?: Observation;
	/** Position in timeline order of the newest `peer-disconnected` observation. */
	readonly lastDisconnected?: OrderKey;
}

/** Everything known about one peer. */
export interface RosterPeer {
	readonly peer: PeerId;
	/** The newest MAX_NAMES_KEPT names of the peer, by rising seq. Empty until a name is known. */
	readonly names: readonly NameChange[];
	readonly identity?: Identity;
	readonly version?: string;
	/** Whether the peer says that it is a keeper (a node that keeps running). */
	readonly isKeeper?: true;
	/** Remote address of our newest connection to the peer. */
	readonly address?: string;
	/** Addresses that the peer claims, from the `joined` or `moved` event with the highest seq. */
	readonly claimedAddresses: readonly string[];
	readonly claimedAddressesSeq: number;
	/** Position of the `joined` of the peer in the total order. */
	readonly joined?: OrderKey;
	/** The `left` of the peer; if there are several, the one with the lowest seq. */
	readonly left?: FeedEvent;
	/** Number of distinct absence numbers in the `returned` events of the peer's feed. */
	readonly absences: number;
	/**
	 * For each absence number below MAX_ABSENCES: the first `returned` event with this number in the feed of the
	 * peer.
	 */
	readonly returned: Readonly<Record<number, FeedEvent>>;
	/**
	 * For each absence number below MAX_ABSENCES: the first `lost` event about the peer in timeline order. The
	 * timeline shows only this one.
	 */
	readonly lost: Readonly<Record<number, FeedEvent>>;
	/** Whether this node has connected to the peer in the current launch and the connection is still open. */
	readonly connected: boolean;
	/** First connection to the peer in the current launch. */
	readonly firstConnected?: Observation;
	/** Our connections to the peer in each launch, by our own peer id of that launch. */
	readonly contacts: Readonly<Record<PeerId, Contact>>;
	/**
	 * Only for a peer id of this node: the peers that this node had contact with under that id. They are in the order
	 * in which the contacts became known.
	 */
	readonly contactedPeers: readonly PeerId[];
	/**
	 * Our `peer-disconnected` observations about this peer after which this node had no connection at all, in
	 * timeline order.
	 */
	readonly isolations: readonly Observation[];
	/**
	 * Our newest MAX_CONTACTS_KEPT `peer-connected` observations about this peer, in timeline order. The first one
	 * after an isolation (see `isolations`) ends the isolation.
	 */
	readonly connections: readonly Observation[];
	readonly unreadableCount: number;
	/**
	 * Seqs of the `lost` events in the feed of this peer that are within MAX_REPORTED_SUBJECTS and
	 * MAX_REPORTS_PER_SUBJECT, by the peer that they report as lost.
	 */
	readonly reports: Readonly<Record<PeerId, readonly number[]>>;
}

export type Roster = readonly Readonly<Record<PeerId, RosterPeer>>[];

/** Draft of the roster that a call of Immer's `produce` can write. Records in its buckets are replaced as a whole. */
type RosterDraft = Record<PeerId, RosterPeer>[];

type FeedEventOf<T extends FeedEvent['type']> = FeedEvent & {readonly type: T};
type ConnectedObservation = Observation & {readonly type: 'peer-connected'};
type DisconnectedObservation = Observation & {readonly type: 'peer-disconnected'};

const BUCKET_COUNT = 256;

export const emptyRoster: Roster = Object.freeze(Array.from({length: BUCKET_COUNT}, () => Object.freeze({})));

export function findPeer(roster: Roster, peer: PeerId): RosterPeer | undefined {
	return roster[bucketIndex(peer)]?.[peer];
}

/** Lists all peers in no particular order. */
export function listPeers(roster: Roster): RosterPeer[] {
	return roster.flatMap(bucket => Object.values(bucket));
}

/** Stores a peer in a draft of the roster. No other function writes to a roster. */
export function setPeer(draft: RosterDraft, peer: RosterPeer): void {
	const bucket = draft[bucketIndex(peer.peer)];
	if (bucket !== undefined) bucket[peer.peer] = peer;
}

function bucketIndex(peer: PeerId): number {
	return Number.parseInt(peer.slice(0, 2), 16) || 0;
}

/** Creates the record of a peer about which only the id is known. */
export function createRosterPeer(peer: PeerId): RosterPeer {
	return {
		peer,
		names: [],
		claimedAddresses: [],
		claimedAddressesSeq: 0,
		absences: 0,
		returned: {},
		lost: {},
		connected: false,
		contacts: {},
		contactedPeers: [],
		isolations: [],
		connections: [],
		unreadableCount: 0,
		reports: {},
	};
}

/**
 * Inserts the name of an event into a list sorted by seq. Returns the same list if it already has a name with this
 * seq.
 */
function addName(
	names: readonly NameChange[],
	{seq, ms, counter, name}: FeedEventOf<'joined'> | FeedEventOf<'renamed'>,
): readonly NameChange[] {
	const index = names.findLastIndex(known => known.seq <= seq);
	if (names[index]?.seq === seq) return names;
	return names.toSpliced(index + 1, 0, {seq, ms, counter, name}).slice(-MAX_NAMES_KEPT);
}

function claimAddresses(peer: RosterPeer, seq: number, addresses: readonly string[]): RosterPeer {
	return seq > peer.claimedAddressesSeq ? extend(peer, {claimedAddresses: addresses, claimedAddressesSeq: seq}) : peer;
}

export function withJoined(peer: RosterPeer, event: FeedEventOf<'joined'>): RosterPeer {
	if (peer.joined !== undefined) return peer;
	const {ms, counter, seq, version, identity, addresses} = event;
	const names = addName(peer.names, event);
	const joined = extend(peer, {names, version, joined: {ms, counter, peer: event.peer, seq}});
	const known: RosterPeer = event.keeper ? extend(joined, {isKeeper: true}) : joined;
	return claimAddresses(identity === undefined ? known : extend(known, {identity}), seq, addresses);
}

export function withRenamed(peer: RosterPeer, event: FeedEventOf<'renamed'>): RosterPeer {
	const names = addName(peer.names, event);
	return names === peer.names ? peer : extend(peer, {names});
}

export function withMoved(peer: RosterPeer, event: FeedEventOf<'moved'>): RosterPeer {
	return claimAddresses(peer, event.seq, event.addresses);
}

export function withLeft(peer: RosterPeer, event: FeedEventOf<'left'>): RosterPeer {
	return peer.left === undefined || event.seq < peer.left.seq ? extend(peer, {left: event}) : peer;
}

/**
 * Stores the first event for each absence number: stores `event` for `absence`, unless the event that is already
 * stored for this number precedes it in timeline order. Ignores absence numbers of MAX_ABSENCES and above.
 */
function addFirstByAbsence(
	known: Readonly<Record<number, FeedEvent>>,
	absence: number,
	event: FeedEvent,
): Readonly<Record<number, FeedEvent>> {
	const old = known[absence];
	if (absence >= MAX_ABSENCES || (old !== undefined && compareOrder(old, event) <= 0)) return known;
	return {...known, [absence]: event};
}

/**
 * Whether another `lost` event of `author` about `subject` would be within MAX_REPORTED_SUBJECTS and
 * MAX_REPORTS_PER_SUBJECT.
 */
export function mayReport(author: RosterPeer | undefined, subject: PeerId): boolean {
	const seqs = author?.reports[subject];
	if (seqs !== undefined) return seqs.length < MAX_REPORTS_PER_SUBJECT;
	return Object.keys(author?.reports ?? {}).length < MAX_REPORTED_SUBJECTS;
}

/**
 * Applies a `lost` event to `subject`, the peer that the event reports as lost. The record of the author does not
 * change.
 */
export function withLost(subject: RosterPeer, event: FeedEventOf<'lost'>): RosterPeer {
	const lost = addFirstByAbsence(subject.lost, event.absence, event);
	return lost === subject.lost ? subject : extend(subject, {lost});
}

export function withReturned(peer: RosterPeer, event: FeedEventOf<'returned'>): RosterPeer {
	const returned = addFirstByAbsence(peer.returned, event.absence, event);
	if (returned === peer.returned) return peer;
	return extend(peer, {returned, absences: peer.absences + (peer.returned[event.absence] === undefined ? 1 : 0)});
}

function isAfter(a: OrderKey | undefined, b: OrderKey | undefined): boolean {
	return a !== undefined && (b === undefined || compareOrder(a, b) > 0);
}

/** Our newest `peer-connected` observation about a peer, in all launches of this node. */
export function latestConnection(peer: RosterPeer): Observation | undefined {
	let found: Observation | undefined;
	for (const {lastConnected} of Object.values(peer.contacts)) if (isAfter(lastConnected, found)) found = lastConnected;
	return found;
}

/**
 * Whether a `peer-connected` observation is our first connection to `peer` in the launch that made the observation.
 * Any later connection is a reconnection.
 */
export function isFirstContact(peer: RosterPeer | undefined, observation: Observation): boolean {
	const first = peer?.contacts[observation.peer]?.firstConnected;
	return first === undefined || compareOrder(first, observation) === 0;
}

function withContact(peer: RosterPeer, own: PeerId, contact: Contact): RosterPeer {
	return extend(peer, {contacts: {...peer.contacts, [own]: contact}});
}

/** Inserts an observation in total order. Returns the same list if it already contains the observation. */
function insertInOrder(known: readonly Observation[], observation: Observation): readonly Observation[] {
	const index = known.findLastIndex(item => compareOrder(item, observation) <= 0);
	const old = known[index];
	return old !== undefined && compareOrder(old, observation) === 0 ? known : known.toSpliced(index + 1, 0, observation);
}

export function withConnected(peer: RosterPeer, observation: ConnectedObservation): RosterPeer {
	const contact = peer.contacts[observation.peer] ?? {};
	const address = isAfter(observation, latestConnection(peer)) ? observation.address : peer.address;
	const firstConnected = isAfter(contact.firstConnected, observation)
		? observation
		: (contact.firstConnected ?? observation);
	const lastConnected = isAfter(observation, contact.lastConnected)
		? observation
		: (contact.lastConnected ?? observation);
	const connections = insertInOrder(peer.connections, observation).slice(-MAX_CONTACTS_KEPT);
	const known = {
		...withContact(peer, observation.peer, extend(contact, {firstConnected, lastConnected})),
		connections,
	};
	return address === undefined ? known : extend(known, {address});
}

export function withDisconnected(peer: RosterPeer, observation: DisconnectedObservation): RosterPeer {
	const contact = peer.contacts[observation.peer] ?? {};
	const {ms, counter, seq} = observation;
	const known = isAfter(observation, contact.lastDisconnected)
		? withContact(
				peer,
				observation.peer,
				extend(contact, {lastDisconnected: {ms, counter, peer: observation.peer, seq}}),
			)
		: peer;
	if (!observation.alone) return known;
	const isolations = insertInOrder(known.isolations, observation);
	return isolations === known.isolations ? known : extend(known, {isolations});
}

/**
 * Sets the fields of a record that depend on the current launch. `own`: our peer id in this launch. Connections of
 * earlier launches do not count, because they have ended.
 */
export function withCurrentLaunch(peer: RosterPeer, own: PeerId | undefined): RosterPeer {
	const contact = own === undefined ? undefined : peer.contacts[own];
	const connected = contact?.lastConnected !== undefined && isAfter(contact.lastConnected, contact.lastDisconnected);
	if (connected === peer.connected && contact?.firstConnected === peer.firstConnected) return peer;
	const {firstConnected: _, ...withoutFirstConnected} = peer;
	return contact?.firstConnected === undefined
		? {...withoutFirstConnected, connected}
		: extend(peer, {connected, firstConnected: contact.firstConnected});
}
