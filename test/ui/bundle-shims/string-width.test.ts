import fc from 'fast-check';
import stringWidth from 'string-width';
import {expect, test} from 'vitest';
import quickStringWidth from '../../../source/ui/bundle-shims/string-width.js';
import {hardText} from './hard-texts.js';

test('the string-width of the bundle returns the same width as the package string-width for any text', () => {
	fc.assert(
		fc.property(hardText, text => {
			expect(quickStringWidth(text)).toBe(stringWidth(text));
		}),
		{numRuns: 2000},
	);
});

test('the options of string-width have the same effect in the string-width of the bundle', () => {
	const coloured = '\u001b[1m·';
	const options = {countAnsiEscapeCodes: true};
	expect(quickStringWidth(coloured, options)).toBe(stringWidth(coloured, options));
	expect(quickStringWidth('·', {ambiguousIsNarrow: false})).toBe(2);
});

test('each character from U+1F000 to U+1FFFF beside any of several neighbours has the width that the package string-width returns', () => {
	const emoji = Array.from({length: 0x1000}, (_, index) => String.fromCodePoint(0x1f000 + index));
	const around = ['', 'a', '👩', '🏽', '🇩', '\u200d', '\ufe0f', '\u0301', '日'];
	const wrong = emoji.flatMap(one =>
		around.flatMap(other => [one + other, other + one]).filter(text => quickStringWidth(text) !== stringWidth(text)),
	);
	expect(wrong).toEqual([]);
});
