import fc from 'fast-check';
import {expect, test} from 'vitest';
import {BundleSegmenter} from '../../../source/ui/bundle-shims/segmenter.js';
import {hardText} from './hard-texts.js';

test('the segmenter of the bundle splits any text into the same graphemes as Intl.Segmenter', () => {
	const ours = new BundleSegmenter('en', {granularity: 'grapheme'});
	const theirs = new Intl.Segmenter('en', {granularity: 'grapheme'});
	fc.assert(
		fc.property(hardText, fc.integer({min: -2, max: 40}), (text, index) => {
			expect([...ours.segment(text)]).toEqual([...theirs.segment(text)]);
			expect(ours.segment(text).containing(index)).toEqual(theirs.segment(text).containing(index));
		}),
		{numRuns: 2000},
	);
});

test('the segmenter of the bundle splits plain text by grapheme if no granularity is given', () => {
	expect([...new BundleSegmenter().segment('añ→')]).toEqual([...new Intl.Segmenter().segment('añ→')]);
});

test('the segmenter of the bundle splits plain text by word if that is the granularity', () => {
	const options = {granularity: 'word'} as const;
	expect([...new BundleSegmenter('en', options).segment('two words')]).toEqual([
		...new Intl.Segmenter('en', options).segment('two words'),
	]);
});
