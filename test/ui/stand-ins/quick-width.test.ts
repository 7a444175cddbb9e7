import fc from 'fast-check';
import stringWidth from 'string-width';
import {describe, expect, test} from 'vitest';
import quickWidth from '../../../source/ui/stand-ins/quick-width.js';
import {hardText} from './texts.js';

describe('the width the bundle measures with', () => {
	test('is that of string-width for any text', () => {
		fc.assert(
			fc.property(hardText, text => {
				expect(quickWidth(text)).toBe(stringWidth(text));
				expect(quickWidth(text)).toBe(stringWidth(text));
			}),
			{numRuns: 2000},
		);
	});

	test('is that of string-width for every unit that it takes for a grapheme of its own', () => {
		for (let unit = 0; unit < 0x10000; unit++) {
			const text = `a${String.fromCharCode(unit)}b`;
			if (quickWidth(text) !== stringWidth(text)) throw new Error(`U+${unit.toString(16)}`);
		}
	});

	test('leaves options to string-width', () => {
		expect(quickWidth('\u001b[1m·', {countAnsiEscapeCodes: true})).toBe(
			stringWidth('\u001b[1m·', {countAnsiEscapeCodes: true}),
		);
		expect(quickWidth('·', {ambiguousIsNarrow: false})).toBe(2);
	});
});
