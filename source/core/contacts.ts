/**
 * Verified people: which peers belong to a person whose key the user has verified, and which peers use the name of
 * such a person but have another key. These people (the contacts) are not stored in the log, so a replay, which reads
 * only a log, has none.
 */
import type {Contact, PeerId} from './event.js';
import {memoise, memoiseByKey} from './memoise.js';
import {collisionKeys, nameAt} from './name-collisions.js';
import {isOurs} from './own-sessions.js';
import {findPeer, listPeers, type NameChange} from './roster.js';
import type {State} from './state.js';

/**
 * Whether the user trusts a peer. `verified`: the user has verified the peer's key. `impostor`: the peer uses the
 * name of a verified person, but has another key or no key. `unknown`: neither.
 */
export type Trust = 'verified' | 'impostor' | 'unknown';

/** Trust in a peer under the name that it had at `seq` of its feed; if `seq` is undefined, under its newest name. */
export function trustOf(state: State, peer: PeerId, seq?: number): Trust {
	if (state.ephemeral.contacts.length === 0) return 'unknown';
	if (contactOf(state, peer)) return 'verified';
	return impersonatedContact(state, peer, seq) ? 'impostor' : 'unknown';
}

/**
 * The verified person to whom a peer belongs, found by the peer's identity key; undefined if the user has not
 * verified this key.
 */
export function contactOf(state: State, peer: PeerId): Contact | undefined {
	const key = findPeer(state.roster, peer)?.identity?.key;
	return key === undefined ? undefined : selectContactsByKey(state).get(key);
}

const selectContactsByKey = memoise(
	(state: State) => [state.ephemeral.contacts],
	state => new Map(state.ephemeral.contacts.map(contact => [contact.key, contact])),
);

/**
 * Verified people by the collision keys of their names; names that look alike have a collision key in common. A
 * person has the name at verification, and the newest name of each of their peers.
 */
const selectContactsByName = memoise(
	(state: State) => [state.roster, state.ephemeral.contacts],
	state => {
		const byName = new Map<string, Contact>();
		const add = (name: Pick<NameChange, 'name'>, contact: Contact) => {
			for (const key of collisionKeys(name)) if (!byName.has(key)) byName.set(key, contact);
		};
		for (const contact of state.ephemeral.contacts) add({name: contact.name}, contact);
		for (const known of listPeers(state.roster)) {
			const contact = contactOf(state, known.peer);
			const name = contact && nameAt(known);
			if (contact && name) add(name, contact);
		}
		return byName;
	},
);

const memoiseName = memoiseByKey<NameChange, {readonly contact: Contact | undefined}>();

/**
 * The verified person whose name a peer uses although the peer has another key or no key. `seq` selects the name that
 * the peer had at that event; if `seq` is undefined, the newest name is checked. A look-alike name is treated like
 * the same name. Earlier names of the verified person are not protected, because another person may use them
 * honestly. Returns undefined for peers of this user and of verified people.
 */
export function impersonatedContact(state: State, peer: PeerId, seq?: number): Contact | undefined {
	const {contacts} = state.ephemeral;
	const known = contacts.length === 0 ? undefined : findPeer(state.roster, peer);
	if (!known || isOurs(state, peer) || contactOf(state, peer)) return undefined;
	const name = nameAt(known, seq);
	if (!name) return undefined;
	return memoiseName(name, [state.roster, contacts], () => ({contact: findContactWithName(state, name)})).contact;
}

function findContactWithName(state: State, name: NameChange): Contact | undefined {
	const byName = selectContactsByName(state);
	for (const key of collisionKeys(name)) {
		const contact = byName.get(key);
		if (contact) return contact;
	}
	return undefined;
}
