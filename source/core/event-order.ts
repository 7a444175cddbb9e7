/** Hybrid logical clock, Kulkarni et al. 2014, as pure steps. The counter stays below 65,536 by carrying into ms. */
import type {Hlc, PeerId} from './event.js';
import {MAX_HLC_AHEAD_MS, MAX_HLC_COUNTER, MAX_HLC_MERGED_MS} from './limits.js';

export const HLC_ZERO: Hlc = {ms: 0, counter: 0};

export function compareHlc(a: Hlc, b: Hlc): number {
	return a.ms === b.ms ? a.counter - b.counter : a.ms - b.ms;
}

function carryCounter(ms: number, counter: number): Hlc {
	return counter > MAX_HLC_COUNTER ? {ms: ms + 1, counter: 0} : {ms, counter};
}

/** The reading for a new local event; always greater than `last`. `wall` in ms. */
export function tickHlc(last: Hlc, wall: number): Hlc {
	return wall > last.ms ? {ms: wall, counter: 0} : carryCounter(last.ms, last.counter + 1);
}

/** Whether an event of this time is shown now: at most 24 h ahead of our own wall clock. */
export function isDue(remote: Hlc, wall: number): boolean {
	return remote.ms <= wall + MAX_HLC_AHEAD_MS;
}

/**
 * Whether a remote reading may move our clock: an hour less than what is shown, else whoever moves it to the very edge
 * has all that we write hidden from those whose wall clock is a moment behind ours.
 */
export function isMergeable(remote: Hlc, wall: number): boolean {
	return remote.ms <= wall + MAX_HLC_MERGED_MS;
}

/** Our clock after hearing `remote`: at least both. A reading too far ahead is left out. Never moves back. */
export function mergeHlc(last: Hlc, remote: Hlc, wall: number): Hlc {
	if (!isMergeable(remote, wall)) return last;
	return compareHlc(remote, last) > 0 ? {ms: remote.ms, counter: remote.counter} : last;
}

/** What the timeline sorts by: (HLC ms, HLC counter, peer id, seq). */
export interface OrderKey {
	readonly ms: number;
	readonly counter: number;
	readonly peer: PeerId;
	readonly seq: number;
}

/** Negative when `a` stands before `b`. Total: zero only for the same event. Peer ids compare bytewise. */
export function compareOrder(a: OrderKey, b: OrderKey): number {
	if (a.ms !== b.ms) return a.ms - b.ms;
	if (a.counter !== b.counter) return a.counter - b.counter;
	if (a.peer !== b.peer) return a.peer < b.peer ? -1 : 1;
	return a.seq - b.seq;
}

/** A string that sorts bytewise as the timeline: fixed-width hexadecimal fields joined by `-`. */
export function toSortableString(key: OrderKey): string {
	const hex = (value: number, width: number) => value.toString(16).padStart(width, '0');
	return `${hex(key.ms, 14)}-${hex(key.counter, 4)}-${key.peer}-${hex(key.seq, 14)}`;
}
