/** How one peer's record in the roster follows from its events and from what we saw: pure steps, in any order. */
import type {FeedEvent, Observation} from './event.js';
import type {PeerId} from './ids.js';
import {MAX_ABSENCES, MAX_CONTACTS_KEPT, MAX_NAMES_KEPT} from './limits.js';
import {compareOrder, type OrderKey} from './order.js';
import type {Contact, NameSince, RosterPeer} from './state.js';

type FeedEventOf<T extends FeedEvent['type']> = FeedEvent & {readonly type: T};
export type ConnectedObservation = Observation & {readonly type: 'peer-connected'};
export type DisconnectedObservation = Observation & {readonly type: 'peer-disconnected'};

function addName(names: readonly NameSince[], seq: number, name: string): readonly NameSince[] {
	const place = names.findLastIndex(known => known.seq <= seq);
	if (names[place]?.seq === seq) return names;
	return names.toSpliced(place + 1, 0, {seq, name}).slice(-MAX_NAMES_KEPT);
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
function addNumbered(
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
	const lost = addNumbered(subject.lost, event.absence, event);
	return lost === subject.lost ? subject : {...subject, lost};
}

export function withReturned(peer: RosterPeer, event: FeedEventOf<'returned'>): RosterPeer {
	const returned = addNumbered(peer.returned, event.absence, event);
	if (returned === peer.returned) return peer;
	return {...peer, returned, absences: peer.absences + (peer.returned[event.absence] === undefined ? 1 : 0)};
}

function isAfter(a: OrderKey | undefined, b: OrderKey | undefined): boolean {
	return a !== undefined && (b === undefined || compareOrder(a, b) > 0);
}

/** The newest `peer-connected` of all launches. */
export function newestContact(peer: RosterPeer): Observation | undefined {
	let found: Observation | undefined;
	for (const {newest} of Object.values(peer.contacts)) if (isAfter(newest, found)) found = newest;
	return found;
}

/** Whether this is how we came to know it in that launch; else contact that was lost is there again. */
export function isFirstContact(peer: RosterPeer | undefined, seen: Observation): boolean {
	const first = peer?.contacts[seen.peer]?.first;
	return first === undefined || compareOrder(first, seen) === 0;
}

function withContact(peer: RosterPeer, own: PeerId, contact: Contact): RosterPeer {
	return {...peer, contacts: {...peer.contacts, [own]: contact}};
}

/** At its place by order; the list itself if it stands there already. */
function addByOrder(known: readonly Observation[], seen: Observation): readonly Observation[] {
	const place = known.findLastIndex(one => compareOrder(one, seen) <= 0);
	const old = known[place];
	return old !== undefined && compareOrder(old, seen) === 0 ? known : known.toSpliced(place + 1, 0, seen);
}

export function withConnected(peer: RosterPeer, seen: ConnectedObservation): RosterPeer {
	const contact = peer.contacts[seen.peer] ?? {};
	const address = isAfter(seen, newestContact(peer)) ? seen.address : peer.address;
	const first = isAfter(contact.first, seen) ? seen : (contact.first ?? seen);
	const newest = isAfter(seen, contact.newest) ? seen : (contact.newest ?? seen);
	const connections = addByOrder(peer.connections, seen).slice(-MAX_CONTACTS_KEPT);
	const known = {...withContact(peer, seen.peer, {...contact, first, newest}), connections};
	return address === undefined ? known : {...known, address};
}

export function withDisconnected(peer: RosterPeer, seen: DisconnectedObservation): RosterPeer {
	const contact = peer.contacts[seen.peer] ?? {};
	const {ms, counter, seq} = seen;
	const known = isAfter(seen, contact.ended)
		? withContact(peer, seen.peer, {...contact, ended: {ms, counter, peer: seen.peer, seq}})
		: peer;
	if (!seen.alone) return known;
	const partings = addByOrder(known.partings, seen);
	return partings === known.partings ? known : {...known, partings};
}

/** Sets what holds for the current launch only: a launch ends all connections of earlier ones. */
export function withLaunch(peer: RosterPeer, own: PeerId | undefined): RosterPeer {
	const contact = own === undefined ? undefined : peer.contacts[own];
	const connected = contact?.newest !== undefined && isAfter(contact.newest, contact.ended);
	if (connected === peer.connected && contact?.first === peer.firstConnected) return peer;
	const {firstConnected: _, ...rest} = peer;
	return contact?.first === undefined ? {...rest, connected} : {...rest, connected, firstConnected: contact.first};
}
