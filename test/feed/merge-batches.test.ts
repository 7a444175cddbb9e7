import fc from 'fast-check';
import {expect, test} from 'vitest';
import {batchByteLength} from '../../source/core/batch.js';
import {MAX_BATCH_BYTES, MAX_BATCH_ENTRIES} from '../../source/core/limits.js';
import {createFeedTips} from '../../source/feed/feed-tips.js';
import {mergeBatches} from '../../source/feed/merge-batches.js';
import {createAuthor, post, posts, roomTag} from './make-feed.js';

test('consecutive batches become one batch that gives the same events as its parts', () => {
	fc.assert(
		fc.property(fc.array(fc.integer({min: 1, max: 4}), {minLength: 1, maxLength: 6}), counts => {
			const {feed} = createAuthor(1);
			let minute = 0;
			const batches = counts.map(count => {
				minute += count;
				return feed.append(posts(minute - count, count));
			});
			const merged = mergeBatches(batches);
			expect(merged).toHaveLength(1);
			const tips = createFeedTips({roomTag});
			expect(tips.accept(merged[0]!).type).toBe('accepted');
			expect(tips.tip(feed.peer)).toEqual(feed.tip());
		}),
		{numRuns: 20},
	);
});

test('batches of different feeds and batches with a gap between them stay separate', () => {
	const one = createAuthor(1).feed;
	const two = createAuthor(2).feed;
	const [a, b, c] = [one.append(posts(0, 1)), one.append(posts(1, 1)), one.append(posts(2, 1))];
	expect(mergeBatches([a, two.append(posts(0, 1)), b])).toHaveLength(3);
	expect(mergeBatches([a, c])).toEqual([a, c]);
	expect(mergeBatches([a, a])).toEqual([a, a]);
	expect(mergeBatches([])).toEqual([]);
});

test('mergeBatches never merges a batch that ends at or before a given seq with a batch that begins after this seq', () => {
	const {feed} = createAuthor(1);
	const batches = [2, 1, 3].map((count, index) => feed.append(posts(index * 5, count)));
	expect(mergeBatches(batches, 2).map(batch => batch.entries.length)).toEqual([2, 4]);
	expect(mergeBatches(batches, 3).map(batch => batch.entries.length)).toEqual([3, 3]);
	expect(mergeBatches(batches, 6)).toEqual(mergeBatches(batches));
});

test('no merged batch exceeds MAX_BATCH_BYTES or MAX_BATCH_ENTRIES', () => {
	const {feed} = createAuthor(1);
	const large = Array.from({length: 60}, (_, index) => feed.append([post(index, 'x'.repeat(16_000))]));
	const merged = mergeBatches(large);
	expect(merged.length).toBeLessThan(6);
	expect(merged.every(batch => batchByteLength(batch) <= MAX_BATCH_BYTES)).toBe(true);
	expect(merged.flatMap(batch => batch.entries)).toHaveLength(60);
	const [single] = large;
	const each = Math.ceil(MAX_BATCH_ENTRIES * 0.6);
	const tiny = Array.from({length: 3}, (_, index) => ({
		...single!,
		firstSeq: 1 + index * each,
		entries: Array.from({length: each}, () => new Uint8Array(2)),
	}));
	expect(mergeBatches(tiny).every(batch => batch.entries.length <= MAX_BATCH_ENTRIES)).toBe(true);
});
