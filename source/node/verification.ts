/**
 * Verification of people. It shows safety numbers, remembers the keys of people whose safety number the user has
 * confirmed, and warns when somebody uses the name of such a person with another key.
 */
import {contactOf, impersonatedContact} from '../core/contacts.js';
import {errorMessage} from '../core/errors.js';
import type {Contact, Input, PeerId} from '../core/event.js';
import {LruMap} from '../core/lru-map.js';
import {findPeer, listPeers} from '../core/roster.js';
import {fingerprintOf, nameOf, statusOf} from '../core/select-peers.js';
import type {State} from '../core/state.js';
import {computeSafetyNumber} from '../feed/safety-number.js';
import type {Notices} from './notices.js';
import type {Store} from './store.js';

/**
 * Stored list of the verified people of one room. `add` and `remove` throw an error whose message is a sentence for the
 * user.
 */
export interface ContactStore {
	list(): readonly Contact[];
	add(contact: Contact): void;
	remove(key: string): void;
}

/** Number of digits, at the end of a safety number, that the user types to confirm the number. */
export const CONFIRMATION_DIGITS = 5;

type Refused = {readonly refused: string};

export interface Verification {
	/**
	 * Safety number of this user and a peer, 60 digits. After this call, the last digits of the number can confirm the
	 * key of the peer.
	 */
	showNumber(peer: PeerId): {readonly number: string} | Refused;
	/**
	 * Remembers the key of a peer if `digits` are the last digits of its safety number, which must have been shown
	 * before. Returns undefined on success.
	 */
	confirm(peer: PeerId, digits: string): Refused | undefined;
	/** Forgets the verified key of a peer. Returns undefined on success. */
	forget(peer: PeerId): Refused | undefined;
	/**
	 * Publishes the stored list to the state. From then on, warns when a peer uses the name of a verified person with
	 * another key. To be called once, after the log was read.
	 */
	start(): void;
}

export interface VerificationOptions {
	/** Identity key of this user. Undefined if this node has no identity. */
	readonly ownKey: string | undefined;
	/** Stored list of verified people. Undefined if nothing may be kept on disk. */
	readonly contacts: ContactStore | undefined;
	readonly store: Store;
	readonly notices: Pick<Notices, 'verifiedNameTaken'>;
	/** Wall clock in ms. */
	now(): number;
	publish(contacts: readonly Contact[]): void;
}

const MAX_WARNINGS_REMEMBERED = 4096;

export function createVerification(options: VerificationOptions): Verification {
	const {ownKey, contacts, store, notices} = options;
	/**
	 * Safety number that was shown last, with the key for which it was shown. The digits that the user types can
	 * confirm only this key. Otherwise, an attacker could generate keys until one of them has the same five digits.
	 */
	let shown: {readonly key: string; readonly number: string} | undefined;
	const warned = new LruMap<string, true>(MAX_WARNINGS_REMEMBERED);

	function keyOf(peer: PeerId): {readonly key: string; readonly ownKey: string} | Refused {
		const state = store.getState();
		if (state.launches[peer]) return {refused: 'You cannot verify yourself.'};
		if (ownKey === undefined) return {refused: 'You have no identity (--no-identity), so there is no safety number.'};
		const key = findPeer(state.roster, peer)?.identity?.key;
		if (key === undefined)
			return {refused: `${nameOf(state, peer)} has no durable identity, so there is nothing to verify.`};
		if (key === ownKey) return {refused: `${nameOf(state, peer)} has your own identity.`};
		return {key, ownKey};
	}

	/** Changes the stored list of verified people, and publishes the result. */
	function change(run: (stored: ContactStore) => void): Refused | undefined {
		if (!contacts) return {refused: 'Nothing is kept on disk (--no-log), so nobody can be marked as verified.'};
		try {
			run(contacts);
		} catch (error) {
			return {refused: errorMessage(error)};
		}

		options.publish(contacts.list());
		return undefined;
	}

	function warnAbout(state: State, peer: PeerId): void {
		const contact = statusOf(state, peer) === 'left' ? undefined : impersonatedContact(state, peer);
		if (!contact) return;
		const name = nameOf(state, peer);
		const key = `${findPeer(state.roster, peer)?.identity?.key ?? peer} ${name}`;
		if (warned.get(key)) return;
		const taken = {name, fingerprint: fingerprintOf(state, peer), verifiedName: contact.name};
		// A warning that was left out may be shown later: others could use up the warnings of a minute on purpose.
		if (notices.verifiedNameTaken(taken)) warned.set(key, true);
	}

	return {
		showNumber(peer) {
			const keys = keyOf(peer);
			if ('refused' in keys) return keys;
			if (shown?.key !== keys.key) shown = {key: keys.key, number: computeSafetyNumber(keys.ownKey, keys.key)};
			return {number: shown.number};
		},
		confirm(peer, digits) {
			const keys = keyOf(peer);
			if ('refused' in keys) return keys;
			if (shown?.key !== keys.key)
				return {refused: 'The safety number of this person was not shown yet. Use /verify NAME first.'};
			if (shown.number.slice(-CONFIRMATION_DIGITS) !== digits)
				return {
					refused:
						'These are not the last five digits of the safety number. If the other screen shows them, somebody pretends to be this person.',
				};
			return change(stored =>
				stored.add({key: keys.key, name: nameOf(store.getState(), peer), verified: options.now()}),
			);
		},
		forget(peer) {
			const state = store.getState();
			const contact = contactOf(state, peer);
			if (!contact) return {refused: `${nameOf(state, peer)} is not verified.`};
			return change(stored => stored.remove(contact.key));
		},
		start() {
			store.subscribe((state, inputs) => {
				for (const peer of peersToCheck(state, inputs)) warnAbout(state, peer);
			});
			const stored = contacts?.list() ?? [];
			if (stored.length > 0) options.publish(stored);
		},
	};
}

/** Peers that have just connected or got a new name. If the list of verified people has changed, all peers. */
function peersToCheck(state: State, inputs: readonly Input[]): ReadonlySet<PeerId> {
	const peers = new Set<PeerId>();
	if (state.ephemeral.contacts.length === 0) return peers;
	for (const input of inputs) {
		if (input.type === 'events') {
			for (const {type, peer} of input.events) if (type === 'joined' || type === 'renamed') peers.add(peer);
		} else if (input.type === 'observed') {
			if (input.observation.type === 'peer-connected') peers.add(input.observation.subject);
		} else if (input.event.type === 'contacts') {
			for (const {peer} of listPeers(state.roster)) peers.add(peer);
		}
	}
	return peers;
}
