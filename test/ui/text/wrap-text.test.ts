import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {cellWidth, splitGraphemes, truncateCells} from '../../../source/ui/text/graphemes.js';
import {wrapText} from '../../../source/ui/text/wrap-text.js';

const wrap = (text: string, firstCells: number, otherCells = firstCells) =>
	wrapText(text, firstCells, otherCells).map(line => text.slice(line.start, line.end));

describe('the text layout', () => {
	test('the text layout breaks at spaces and newlines, and splits words that are longer than a row', () => {
		expect(wrap('one two three', 8)).toEqual(['one two', 'three']);
		expect(wrap('one\n\ntwo', 8)).toEqual(['one', '', 'two']);
		expect(wrap('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij']);
		expect(wrap('', 4)).toEqual(['']);
		expect(wrap('ab cdef', 2, 4)).toEqual(['ab', 'cdef']);
	});

	test('the text layout breaks between wide characters, never inside a grapheme cluster', () => {
		expect(wrap('日本語テキスト', 5)).toEqual(['日本', '語テ', 'キス', 'ト']);
		expect(wrap('ab👨‍👩‍👧cd', 3)).toEqual(['ab', '👨‍👩‍👧', 'cd']);
		expect(wrap('🇯🇵🇩🇪', 3)).toEqual(['🇯🇵', '🇩🇪']);
	});

	test('the text layout wraps 16 KiB without a space in under two seconds', () => {
		const started = performance.now();
		expect(wrapText('x'.repeat(16_384), 40, 40)).toHaveLength(410);
		expect(wrapText('語'.repeat(5461), 40, 40)).toHaveLength(274);
		expect(performance.now() - started).toBeLessThan(2000);
	});

	test('the text layout produces no row that is too wide and omits only the spaces and newlines at breaks', () => {
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
			fc.property(
				text,
				fc.integer({min: 2, max: 30}),
				fc.integer({min: 2, max: 30}),
				(input, firstCells, otherCells) => {
					const lines = wrapText(input, firstCells, otherCells);
					let end = 0;
					for (const [index, line] of lines.entries()) {
						const row = input.slice(line.start, line.end);
						// A cluster wider than the row, like some musical symbols, gets a row of its own.
						const fits =
							cellWidth(row.trimEnd()) <= (index === 0 ? firstCells : otherCells) || splitGraphemes(row).length === 1;
						expect(fits, row).toBe(true);
						expect(input.slice(end, line.start)).toMatch(/^ ?\n?$/);
						end = line.end;
					}
					expect(input.slice(end)).toMatch(/^ ?$/);
				},
			),
			{numRuns: 500},
		);
	});

	test('the text layout truncates to the given width without splitting a grapheme cluster', () => {
		expect(truncateCells('日本語', 4)).toBe('日…');
		expect(truncateCells('👨‍👩‍👧x', 2)).toBe('…');
		expect(truncateCells('abc', 3)).toBe('abc');
	});
});
