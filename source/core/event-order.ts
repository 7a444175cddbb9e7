/** Hybrid logical clock (Kulkarni et al. 2014) and the total order of events, as pure functions. */
import type {Hlc, PeerId} from './event.js';
import {HLC_LIMIT_STEP_MS, MAX_HLC_AHEAD_MS, MAX_HLC_COUNTER, MAX_HLC_MERGED_MS} from './limits.js';

/** Sort key of the timeline. Keys are compared by HLC ms first, then by HLC counter, peer id and seq. */
export interface OrderKey {
	readonly ms: number;
	readonly counter: number;
	readonly peer: PeerId;
	readonly seq: number;
}

export const HLC_ZERO: Hlc = {ms: 0, counter: 0};

/** Negative if `a` comes before `b`, 0 if both are equal, positive otherwise. */
export function compareHlc(a: Hlc, b: Hlc): number {
	return a.ms === b.ms ? a.counter - b.counter : a.ms - b.ms;
}

/**
 * Compares two positions in timeline order: negative if `a` comes before `b`, 0 only for the same event. Peer ids are
 * compared bytewise.
 */
export function compareOrder(a: OrderKey, b: OrderKey): number {
	// Repeats the code of compareHlc to save a function call, because every sort and search spends most of its time
	// in this function.
	if (a.ms !== b.ms) return a.ms - b.ms;
	if (a.counter !== b.counter) return a.counter - b.counter;
	if (a.peer !== b.peer) return a.peer < b.peer ? -1 : 1;
	return a.seq - b.seq;
}

/**
 * String form of a sort key: hexadecimal fields of fixed width, joined by `-`. Sorting these strings bytewise gives
 * the order of the timeline.
 */
export function toSortableString(key: OrderKey): string {
	const hex = (value: number, width: number) => value.toString(16).padStart(width, '0');
	return `${hex(key.ms, 14)}-${hex(key.counter, 4)}-${key.peer}-${hex(key.seq, 14)}`;
}

/**
 * HLC for a new event of this node, always greater than `last`, the highest HLC so far. `wall`: wall clock in ms
 * since 1970.
 */
export function tickHlc(last: Hlc, wall: number): Hlc {
	if (wall > last.ms) return {ms: wall, counter: 0};
	return last.counter < MAX_HLC_COUNTER ? {ms: last.ms, counter: last.counter + 1} : {ms: last.ms + 1, counter: 0};
}

/** Whether an event with this HLC may be shown now: it is at most MAX_HLC_AHEAD_MS ahead of our wall clock. */
export function isDue(remote: Hlc, wall: number): boolean {
	return remote.ms <= wall + MAX_HLC_AHEAD_MS;
}

/**
 * Highest HLC, in ms, that our clock follows: between 22 h and 23 h ahead of our wall clock. The limit moves in steps
 * of an hour. Two nodes whose wall clocks differ by a few seconds therefore have the same limit, except for a few
 * seconds at each step. If the limit moved continuously, an event at the limit of one node would be beyond the limit
 * of another node. Answers that the other node writes to this event would then sort before the event.
 */
export function hlcLimit(wall: number): number {
	return Math.floor(wall / HLC_LIMIT_STEP_MS) * HLC_LIMIT_STEP_MS + MAX_HLC_MERGED_MS;
}

/**
 * Whether our HLC may advance to a remote HLC: the remote HLC is not above `hlcLimit`. This limit is at least an hour
 * below the limit of `isDue`. So the events that we write then are shown at once even by peers whose clocks are an
 * hour behind ours.
 */
export function isMergeable(remote: Hlc, wall: number): boolean {
	return remote.ms <= hlcLimit(wall);
}

/** The greater of two HLC readings. */
export function maxHlc(a: Hlc, b: Hlc): Hlc {
	return compareHlc(a, b) >= 0 ? a : {ms: b.ms, counter: b.counter};
}

/**
 * The HLC to which a remote HLC may advance our clock: the remote HLC itself, but at most `hlcLimit`. HLC_ZERO, which
 * advances no clock, if the remote HLC is not due.
 */
export function followedHlc(remote: Hlc, wall: number): Hlc {
	if (isMergeable(remote, wall)) return remote;
	return isDue(remote, wall) ? {ms: hlcLimit(wall), counter: 0} : HLC_ZERO;
}
