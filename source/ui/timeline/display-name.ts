/** Names and addresses as the screens show them, cleaned for the terminal. */
import {isWritten, type PeerId, shortPeerId} from '../../core/event.js';
import {compareOrder, type OrderKey} from '../../core/event-order.js';
import {foldText} from '../../core/fold-text.js';
import {personKeyOf} from '../../core/name-collisions.js';
import {isOurs} from '../../core/own-sessions.js';
import {quoteUnclearName} from '../../core/quote-name.js';
import {findPeer, listPeers} from '../../core/roster.js';
import {addressOf, formatFingerprintSuffix, nameOf, nameSeqOf, type PeerView} from '../../core/select-peers.js';
import {selectPeople} from '../../core/select-people.js';
import {shownName} from '../../core/shown-name.js';
import type {State} from '../../core/state.js';
import {entryAt} from '../../core/timeline.js';
import {cleanLine} from '../text/clean-for-screen.js';

/** Name that a peer had at its event `seq`, by default its latest name. A peer without a known name gets its short id. */
export function plainName(state: State, peer: PeerId, seq?: number): string {
	return shownName(cleanLine(nameOf(state, peer, seq))) || shortPeerId(peer);
}

/** Name as the screens show it: in quotes if it could be read as something else, for example the name “joined”. */
export function clearName(state: State, peer: PeerId, seq?: number): string {
	// Our own name needs no quotes, because it cannot deceive us. In the demo, for example, it is “you”.
	return isOurs(state, peer) ? plainName(state, peer, seq) : quoteUnclearName(plainName(state, peer, seq));
}

/** Name of a peer as the screens show it, with a fingerprint if it can be taken for the name of another person. */
export function displayName(state: State, peer: PeerId, seq?: number): string {
	return clearName(state, peer, seq) + formatFingerprintSuffix(state, peer, seq);
}

/** Address of a peer, or an empty string. `~` marks an address reported by others, not verified. */
export function displayAddress(state: State, peer: PeerId): string {
	const address = addressOf(state, peer);
	if (!address) return '';
	return `${address.isUnverified ? '~' : ''}${cleanLine(address.address)}`;
}

/** Whether another launch of the same identity, with the same name, was present at a position in the total order. */
export function hasOtherSession(state: State, peer: PeerId, position: OrderKey): boolean {
	const identity = findPeer(state.roster, peer)?.identity?.key;
	if (identity === undefined) return false;
	const isBefore = (key: OrderKey | undefined) => key !== undefined && compareOrder(key, position) <= 0;
	const name = (of: PeerId) => foldText(plainName(state, of, nameSeqOf(state, of, position)));
	return listPeers(state.roster).some(
		other =>
			other.identity?.key === identity &&
			other.peer !== peer &&
			isBefore(other.joined) &&
			!isBefore(other.left) &&
			!isBefore(other.lost[other.absences]) &&
			name(other.peer) === name(peer),
	);
}

/** Number of newest entries whose authors count as recent speakers. */
const RECENT_ENTRIES = 200;

/** Names for completion, without duplicates: recent speakers first, then present people, then people who left. */
export function completionNames(state: State): string[] {
	const recency = new Map<string, number>();
	for (let index = state.timeline.length - 1; index >= Math.max(0, state.timeline.length - RECENT_ENTRIES); index--) {
		const entry = entryAt(state.timeline, index);
		const key = entry && isWritten(entry) ? personKeyOf(state, entry.peer) : undefined;
		if (key !== undefined && !recency.has(key)) recency.set(key, recency.size);
	}
	const rank = ({peer, status}: PeerView) =>
		(recency.get(personKeyOf(state, peer)) ?? RECENT_ENTRIES) + (status === 'left' ? RECENT_ENTRIES * 2 : 0);
	const others = selectPeople(state).filter(({status}) => status !== 'self');
	const names = new Map<string, string>();
	for (const view of others.sort((a, b) => rank(a) - rank(b))) {
		const name = cleanLine(view.hasNameCollision ? `${view.name}#${view.fingerprint}` : view.name);
		if (!names.has(foldText(name))) names.set(foldText(name), name);
	}
	return [...names.values()];
}
