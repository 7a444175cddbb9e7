import fc from 'fast-check';
import stringWidth from 'string-width';
import {expect, test} from 'vitest';
import {isPlain, plainWidth} from '../../../source/ui/text/plain-text.js';

const plainUnits = Array.from({length: 0x10000}, (_, unit) => String.fromCharCode(unit)).filter(isPlain);

test('a plain character has the width that string-width gives it', () => {
	expect(plainUnits.length).toBeGreaterThan(30_000);
	expect(plainUnits.filter(unit => plainWidth(unit) !== stringWidth(unit))).toEqual([]);
});

test('no plain character combines with another one', () => {
	const segmenter = new Intl.Segmenter('en', {granularity: 'grapheme'});
	const countGraphemes = (text: string) => [...segmenter.segment(text)].length;
	for (const unit of plainUnits) {
		const text = `${unit}a${unit}│${unit}日${unit}각`;
		if (countGraphemes(text) !== text.length) throw new Error(`U+${unit.charCodeAt(0).toString(16)}`);
	}
	const plainUnit = fc.nat(plainUnits.length - 1).map(index => plainUnits[index] ?? '');
	fc.assert(
		fc.property(fc.array(plainUnit), units => {
			const text = units.join('');
			expect(countGraphemes(text)).toBe(text.length);
			expect(plainWidth(text)).toBe(stringWidth(text));
		}),
	);
});

test('combining, invisible and control characters are not plain', () => {
	for (const text of [
		'e\u0301',
		'1\u20e3',
		'\u00ad',
		'\u200d',
		'\t',
		'\n',
		'\u001b',
		'❤\ufe0f',
		'👍',
		'\uff9e',
		'\u1100',
	]) {
		expect(isPlain(text), JSON.stringify(text)).toBe(false);
	}
});
