import fc from 'fast-check';
import stringWidth from 'string-width';
import {expect, test} from 'vitest';
import quickStringWidth from '../../../source/ui/bundle-shims/string-width.js';
import {hardText} from './hard-texts.js';

test('the replacement for string-width in the bundle returns the same width as the package string-width for any text', () => {
	fc.assert(
		fc.property(hardText, text => {
			expect(quickStringWidth(text)).toBe(stringWidth(text));
		}),
		{numRuns: 2000},
	);
});

test('the replacement for string-width in the bundle has the same options as the package string-width, with the same effect', () => {
	const coloured = '\u001b[1m·';
	const options = {countAnsiEscapeCodes: true};
	expect(quickStringWidth(coloured, options)).toBe(stringWidth(coloured, options));
	expect(quickStringWidth('·', {ambiguousIsNarrow: false})).toBe(2);
});

test('the replacement for string-width in the bundle returns the width of the package string-width for each character from U+1F000 to U+1FFFF, also next to joining characters', () => {
	const emoji = Array.from({length: 0x1000}, (_, index) => String.fromCodePoint(0x1f000 + index));
	const around = ['', 'a', '👩', '🏽', '🇩', '\u200d', '\ufe0f', '\u0301', '日'];
	const wrong = emoji.flatMap(one =>
		around.flatMap(other => [one + other, other + one]).filter(text => quickStringWidth(text) !== stringWidth(text)),
	);
	expect(wrong).toEqual([]);
});
