import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {cellWidth, splitGraphemes, truncateCells} from '../../../source/ui/text/graphemes.js';
import {wrapText} from '../../../source/ui/text/wrap-text.js';

const wrap = (text: string, first: number, rest = first) =>
	wrapText(text, first, rest).map(line => text.slice(line.start, line.end));

describe('wrapping', () => {
	test('breaks at spaces and newlines, cuts what is longer than a row', () => {
		expect(wrap('one two three', 8)).toEqual(['one two', 'three']);
		expect(wrap('one\n\ntwo', 8)).toEqual(['one', '', 'two']);
		expect(wrap('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij']);
		expect(wrap('', 4)).toEqual(['']);
		expect(wrap('ab cdef', 2, 4)).toEqual(['ab', 'cdef']);
	});

	test('breaks between wide characters, never inside one or a grapheme', () => {
		expect(wrap('日本語テキスト', 5)).toEqual(['日本', '語テ', 'キス', 'ト']);
		expect(wrap('ab👨‍👩‍👧cd', 3)).toEqual(['ab', '👨‍👩‍👧', 'cd']);
		expect(wrap('🇯🇵🇩🇪', 3)).toEqual(['🇯🇵', '🇩🇪']);
	});

	test('16 KiB without a space wrap in a moment', () => {
		const started = performance.now();
		expect(wrapText('x'.repeat(16_384), 40, 40)).toHaveLength(410);
		expect(wrapText('語'.repeat(5461), 40, 40)).toHaveLength(274);
		expect(performance.now() - started).toBeLessThan(500);
	});

	test('no row is wider than its room, and only broken-at spaces and newlines are missing', () => {
		const text = fc
			.array(
				fc.oneof(
					fc.string({unit: 'grapheme', maxLength: 12}),
					fc.constantFrom(' ', '\n', '日本', '👨‍👩‍👧', 'aé', 'العربية'),
				),
				{maxLength: 20},
			)
			.map(parts => parts.join(''));
		fc.assert(
			fc.property(text, fc.integer({min: 2, max: 30}), fc.integer({min: 2, max: 30}), (typed, first, rest) => {
				const lines = wrapText(typed, first, rest);
				let from = 0;
				for (const [index, line] of lines.entries()) {
					const row = typed.slice(line.start, line.end);
					// A grapheme wider than the room (musical symbols) has a row of its own.
					const fits = cellWidth(row.trimEnd()) <= (index === 0 ? first : rest) || splitGraphemes(row).length === 1;
					expect(fits, row).toBe(true);
					expect(typed.slice(from, line.start)).toMatch(/^ ?\n?$/);
					from = line.end;
				}
				expect(typed.slice(from)).toMatch(/^ ?$/);
			}),
			{numRuns: 500},
		);
	});

	test('cut texts fit and never end in half a grapheme', () => {
		expect(truncateCells('日本語', 4)).toBe('日…');
		expect(truncateCells('👨‍👩‍👧x', 2)).toBe('…');
		expect(truncateCells('abc', 3)).toBe('abc');
	});
});
