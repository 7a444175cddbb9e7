/** Hybrid logical clock (Kulkarni et al. 2014) and the total order of events, as pure functions. */
import type {Hlc, PeerId} from './event.js';
import {MAX_HLC_AHEAD_MS, MAX_HLC_COUNTER, MAX_HLC_MERGED_MS} from './limits.js';

/** Sort key of the timeline, in this order of significance: HLC ms, HLC counter, peer id, seq. */
export interface OrderKey {
	readonly ms: number;
	readonly counter: number;
	readonly peer: PeerId;
	readonly seq: number;
}

export const HLC_ZERO: Hlc = {ms: 0, counter: 0};

/** Negative when `a` comes before `b`, 0 when both are equal. */
export function compareHlc(a: Hlc, b: Hlc): number {
	return a.ms === b.ms ? a.counter - b.counter : a.ms - b.ms;
}

/** Negative when `a` comes before `b`, 0 only for the same event. Peer ids compare bytewise. */
export function compareOrder(a: OrderKey, b: OrderKey): number {
	// Not compareHlc: this is the innermost comparison of every sort and search.
	if (a.ms !== b.ms) return a.ms - b.ms;
	if (a.counter !== b.counter) return a.counter - b.counter;
	if (a.peer !== b.peer) return a.peer < b.peer ? -1 : 1;
	return a.seq - b.seq;
}

/** String form of the key that sorts bytewise like the timeline: hexadecimal fields of fixed width, joined by `-`. */
export function toSortableString(key: OrderKey): string {
	const hex = (value: number, width: number) => value.toString(16).padStart(width, '0');
	return `${hex(key.ms, 14)}-${hex(key.counter, 4)}-${key.peer}-${hex(key.seq, 14)}`;
}

/** Reading for a new local event, always greater than `last`. `wall`: ms. */
export function tickHlc(last: Hlc, wall: number): Hlc {
	if (wall > last.ms) return {ms: wall, counter: 0};
	return last.counter < MAX_HLC_COUNTER ? {ms: last.ms, counter: last.counter + 1} : {ms: last.ms + 1, counter: 0};
}

/** Whether an event of this time may be shown: at most MAX_HLC_AHEAD_MS ahead of our wall clock. */
export function isDue(remote: Hlc, wall: number): boolean {
	return remote.ms <= wall + MAX_HLC_AHEAD_MS;
}

/**
 * Whether a remote reading may move our clock. The limit is an hour below that of `isDue`. Otherwise a peer could move our
 * clock to the very limit, and nodes whose wall clock is slightly behind ours would hide everything that we write.
 */
export function isMergeable(remote: Hlc, wall: number): boolean {
	return remote.ms <= wall + MAX_HLC_MERGED_MS;
}

/** Our clock after receiving `remote`: the greater of both, or `last` when `remote` is too far ahead. */
export function mergeHlc(last: Hlc, remote: Hlc, wall: number): Hlc {
	if (!isMergeable(remote, wall)) return last;
	return compareHlc(remote, last) > 0 ? {ms: remote.ms, counter: remote.counter} : last;
}
