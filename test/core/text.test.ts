import {readFileSync} from 'node:fs';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {MAX_COMBINING_MARKS, MAX_NAME_BYTES, MAX_TEXT_BYTES} from '../../source/core/limits.js';
import {cleanName, cleanText, utf8Length} from '../../source/core/text.js';

interface HostileText {
	readonly name: string;
	readonly text: string;
	readonly clean: string;
}

const corpus = JSON.parse(
	readFileSync(new URL('../../fixtures/hostile-texts.json', import.meta.url), 'utf8'),
) as readonly HostileText[];

/**
 * Pieces that the tests join to longer texts. In such a text, removing one unsafe piece can join its neighbours to a
 * new unsafe sequence.
 */
const pieces = [
	...[
		'\u001b',
		'[',
		']',
		'P',
		'\\',
		'0;',
		'm',
		'\u0007',
		'\u009b',
		'\u009d',
		'\u009c',
		'\u0090',
		'\r',
		'\n',
		'\t',
		'\0',
		' ',
	],
	...[
		'\u200b',
		'\u200c',
		'\u200d',
		'\u202e',
		'\u2066',
		'\ufe0f',
		'\ufe0e',
		'\ufe00',
		'\u{e0100}',
		'\u{e0041}',
		'\ufeff',
	],
	...['\u0301', '\u094d', '\u20e3', '\u3164', '\u2800', '\ud800', '\udc00', '\u2028', '\u00ad', '\u{1f3fd}'],
	...['a', '1', '#', 'é', 'ß', '你', '\u0915', '\u0645', '\u1100', '👩', '❤', '🇩', '🏴', '\u{1f9d1}'],
];
const hostile = fc.oneof(
	fc.array(fc.constantFrom(...pieces), {maxLength: 40}).map(parts => parts.join('')),
	fc.string({unit: 'binary', maxLength: 60}),
	fc.array(fc.integer({min: 0, max: 0xff_ff}), {maxLength: 40}).map(units => String.fromCharCode(...units)),
);

describe('cleanText', () => {
	it.each(corpus)('cleanText: $name', ({text, clean}) => {
		expect(cleanText(text)).toBe(clean);
	});

	it('cleanText does not change a text that it has cleaned before', () => {
		fc.assert(
			fc.property(hostile, fc.constantFrom(MAX_TEXT_BYTES, 40, 7), (text, maxBytes) => {
				const clean = cleanText(text, maxBytes);
				expect(cleanText(clean, maxBytes)).toBe(clean);
			}),
			{numRuns: 3000},
		);
	});

	it('cleanText leaves no control, reordering or tag character, and no long run of combining marks', () => {
		fc.assert(
			fc.property(hostile, text => {
				const clean = cleanText(text);
				expect(clean).not.toMatch(/(?!\n)[\p{Cc}\p{Surrogate}\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u);
				expect(clean).not.toMatch(/[\u{e0000}-\u{e007f}]/u);
				expect(clean).not.toMatch(new RegExp(`\\p{M}{${MAX_COMBINING_MARKS + 1}}`, 'u'));
				expect(clean).not.toMatch(/^\p{M}|\n\p{M}/u);
			}),
			{numRuns: 3000},
		);
	});

	it('cleanText does not change a text that contains only letters', () => {
		fc.assert(
			fc.property(fc.stringMatching(/^[\n a-zA-Zäöüß你好かなабвгд한국!?()]*$/), text => {
				expect(cleanText(text)).toBe(text);
			}),
		);
	});

	it('cleanText truncates between graphemes', () => {
		const family = '👨‍👩‍👧‍👦';
		expect(cleanText(`${family}${family}`, 49)).toBe(family);
		expect(cleanText('aé', 2)).toBe('a');
		expect(cleanText('\u0645\u200c\u062e', 6)).toBe('\u0645');
		expect(cleanText('e\u0301e\u0301', 5)).toBe('e\u0301');
		expect(utf8Length(cleanText('你'.repeat(10_000)))).toBeLessThanOrEqual(MAX_TEXT_BYTES);
		expect(cleanText('x'.repeat(MAX_TEXT_BYTES + 1)).length).toBe(MAX_TEXT_BYTES);
	});

	it('cleanText takes linear time, even for hostile input', () => {
		const start = performance.now();
		for (const unit of [
			'\u001b]',
			'\u0090',
			'\u001b[',
			'\u0301',
			'👩\u200d',
			'\u0915\u094d\u200d',
			'\u200c',
			'\n\u0301',
			'\ud800',
		]) {
			cleanText(unit.repeat(60_000));
		}
		expect(performance.now() - start).toBeLessThan(3000);
	});
});

describe('cleanName', () => {
	it.each([
		['Carol', 'Carol'],
		['  Carol \n the\tGreat ', 'Carol the Great'],
		['\u001b[31mCarol\u001b[0m', 'Carol'],
		['\u202ecarol', 'carol'],
		['\u200b\u2060', ''],
		['\u2800\u3000', ''],
		['\u3164', ''],
		['\u0301\u0301', ''],
		['x'.repeat(100), 'x'.repeat(32)],
		['你'.repeat(40), '你'.repeat(16)],
		['é'.repeat(40), 'é'.repeat(32)],
	])('cleanName turns %j into %j', (name, clean) => {
		expect(cleanName(name)).toBe(clean);
	});

	it.each([
		['Carol#99c4b7ec', 'Carol'],
		['Carol #99c4b7ec.', 'Carol .'],
		['Carol\uff0399c4b7ec', 'Carol'],
		['Carol\ufe5f\uff19\uff19c4b7ec', 'Carol'],
		['Carol\u266f99C4B7EC', 'Carol'],
		['Carol#99\u04414b7\u0435\u0441', 'Carol'],
		['Carol#9\u03019c4b7ec', 'Carol'],
		['Carol#99\ua4da4b7ec', 'Carol'],
		['Carol#99\u13df4b7e\u{104c2}', 'Carol'],
		['Carol#99c4b7ec you', 'Carol you'],
		['Carol#1234#5678', 'Carol'],
		['Carol##12345678ab12', 'Carol#'],
		['Carol#ab#1234cd12', 'Carol#ab'],
		[`${'x'.repeat(22)}#abcdef12\u0301345`, 'x'.repeat(22)],
		['#99c4b7ec', ''],
		['#99c4b7ec* Carol', 'Carol'],
	])('cleanName removes spoofed fingerprints: it turns %j into %j', (name, clean) => {
		expect(cleanName(name)).toBe(clean);
	});

	it.each(['Player #2', 'C#', 'Ann #cool', '#Team', 'Bea#bee', 'Room #12b', 'issue#12x45'])(
		'cleanName does not change %j',
		name => {
			expect(cleanName(name)).toBe(name);
		},
	);

	it('cleanName returns one trimmed line within the limits and is idempotent', () => {
		fc.assert(
			fc.property(
				fc.oneof(
					hostile,
					fc.array(hostile).map(parts => parts.join(' ')),
					fc
						.array(fc.constantFrom('#', '\uff03', 'ab12', '99c4b7ec', ' ', '*', '\u0301', 'o', 'x'))
						.map(parts => parts.join('')),
				),
				name => {
					const clean = cleanName(name);
					expect(clean).not.toMatch(/\p{Cc}|^\s|\s$|\s\s/u);
					expect(utf8Length(clean)).toBeLessThanOrEqual(MAX_NAME_BYTES);
					expect(cleanName(clean)).toBe(clean);
				},
			),
			{numRuns: 3000},
		);
	});
});

describe('utf8Length', () => {
	it('utf8Length returns the length of the text encoded in UTF-8', () => {
		fc.assert(
			fc.property(hostile, text => {
				expect(utf8Length(text)).toBe(new TextEncoder().encode(text).length);
			}),
			{numRuns: 1000},
		);
	});
});
