import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {HaveFeed} from '../../source/codec/message-types.js';
import type {PeerId} from '../../source/core/event.js';
import {HAVE_BUCKETS} from '../../source/core/limits.js';
import {createHaveIndex} from '../../source/feed/have-index.js';
import {bytes, peerId} from '../codec/arbitraries.js';

/** Peer ids of many feeds that are in few buckets. */
const peer = fc
	.tuple(fc.constantFrom('00', '01', 'fe', 'ff'), peerId)
	.map(([first, id]) => `${first}${id.slice(2)}` as PeerId);
const feed: fc.Arbitrary<HaveFeed> = fc.record({peer, seq: fc.integer({min: 1, max: 1000}), hash: bytes(8)});
const feeds = fc.uniqueArray(feed, {maxLength: 60, selector: ({peer}) => peer});

function indexOf(all: readonly HaveFeed[]) {
	const index = createHaveIndex();
	for (const entry of all) index.set(entry);
	return index;
}

test('the digest of an inventory depends on the feeds, but not on their order of arrival', () => {
	fc.assert(
		fc.property(feeds, all => {
			const index = indexOf(all);
			for (const entry of all) index.set({...entry, seq: entry.seq + 1});
			index.digest();
			for (const entry of [...all].reverse()) index.set(entry);
			expect(index.digest()).toEqual(indexOf(all).digest());
			expect(indexOf([...all].reverse()).digest()).toEqual(indexOf(all).digest());
		}),
	);
});

test('a changed feed changes the digest of its bucket and of no other bucket', () => {
	fc.assert(
		fc.property(feeds, fc.array(fc.nat(), {maxLength: 5}), (all, picks) => {
			const changed = all.length === 0 ? [] : [...new Set(picks.map(pick => pick % all.length))];
			const index = indexOf(all);
			const before = index.digest();
			for (const pick of changed) index.set({...all[pick]!, seq: all[pick]!.seq + 1});
			const after = index.digest();
			const differing = Array.from({length: HAVE_BUCKETS}, (_, bucket) => bucket).filter(
				bucket =>
					Buffer.compare(before.subarray(bucket * 8, bucket * 8 + 8), after.subarray(bucket * 8, bucket * 8 + 8)) !== 0,
			);
			const expected = new Set(changed.map(pick => Number.parseInt(all[pick]!.peer.slice(0, 2), 16)));
			expect(new Set(differing)).toEqual(expected);
		}),
	);
});

test('every feed of an inventory is in exactly one bucket of the digest', () => {
	fc.assert(
		fc.property(feeds, all => {
			const index = indexOf(all);
			const listed = Array.from({length: HAVE_BUCKETS}, (_, bucket) => index.bucket(bucket)).flat();
			expect(new Set(listed)).toEqual(new Set(all));
			for (const entry of all) expect(index.get(entry.peer)).toBe(entry);
		}),
	);
});
