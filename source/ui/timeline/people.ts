/** Names and addresses as the timeline and the peers pane show them: cleaned, and cut to what fits. */
import type {PeerId} from '../../core/ids.js';
import {shortPeerId} from '../../core/ids.js';
import {markOf} from '../../core/label.js';
import {findPeer} from '../../core/roster.js';
import {addressOf, nameOf} from '../../core/select-peers.js';
import type {State} from '../../core/state.js';
import {cleanLine} from '../layout/clean-for-screen.js';

/** As of its event `seq`, or the newest; a peer that has not said its name yet is called by its id. */
export function bareName(state: State, peer: PeerId, seq?: number): string {
	return cleanLine(nameOf(state, peer, seq)).trim() || shortPeerId(peer);
}

/** With the fingerprint that tells namesakes apart. */
export function shownName(state: State, peer: PeerId, seq?: number): string {
	return bareName(state, peer, seq) + markOf(state, peer, seq);
}

/** `~` marks an address that the peer only claims. Empty when none is known. */
export function shownAddress(state: State, peer: PeerId): string {
	const shown = addressOf(state, peer);
	if (!shown) return '';
	return `${shown.claimed ? '~' : ''}${cleanLine(shown.address)}`;
}

/** Colours and ignoring go by the durable identity where there is one. */
export function personKey(state: State, peer: PeerId): string {
	return findPeer(state.roster, peer)?.identity?.key ?? peer;
}
