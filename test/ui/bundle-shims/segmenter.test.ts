import fc from 'fast-check';
import {expect, test} from 'vitest';
import {BundleSegmenter} from '../../../source/ui/bundle-shims/segmenter.js';
import {hardText} from './hard-texts.js';

test('the replacement for Intl.Segmenter in the bundle splits any text into the same graphemes as Intl.Segmenter', () => {
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

test('the replacement for Intl.Segmenter in the bundle splits plain text into graphemes if the caller names no unit', () => {
	expect([...new BundleSegmenter().segment('añ→')]).toEqual([...new Intl.Segmenter().segment('añ→')]);
});

test('the replacement for Intl.Segmenter in the bundle splits plain text into words if the caller asks for words', () => {
	const options = {granularity: 'word'} as const;
	expect([...new BundleSegmenter('en', options).segment('two words')]).toEqual([
		...new Intl.Segmenter('en', options).segment('two words'),
	]);
});
