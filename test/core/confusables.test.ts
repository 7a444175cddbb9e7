import {describe, expect, test} from 'vitest';
import {confusableSkeleton} from '../../source/core/confusables.js';

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
		['\u00eb', '\u0451', 'equal marks on letters of two scripts'],
	])('%s and %s: %s', (one, other) => {
		expect(confusableSkeleton(other)).toBe(confusableSkeleton(one));
	});
});

describe('names that do not look alike have different skeletons', () => {
	test.each([
		['Bob', 'Rob'],
		['Ann', 'Anna'],
		['J\u00fcrgen', 'Jurgen'],
		['\u674e', '\u6728'],
		['\u0418\u0432\u0430\u043d', 'Ivan'],
		['Carol', 'Karol'],
	])('%s and %s', (one, other) => {
		expect(confusableSkeleton(other)).not.toBe(confusableSkeleton(one));
	});
});
