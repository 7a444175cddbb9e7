/** How a person is called wherever one is named: a fingerprint tells namesakes apart. */
import type {PeerId} from './ids.js';
import {isNamesake} from './namesakes.js';
import {findPeer} from './roster.js';
import {fingerprintOf, nameOf} from './select-peers.js';
import type {State} from './state.js';

/**
 * `#a1b2c3d4` behind a name that somebody else goes or went by, else ''. As of its event `seq`, or now. We know who we are:
 * none for ourselves.
 */
export function markOf(state: State, peer: PeerId, seq?: number): string {
	const known = findPeer(state.roster, peer);
	if (!known || state.launches[peer] || !isNamesake(state, known, seq)) return '';
	return `#${fingerprintOf(state, peer)}`;
}

/** The name with its mark. */
export function labelOf(state: State, peer: PeerId, seq?: number): string {
	return nameOf(state, peer, seq) + markOf(state, peer, seq);
}
