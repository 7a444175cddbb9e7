import {describe, expect, test} from 'vitest';
import {CONFUSABLE_TABLE} from '../../source/core/confusable-table.js';
import {confusableSkeleton, mixesScripts} from '../../source/core/confusables.js';

describe('names that look alike have the same skeleton', () => {
	test.each([
		['Carol', 'C\u0430rol', 'Cyrillic a'],
		['Carol', '\u0421arol', 'Cyrillic capital'],
		['Nick', '\u039dick', 'Greek capital Nu'],
		['Bob', 'B0b', 'a digit'],
		['Bob', 'B\u03bfb', 'Greek omicron'],
		['Alice', 'AIice', 'a capital I in place of l'],
		['Alice', 'A1ice', 'a digit 1 in place of l'],
		['Ivan', 'ivan', 'case'],
		['Carol', '\uff23arol', 'full width'],
		['Carol', '\u{1d402}arol', 'mathematical bold'],
		['Tom', 'Torn', 'rn in place of m'],
		['Ann', 'Ann.', 'a full stop'],
		['Ann Lee', 'Ann-Lee', 'a hyphen in place of a space'],
		['Carol', 'Car\u0585l', 'Armenian oh'],
		['Carol', '\ua4daarol', 'Lisu'],
		['Carol', 'Car\u2c9fl', 'Coptic'],
		['Carol', '\u13dfarol', 'Cherokee'],
		['Carol', 'Caro\u01c0', 'a click letter'],
		['Carol', 'Car\u0be6l', 'a Tamil digit'],
		['Carol', 'Carol\u02d0', 'a letter that looks like a colon'],
		['Bob', '\u15f7ob', 'Canadian syllabics'],
		['Olaf', '\u{104c2}laf', 'Osage'],
		['\u0410\u043d\u043d\u0430', '\u13aa\u043d\u043d\u0430', 'Cherokee in a Cyrillic name'],
		['\u0645\u0647', '\u0645\u06c1', 'Arabic letters of one shape'],
		['\u00eb', '\u0451', 'equal marks on letters of two scripts'],
	])('the names %s and %s look alike and have the same skeleton: %s', (one, other) => {
		expect(confusableSkeleton(other)).toBe(confusableSkeleton(one));
	});
});

test('every character of the table of confusable characters is treated as equal to the character that it looks like', () => {
	const toCodes = (side = '') => side.split(' ').map(code => Number.parseInt(code, 36));
	const skeletonOf = (text: string) => confusableSkeleton(`x${text}x`);
	for (const row of CONFUSABLE_TABLE.split(';').filter(text => text !== '')) {
		const [prototype, steps] = row.split('=');
		const text = String.fromCodePoint(...toCodes(prototype));
		let code = 0;
		for (const step of toCodes(steps)) {
			code += step;
			expect(skeletonOf(String.fromCodePoint(code))).toBe(skeletonOf(text));
		}
	}
});

describe('names that do not look alike have different skeletons', () => {
	test.each([
		['Bob', 'Rob'],
		['Ann', 'Anna'],
		['J\u00fcrgen', 'Jurgen'],
		['\u674e', '\u6728'],
		['\u0418\u0432\u0430\u043d', 'Ivan'],
		['Carol', 'Karol'],
	])('the names %s and %s do not look alike and have different skeletons', (one, other) => {
		expect(confusableSkeleton(other)).not.toBe(confusableSkeleton(one));
	});
});

test.each(['C\u0430rol', 'Caro\u0be6l', 'Iv\u0585n', '\u0421\u03bfn', 'Ann C\u0430rol', 'b\u{118a9}b'])(
	'the name %s counts as a mix of scripts',
	name => {
		expect(mixesScripts(name)).toBe(true);
	},
);

test.each([
	'Carol',
	'J\u00fcrgen \u{1f98a}',
	'\u0414\u0438\u043c\u0430 Dima',
	'\u5c0f\u660eBob',
	'\u30edB',
	'\ud55cB2',
	'\u0645\u0647\u0661',
	'B\u0301',
	'\uff22ob',
	'\u2115at',
	'x\u00b2',
])('the name %s does not count as a mix of scripts', name => {
	expect(mixesScripts(name)).toBe(false);
});
