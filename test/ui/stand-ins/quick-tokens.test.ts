import * as real from '@alcalzone/ansi-tokenize';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import * as quick from '../../../source/ui/stand-ins/quick-tokens.js';
import {createRecent} from '../../../source/ui/stand-ins/recent.js';
import {hardText} from './texts.js';

describe('the tokens the bundle gives Ink', () => {
	test('are the characters, styles and strings of ansi-tokenize, the first time and again', () => {
		fc.assert(
			fc.property(hardText, text => {
				const expected = real.styledCharsFromTokens(real.tokenize(text));
				for (let round = 0; round < 2; round++) {
					const characters = quick.styledCharsFromTokens(quick.tokenize(text));
					expect(characters).toEqual(expected);
					expect(quick.styledCharsToString(characters)).toBe(real.styledCharsToString(expected));
				}
			}),
			{numRuns: 1000},
		);
	});

	test('a line is taken apart once while it is looked at', () => {
		const line = '\u001b[1mtwice\u001b[22m';
		expect(quick.styledCharsFromTokens(quick.tokenize(line))).toBe(quick.styledCharsFromTokens(quick.tokenize(line)));
	});
});

describe('what was made of recent texts', () => {
	test('is kept for at least as many texts as was said, and at most twice as many', () => {
		let made = 0;
		const recent = createRecent(3, text => `${text}${++made}`);
		for (const text of ['a', 'b', 'c', 'a', 'b', 'c']) recent(text);
		expect(made).toBe(3);
		for (const text of 'defghi') recent(text);
		expect(made).toBe(9);
		expect(recent('a')).toBe('a10');
	});
});
