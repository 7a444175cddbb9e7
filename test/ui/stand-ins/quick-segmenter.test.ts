import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {QuickSegmenter} from '../../../source/ui/stand-ins/quick-segmenter.js';
import {isSingleUnits} from '../../../source/ui/stand-ins/single-units.js';
import {hardText} from './texts.js';

describe('the segmenter of the bundle', () => {
	test.each(['grapheme', 'word', 'sentence'] as const)('cuts any text into the same parts by %s', granularity => {
		const quick = new QuickSegmenter('en', {granularity});
		const real = new Intl.Segmenter('en', {granularity});
		fc.assert(
			fc.property(hardText, text => {
				expect([...quick.segment(text)]).toEqual([...real.segment(text)]);
			}),
			{numRuns: 500},
		);
	});

	test('finds the part around an offset, and says how it was made', () => {
		const quick = new QuickSegmenter();
		const real = new Intl.Segmenter();
		expect(quick.segment('abc').containing(1)).toEqual(real.segment('abc').containing(1));
		expect(quick.resolvedOptions()).toEqual(real.resolvedOptions());
		expect(QuickSegmenter.supportedLocalesOf(['en'])).toEqual(['en']);
	});

	test('each unit it takes for a grapheme stands alone between any two others', () => {
		const real = new Intl.Segmenter();
		const units = Array.from({length: 0x10000}, (_, unit) => String.fromCharCode(unit)).filter(isSingleUnits);
		expect(units.length).toBeGreaterThan(30_000);
		expect([...real.segment(units.join(''))]).toHaveLength(units.length);
		fc.assert(
			fc.property(fc.array(fc.nat(units.length - 1), {maxLength: 30}), places => {
				const text = places.map(place => units[place]).join('');
				expect([...real.segment(text)]).toHaveLength(places.length);
			}),
			{numRuns: 2000},
		);
	});
});
