/** Names and addresses as the timeline and the peers pane show them: cleaned, and cut to what fits. */
import type {PeerId} from '../../core/event.js';
import {shortPeerId} from '../../core/event.js';
import {findPeer} from '../../core/roster.js';
import {addressOf, formatFingerprintSuffix, nameOf} from '../../core/select-peers.js';
import type {State} from '../../core/state.js';
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
