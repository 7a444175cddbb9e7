/** What the screen and JSON lines ask about the state as a whole. Pure; see select-peers.ts for people. */

import {findLastAtMost} from './binary-search.js';
import {isPeerId, type PeerId} from './event.js';
import type {Audience, EphemeralState, State} from './state.js';

export interface Delivery {
	/** How many of them hold it on their disk. */
	readonly delivered: number;
	/** How many were connected when it was posted. */
	readonly of: number;
}

/**
 * Of our own post `seq` in this launch; undefined when nothing is known of who was there. Posted while nobody was: then
 * whoever holds it by now counts, of 0.
 */
export function selectDelivery(state: State, seq: number): Delivery | undefined {
	const {audiences, delivered} = state.ephemeral;
	const audience: Audience | undefined = findLastAtMost(audiences, seq, item => item.fromSeq);
	if (audience === undefined) return undefined;
	if (audience.peers.length === 0) {
		return {delivered: Object.values(delivered).filter(held => held >= seq).length, of: 0};
	}

	let count = 0;
	for (const peer of audience.peers) if ((delivered[peer] ?? 0) >= seq) count++;
	return {delivered: count, of: audience.peers.length};
}

/** Undefined when no history is coming in. */
export function selectSyncProgress(state: State): EphemeralState['sync'] | undefined {
	return state.ephemeral.sync.expected > 0 ? state.ephemeral.sync : undefined;
}

/** Rows that wait because their author's clock is too far ahead. */
export function selectPendingCount(state: State): number {
	return state.pending.length;
}

/** Who is typing now, in the order of their ids. */
export function selectTyping(state: State): PeerId[] {
	const {typing, now} = state.ephemeral;
	return listTypingPeers(typing).filter(peer => (typing[peer] ?? 0) > now);
}

function listTypingPeers(typing: EphemeralState['typing']): PeerId[] {
	const peers: PeerId[] = [];
	for (const key in typing) if (isPeerId(key)) peers.push(key);
	return peers.sort();
}
