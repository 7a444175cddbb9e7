/**
 * Hearsay: `lost` events about peers of which nothing else is known yet. These events are kept outside of the roster
 * (the records of known peers), because anybody can invent peer ids, and every record in the roster costs memory and
 * time. The first event of such a peer, or our first observation of it, moves the hearsay about it into the roster.
 *
 * The first byte of the peer id that an event reports as lost selects one of 256 buckets. Values are immutable, so
 * each change makes a copy, but only of the buckets that change.
 */
import type {FeedEvent, PeerId} from './event.js';
import {MAX_HEARSAY} from './limits.js';

export type LostEvent = FeedEvent & {readonly type: 'lost'};

export interface Hearsay {
	readonly buckets: readonly Readonly<Record<PeerId, readonly LostEvent[]>>[];
	/** Number of events in all buckets, at most MAX_HEARSAY. Further events are not remembered. */
	readonly count: number;
}

const BUCKET_COUNT = 256;

export const emptyHearsay: Hearsay = Object.freeze({
	buckets: Object.freeze(Array.from({length: BUCKET_COUNT}, () => Object.freeze({}))),
	count: 0,
});

function bucketIndex(subject: PeerId): number {
	return Number.parseInt(subject.slice(0, 2), 16) || 0;
}

export function hearsayAbout({buckets}: Hearsay, subject: PeerId): readonly LostEvent[] {
	return buckets[bucketIndex(subject)]?.[subject] ?? [];
}

/**
 * Removes the events about the peers in `taken`, which are in the roster now. Then adds `events` until MAX_HEARSAY is
 * reached. Copies each changed bucket once.
 */
export function changeHearsay(hearsay: Hearsay, taken: Iterable<PeerId>, events: readonly LostEvent[]): Hearsay {
	const copies = new Map<number, Record<PeerId, readonly LostEvent[]>>();
	let {count} = hearsay;

	function bucketOf(subject: PeerId): Record<PeerId, readonly LostEvent[]> {
		const index = bucketIndex(subject);
		const copy = copies.get(index) ?? {...hearsay.buckets[index]};
		copies.set(index, copy);
		return copy;
	}

	for (const subject of taken) {
		if (hearsayAbout(hearsay, subject).length === 0) continue;
		const bucket = bucketOf(subject);
		count -= bucket[subject]?.length ?? 0;
		delete bucket[subject];
	}
	for (const event of events) {
		if (count >= MAX_HEARSAY) break;
		const known = copies.get(bucketIndex(event.subject))?.[event.subject] ?? hearsayAbout(hearsay, event.subject);
		if (known.some(({peer, seq}) => peer === event.peer && seq === event.seq)) continue;
		bucketOf(event.subject)[event.subject] = [...known, event];
		count += 1;
	}
	if (copies.size === 0) return hearsay;
	return {buckets: hearsay.buckets.map((bucket, index) => copies.get(index) ?? bucket), count};
}
