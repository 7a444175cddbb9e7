import * as real from '@alcalzone/ansi-tokenize';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import * as quick from '../../../source/ui/bundle-shims/ansi-tokenize.js';
import {hardText} from './hard-texts.js';

const stylesAndText = (characters: readonly real.StyledChar[]) =>
	characters.map(({value, fullWidth, styles}) => ({value, fullWidth, styles}));

test('the replacement for ansi-tokenize in the bundle returns the same results as the package, in the first and in a repeated call', () => {
	fc.assert(
		fc.property(hardText, text => {
			const expected = real.styledCharsFromTokens(real.tokenize(text));
			for (let round = 0; round < 2; round++) {
				const characters = quick.styledCharsFromTokens(quick.tokenize(text));
				expect(stylesAndText(characters)).toEqual(stylesAndText(expected));
				expect(quick.styledCharsToString(characters)).toBe(real.styledCharsToString(expected));
			}
		}),
		{numRuns: 1000},
	);
});

test('the replacement for ansi-tokenize in the bundle splits plain text with colours into the same tokens as the package', () => {
	for (const text of [
		'\u001b[1;38;5;31mBob\u001b[39m │ 日本 ✓\u001b[0m',
		'\u001b[m',
		'',
		'see \u001b]8;id=1;http://a.example/\u0007\u001b[4ma.example\u001b[24m\u001b]8;;\u0007.',
		'Ω\u001b[7m ',
	]) {
		expect(quick.tokenize(text)).toEqual(real.tokenize(text));
	}
});

test('the replacement for ansi-tokenize in the bundle splits a line that every frame shows into tokens only once', () => {
	const split = (text: string) => quick.styledCharsFromTokens(quick.tokenize(text));
	const first = split('first');
	const second = split('second');
	for (let index = 0; index < 1000; index++) {
		split(`other ${index}`);
		expect(split('first')).toBe(first);
	}
	expect(split('second')).not.toBe(second);
});
