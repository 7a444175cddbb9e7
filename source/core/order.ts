import type {PeerId} from './ids.js';

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
export function orderString(key: OrderKey): string {
	const hex = (value: number, width: number) => value.toString(16).padStart(width, '0');
	return `${hex(key.ms, 14)}-${hex(key.counter, 4)}-${key.peer}-${hex(key.seq, 14)}`;
}
