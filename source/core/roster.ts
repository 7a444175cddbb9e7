/**
 * Everybody known, in 256 buckets by the first byte of the peer id, so that a change of one peer copies one bucket.
 */
import type {FeedEvent, Observation, PeerId} from './event.js';
import {compareOrder, type OrderKey} from './event-order.js';
import {MAX_ABSENCES, MAX_CONTACTS_KEPT, MAX_NAMES_KEPT} from './limits.js';
import type {Contact, NameChange, RosterPeer, State} from './state.js';

export type Roster = State['roster'];

/** What Immer hands out: buckets that may be written to, peers that are replaced as a whole. */
export type RosterDraft = Record<PeerId, RosterPeer>[];

const BUCKET_COUNT = 256;

export const emptyRoster: Roster = Object.freeze(Array.from({length: BUCKET_COUNT}, () => Object.freeze({})));

function bucketIndex(peer: PeerId): number {
	return Number.parseInt(peer.slice(0, 2), 16) || 0;
}

export function findPeer(roster: Roster, peer: PeerId): RosterPeer | undefined {
	return roster[bucketIndex(peer)]?.[peer];
}

/** A peer of whom nothing is known but its id. */
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
	};
}

/** Puts a peer in its place; the one call that writes into a draft of the roster. */
export function setPeer(draft: RosterDraft, peer: RosterPeer): void {
	const bucket = draft[bucketIndex(peer.peer)];
	if (bucket !== undefined) bucket[peer.peer] = peer;
}

/** In no particular order. */
export function listPeers(roster: Roster): RosterPeer[] {
	return roster.flatMap(bucket => Object.values(bucket));
}

/** How one peer's record in the roster follows from its events and from what we saw: pure steps, in any order. */

type FeedEventOf<T extends FeedEvent['type']> = FeedEvent & {readonly type: T};
export type ConnectedObservation = Observation & {readonly type: 'peer-connected'};
export type DisconnectedObservation = Observation & {readonly type: 'peer-disconnected'};

function addName(names: readonly NameChange[], seq: number, name: string): readonly NameChange[] {
	const index = names.findLastIndex(known => known.seq <= seq);
	if (names[index]?.seq === seq) return names;
	return names.toSpliced(index + 1, 0, {seq, name}).slice(-MAX_NAMES_KEPT);
}

function addAddresses(peer: RosterPeer, seq: number, addresses: readonly string[]): RosterPeer {
	return seq > peer.claimedAddressesSeq ? {...peer, claimedAddresses: addresses, claimedAddressesSeq: seq} : peer;
}

export function withJoined(peer: RosterPeer, event: FeedEventOf<'joined'>): RosterPeer {
	if (peer.joined !== undefined) return peer;
	const {ms, counter, seq, version, identity, addresses} = event;
	const names = addName(peer.names, seq, event.name);
	const known = {...peer, names, version, joined: {ms, counter, peer: event.peer, seq}};
	return addAddresses(identity === undefined ? known : {...known, identity}, seq, addresses);
}

export function withRenamed(peer: RosterPeer, event: FeedEventOf<'renamed'>): RosterPeer {
	const names = addName(peer.names, event.seq, event.name);
	return names === peer.names ? peer : {...peer, names};
}

export function withMoved(peer: RosterPeer, event: FeedEventOf<'moved'>): RosterPeer {
	return addAddresses(peer, event.seq, event.addresses);
}

export function withLeft(peer: RosterPeer, event: FeedEventOf<'left'>): RosterPeer {
	return peer.left === undefined || event.seq < peer.left.seq ? {...peer, left: event} : peer;
}

/** The first in order stands for its number. */
function addFirstByAbsence(
	known: Readonly<Record<number, FeedEvent>>,
	absence: number,
	event: FeedEvent,
): Readonly<Record<number, FeedEvent>> {
	const old = known[absence];
	if (absence >= MAX_ABSENCES || (old !== undefined && compareOrder(old, event) <= 0)) return known;
	return {...known, [absence]: event};
}

/** Of the subject, not of the author. */
export function withLost(subject: RosterPeer, event: FeedEventOf<'lost'>): RosterPeer {
	const lost = addFirstByAbsence(subject.lost, event.absence, event);
	return lost === subject.lost ? subject : {...subject, lost};
}

export function withReturned(peer: RosterPeer, event: FeedEventOf<'returned'>): RosterPeer {
	const returned = addFirstByAbsence(peer.returned, event.absence, event);
	if (returned === peer.returned) return peer;
	return {...peer, returned, absences: peer.absences + (peer.returned[event.absence] === undefined ? 1 : 0)};
}

function isAfter(a: OrderKey | undefined, b: OrderKey | undefined): boolean {
	return a !== undefined && (b === undefined || compareOrder(a, b) > 0);
}

/** The newest `peer-connected` of all launches. */
export function latestConnection(peer: RosterPeer): Observation | undefined {
	let found: Observation | undefined;
	for (const {lastConnected} of Object.values(peer.contacts)) if (isAfter(lastConnected, found)) found = lastConnected;
	return found;
}

/** Whether this is how we came to know it in that launch; else contact that was lost is there again. */
export function isFirstContact(peer: RosterPeer | undefined, observation: Observation): boolean {
	const first = peer?.contacts[observation.peer]?.firstConnected;
	return first === undefined || compareOrder(first, observation) === 0;
}

function withContact(peer: RosterPeer, own: PeerId, contact: Contact): RosterPeer {
	return {...peer, contacts: {...peer.contacts, [own]: contact}};
}

/** At its place by order; the list itself if it stands there already. */
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
	const newest = isAfter(observation, contact.lastConnected) ? observation : (contact.lastConnected ?? observation);
	const connections = insertInOrder(peer.connections, observation).slice(-MAX_CONTACTS_KEPT);
	const known = {
		...withContact(peer, observation.peer, {...contact, firstConnected, lastConnected: newest}),
		connections,
	};
	return address === undefined ? known : {...known, address};
}

export function withDisconnected(peer: RosterPeer, observation: DisconnectedObservation): RosterPeer {
	const contact = peer.contacts[observation.peer] ?? {};
	const {ms, counter, seq} = observation;
	const known = isAfter(observation, contact.lastDisconnected)
		? withContact(peer, observation.peer, {...contact, lastDisconnected: {ms, counter, peer: observation.peer, seq}})
		: peer;
	if (!observation.alone) return known;
	const isolations = insertInOrder(known.isolations, observation);
	return isolations === known.isolations ? known : {...known, isolations};
}

/** Sets what holds for the current launch only: a launch ends all connections of earlier ones. */
export function withCurrentLaunch(peer: RosterPeer, own: PeerId | undefined): RosterPeer {
	const contact = own === undefined ? undefined : peer.contacts[own];
	const connected = contact?.lastConnected !== undefined && isAfter(contact.lastConnected, contact.lastDisconnected);
	if (connected === peer.connected && contact?.firstConnected === peer.firstConnected) return peer;
	const {firstConnected: _, ...withoutFirstConnected} = peer;
	return contact?.firstConnected === undefined
		? {...withoutFirstConnected, connected}
		: {...withoutFirstConnected, connected, firstConnected: contact.firstConnected};
}
