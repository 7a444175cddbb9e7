/** Selectors for the state as a whole. For peers see select-peers.ts, for people select-people.ts. */
import {findLastAtMost} from './binary-search.js';
import {type EventRef, isWritten, type PeerId, type Whisper} from './event.js';
import {listPeerKeys} from './reduce-ephemeral.js';
import type {EphemeralState, State} from './state.js';
import {sliceTimeline} from './timeline.js';

export interface Delivery {
	/** Number of peers that have stored our message or shared file. */
	readonly delivered: number;
	/**
	 * Number of peers that should store our message or shared file: they were connected when we wrote it, or their
	 * connection was lost and nobody had reported the loss yet.
	 */
	readonly of: number;
}

/**
 * Delivery of the message or shared file that we wrote as event `seq` in this launch; undefined if it is not known
 * which peers were connected when it was written. If no peer was connected, `of` is 0, and `delivered` is the number of
 * peers that have stored it since.
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

/**
 * Of the peers that should store our event `seq` (its audience): those that have stored it, and those that have not.
 * If nobody was connected when we wrote the event, `stored` contains all peers that have stored it since.
 */
export function selectHolders(state: State, seq: number): {readonly stored: PeerId[]; readonly missing: PeerId[]} {
	const {audiences, delivered} = state.ephemeral;
	const audience = findLastAtMost(audiences, seq, item => item.fromSeq)?.peers ?? [];
	const holds = (peer: PeerId) => (delivered[peer] ?? 0) >= seq;
	const stored = audience.length > 0 ? audience.filter(holds) : listPeerKeys(delivered).filter(holds);
	return {stored, missing: audience.filter(peer => !holds(peer))};
}

/**
 * Peers that are known to have stored an event of an earlier launch of ours. This is known only from the inventory
 * that each peer sent when it connected, so it may be out of date.
 */
export function selectEarlierHolders({ephemeral}: State, {peer, seq}: EventRef): PeerId[] {
	const delivered = ephemeral.deliveredEarlier[peer] ?? {};
	return listPeerKeys(delivered).filter(holder => (delivered[holder] ?? 0) >= seq);
}

/**
 * State of a whisper that we sent in this launch. `waiting`: the receiver has not answered. `delivered`: the receiver
 * has stored it in its log. Undefined for a whisper of another peer or of an earlier launch.
 */
export function selectWhisperDelivery(
	{launch, ephemeral}: State,
	{peer, subject, id, own}: Whisper,
): 'waiting' | 'delivered' | 'refused' | undefined {
	if (!own || peer !== launch?.peer) return undefined;
	const answered = ephemeral.whispered[subject];
	if (!answered || id > answered.id) return 'waiting';
	return answered.refused.includes(id) ? 'refused' : 'delivered';
}

const MAX_SCANNED_ENTRIES = 1000;

/**
 * Number of our whispers of this launch that their receivers have neither accepted nor refused yet. Only the newest
 * MAX_SCANNED_ENTRIES rows are counted.
 */
export function selectWaitingWhispers(state: State): number {
	const {timeline} = state;
	const from = Math.max(0, timeline.length - MAX_SCANNED_ENTRIES);
	return sliceTimeline(timeline, from, timeline.length).filter(
		entry => entry.type === 'whisper' && selectWhisperDelivery(state, entry) === 'waiting',
	).length;
}

/**
 * Number of messages and shared files of this launch that no other node has stored, plus the number of whispers that
 * no receiver has answered (`selectWaitingWhispers`). Only the newest MAX_SCANNED_ENTRIES rows are counted.
 */
export function selectUndeliveredCount(state: State): number {
	const {timeline, launch, ephemeral} = state;
	const held = Math.max(0, ...Object.values(ephemeral.delivered));
	const from = Math.max(0, timeline.length - MAX_SCANNED_ENTRIES);
	return sliceTimeline(timeline, from, timeline.length).filter(entry =>
		entry.type === 'whisper'
			? selectWhisperDelivery(state, entry) === 'waiting'
			: isWritten(entry) && entry.peer === launch?.peer && entry.seq > held,
	).length;
}

/** Progress of the history that is being received; undefined if no history is being received. */
export function selectSyncProgress(state: State): EphemeralState['sync'] | undefined {
	return state.ephemeral.sync.expected > 0 ? state.ephemeral.sync : undefined;
}

/** Number of timeline rows that are hidden, because the clock of their author is too far ahead of ours. */
export function selectPendingCount(state: State): number {
	return state.pending.length;
}

/** Peers that are typing now, sorted by id. */
export function selectTyping(state: State): PeerId[] {
	const {typing, now} = state.ephemeral;
	return listPeerKeys(typing)
		.filter(peer => (typing[peer] ?? 0) > now)
		.sort();
}
