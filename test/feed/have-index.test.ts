import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {HaveFeed} from '../../source/codec/message.js';
import type {PeerId} from '../../source/core/event.js';
import {HAVE_BUCKETS} from '../../source/core/limits.js';
import {createHaveIndex} from '../../source/feed/have-index.js';
import {bytes, peerId} from '../codec/arbitraries.js';

/** Many feeds in few buckets. */
const peer = fc
	.tuple(fc.constantFrom('00', '01', 'fe', 'ff'), peerId)
	.map(([first, id]) => `${first}${id.slice(2)}` as PeerId);
const feed: fc.Arbitrary<HaveFeed> = fc.record({peer, seq: fc.integer({min: 1, max: 1000}), hash: bytes(8)});
const feeds = fc.uniqueArray(feed, {maxLength: 60, selector: ({peer}) => peer});

function indexOf(all: readonly HaveFeed[]) {
	const index = createHaveIndex();
	for (const one of all) index.set(one);
	return index;
}

test('the digest hangs on what is held, not on the order in which it came', () => {
	fc.assert(
		fc.property(feeds, all => {
			const index = indexOf(all);
			for (const one of all) index.set({...one, seq: one.seq + 1});
			index.digest();
			for (const one of [...all].reverse()) index.set(one);
			expect(index.digest()).toEqual(indexOf(all).digest());
			expect(indexOf([...all].reverse()).digest()).toEqual(indexOf(all).digest());
		}),
	);
});

test('exactly the buckets of feeds that differ have other digests', () => {
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

test('the buckets hold every feed once', () => {
	fc.assert(
		fc.property(feeds, all => {
			const index = indexOf(all);
			const held = Array.from({length: HAVE_BUCKETS}, (_, bucket) => index.bucket(bucket)).flat();
			expect(new Set(held)).toEqual(new Set(all));
			for (const one of all) expect(index.get(one.peer)).toBe(one);
		}),
	);
});
