/** Selectors for the state as a whole. Selectors for people are in select-peers.ts and select-people.ts. */
import {findLastAtMost} from './binary-search.js';
import type {PeerId} from './event.js';
import {listPeerKeys} from './reduce-ephemeral.js';
import type {EphemeralState, State} from './state.js';

export interface Delivery {
	/** Number of peers that have the post on their disk. */
	readonly delivered: number;
	/** Number of peers that were connected when it was posted. */
	readonly of: number;
}

/**
 * Delivery of our own post `seq` of this launch; undefined when its audience is not known. For a post without an audience
 * `of` is 0 and `delivered` counts everyone who has it by now.
 */
export function selectDelivery(state: State, seq: number): Delivery | undefined {
	const {audiences, delivered} = state.ephemeral;
	const audience = findLastAtMost(audiences, seq, item => item.fromSeq);
	if (audience === undefined) return undefined;
	if (audience.peers.length === 0) {
		return {delivered: Object.values(delivered).filter(deliveredSeq => deliveredSeq >= seq).length, of: 0};
	}

	let count = 0;
	for (const peer of audience.peers) if ((delivered[peer] ?? 0) >= seq) count++;
	return {delivered: count, of: audience.peers.length};
}

/** Progress of the history being received; undefined when there is none. */
export function selectSyncProgress(state: State): EphemeralState['sync'] | undefined {
	return state.ephemeral.sync.expected > 0 ? state.ephemeral.sync : undefined;
}

/** Number of rows that are hidden because the clock of their author is too far ahead. */
export function selectPendingCount(state: State): number {
	return state.pending.length;
}

/** Peers that are typing now, in the order of their ids. */
export function selectTyping(state: State): PeerId[] {
	const {typing, now} = state.ephemeral;
	return listPeerKeys(typing)
		.filter(peer => (typing[peer] ?? 0) > now)
		.sort();
}
