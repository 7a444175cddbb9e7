/** Names and addresses as the timeline and the peers pane show them: cleaned, and cut to what fits. */
import type {PeerId} from '../../core/event.js';
import {shortPeerId} from '../../core/event.js';
import {foldName} from '../../core/name-collisions.js';
import {findPeer} from '../../core/roster.js';
import {addressOf, formatFingerprintSuffix, nameOf, type PeerView, selectPeers} from '../../core/select-peers.js';
import type {State} from '../../core/state.js';
import {entryAt} from '../../core/timeline.js';
import {cleanLine} from '../text/clean-for-screen.js';

/** As of its event `seq`, or the newest; a peer that has not said its name yet is called by its id. */
export function plainName(state: State, peer: PeerId, seq?: number): string {
	return cleanLine(nameOf(state, peer, seq)).trim() || shortPeerId(peer);
}

/** With the fingerprint that tells namesakes apart. */
export function displayName(state: State, peer: PeerId, seq?: number): string {
	return plainName(state, peer, seq) + formatFingerprintSuffix(state, peer, seq);
}

/** `~` marks an address that the peer only claims. Empty when none is known. */
export function displayAddress(state: State, peer: PeerId): string {
	const address = addressOf(state, peer);
	if (!address) return '';
	return `${address.isUnverified ? '~' : ''}${cleanLine(address.address)}`;
}

/** Colours and ignoring go by the durable identity where there is one. */
export function personKey(state: State, peer: PeerId): string {
	return findPeer(state.roster, peer)?.identity?.key ?? peer;
}

/** How many of the newest entries decide who spoke recently. */
const RECENT_ENTRIES = 200;

/** Names offered for completion, each once: recent speakers first, then those who are here, then those who left. */
export function completionNames(state: State): string[] {
	const own = state.launch?.peer;
	const recency = new Map<PeerId, number>();
	for (let index = state.timeline.length - 1; index >= Math.max(0, state.timeline.length - RECENT_ENTRIES); index--) {
		const entry = entryAt(state.timeline, index);
		if (entry?.type === 'posted' && !recency.has(entry.peer)) recency.set(entry.peer, recency.size);
	}
	const rank = ({peer, status}: PeerView) =>
		(recency.get(peer) ?? RECENT_ENTRIES) + (status === 'left' ? RECENT_ENTRIES * 2 : 0);
	const others = selectPeers(state).filter(view => view.peer !== own);
	const names = new Map<string, string>();
	for (const view of others.sort((a, b) => rank(a) - rank(b))) {
		const name = cleanLine(view.hasNameCollision ? `${view.name}#${view.fingerprint}` : view.name);
		if (!names.has(foldName(name))) names.set(foldName(name), name);
	}
	return [...names.values()];
}
