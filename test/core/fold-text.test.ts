import fc from 'fast-check';
import {describe, expect, it, test} from 'vitest';
import {findFolded, foldText} from '../../source/core/fold-text.js';

describe('foldText', () => {
	test.each([
		['caf\u00e9', 'cafe\u0301', 'composed and decomposed letters'],
		['\u1ec7', 'e\u0302\u0323', 'marks in another order'],
		['\uac00', '\u1100\u1161', 'Hangul syllables and their letters'],
		['CARoL', 'carol', 'upper and lower case'],
		['Straße', 'STRASSE', 'ß and ss'],
		['Straße', 'STRA\u1e9eE', 'ß and its upper case'],
		['İstanbul', 'istanbul', 'İ, whose lower case is longer'],
		['I\u0307stanbul', 'İSTANBUL', 'decomposed İ'],
		['Diyarbakır', 'DIYARBAKIR', 'dotless ı'],
		['ΟΔΟΣ', 'οδος', 'sigma at the end of a word'],
		['ΟΔΟΣ', 'οδοσ', 'sigma within a word'],
		['МОСКВА', 'москва', 'Cyrillic letters'],
		['й', 'и\u0306', 'decomposed Cyrillic letters'],
		['Ｂｏｂ１２', 'bob12', 'full-width letters and digits'],
		['ﾊﾟ', 'パ', 'half-width kana'],
		['ﬁn', 'FIN', 'ligatures'],
		['ǅ', 'ǆ', 'title case'],
		['a\u00a0b', 'a b', 'a space that does not break'],
		['\u2764\ufe0f', '\u2764', 'an emoji with and without its variation selector'],
		['می\u200cخواهم', 'میخواهم', 'Persian with and without a joiner'],
	])('foldText makes %j and %j equal: %s', (a, b) => {
		expect(foldText(a)).toBe(foldText(b));
	});

	test.each([
		['cafe', 'café'],
		['и', 'й'],
		['か', 'が'],
		['Bob', 'Воb'],
	])('foldText keeps %j and %j different', (a, b) => {
		expect(foldText(a)).not.toBe(foldText(b));
	});

	it('foldText returns the same text for both cases and all canonical forms of each character, and does not change a folded text', () => {
		const faults: string[] = [];
		for (let code = 0; code < 0x20000; code++) {
			if (code >= 0xd800 && code <= 0xdfff) continue;
			const character = String.fromCodePoint(code);
			const folded = foldText(character);
			const variants = [folded, character.normalize('NFC'), character.normalize('NFD')];
			variants.push(character.toLowerCase(), character.toUpperCase());
			if (variants.some(variant => foldText(variant) !== folded)) faults.push(code.toString(16));
		}
		expect(faults).toEqual([]);
	});

	it('foldText gives the same result for all canonical forms of a text', () => {
		fc.assert(
			fc.property(fc.string({unit: 'grapheme'}), text => {
				expect(foldText(text.normalize('NFD'))).toBe(foldText(text));
				expect(foldText(text.normalize('NFC'))).toBe(foldText(text));
			}),
		);
	});
});

describe('findFolded', () => {
	const found = (text: string, search: string) =>
		findFolded(text, foldText(search)).map(({start, end}) => text.slice(start, end));

	test.each([
		['one cafe\u0301, two caf\u00e9', 'café', ['cafe\u0301', 'caf\u00e9']],
		['İstanbul, İzmir', 'izmir', ['İzmir']],
		['İİİ bob', 'BOB', ['bob']],
		['eine Straße', 'strasse', ['Straße']],
		['Straße', 's', ['S', 'ß']],
		['ＢＯＢ and Bob', 'bob', ['ＢＯＢ', 'Bob']],
		['aaaa', 'aa', ['aa', 'aa']],
		['👩‍👩‍👧 👩', '👩', ['👩‍👩‍👧', '👩']],
		['\u2764\ufe0f\u2764', '\u2764', ['\u2764\ufe0f', '\u2764']],
		['plain', 'none', []],
		['anything', '', []],
	])('findFolded: in %j, a search for %j finds %j', (text, search, matches) => {
		expect(found(text, search)).toEqual(matches);
	});

	it('findFolded finds ordered, separate ranges whose folded text contains the searched text', () => {
		const text = fc.string({unit: 'grapheme', minLength: 1});
		fc.assert(
			fc.property(text, text, text, (before, searched, after) => {
				const whole = ` ${before} ${searched} ${after} `;
				const folded = foldText(searched);
				let end = 0;
				const ranges = findFolded(whole, folded);
				for (const range of ranges) {
					expect(range.start).toBeGreaterThanOrEqual(end);
					expect(foldText(whole.slice(range.start, range.end))).toContain(folded);
					end = range.end;
				}
				if (folded !== '') expect(ranges.length).toBeGreaterThan(0);
			}),
		);
	});
});
