/**
 * Everybody known, in 256 buckets by the first byte of the peer id, so that a change of one peer copies one bucket.
 */
import type {PeerId} from './ids.js';
import type {RosterPeer, State} from './state.js';

export type Roster = State['roster'];

/** What Immer hands out: buckets that may be written to, peers that are replaced as a whole. */
export type RosterDraft = Record<PeerId, RosterPeer>[];

const BUCKETS = 256;

export const emptyRoster: Roster = Object.freeze(Array.from({length: BUCKETS}, () => Object.freeze({})));

function bucketOf(peer: PeerId): number {
	return Number.parseInt(peer.slice(0, 2), 16) || 0;
}

export function findPeer(roster: Roster, peer: PeerId): RosterPeer | undefined {
	return roster[bucketOf(peer)]?.[peer];
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
		met: [],
		partings: [],
		connections: [],
		unreadable: 0,
	};
}

/** Puts a peer in its place; the one call that writes into a draft of the roster. */
export function setPeer(draft: RosterDraft, peer: RosterPeer): void {
	const bucket = draft[bucketOf(peer.peer)];
	if (bucket !== undefined) bucket[peer.peer] = peer;
}

/** In no particular order. */
export function listPeers(roster: Roster): RosterPeer[] {
	return roster.flatMap(bucket => Object.values(bucket));
}
