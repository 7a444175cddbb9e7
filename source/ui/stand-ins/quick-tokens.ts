/**
 * What the bundle gives Ink in place of `@alcalzone/ansi-tokenize` (.bundle.mjs): the same characters, but a line that stood
 * in one of the last frames is not taken apart again. Ink takes every line apart in every frame and changes nothing of what
 * it gets.
 */
import {
	type AnsiCode,
	reduceAnsiCodesIncremental,
	type StyledChar,
	type Token,
	tokenize as tokenizeText,
} from '@alcalzone/ansi-tokenize';
import {createRecent} from './recent.js';

export {styledCharsToString} from '@alcalzone/ansi-tokenize';

/** Lines of a few frames; one of 100 cells takes about 15 kB. */
const RECENT = 150;

const styled = new WeakMap<readonly Token[], StyledChar[]>();

export const tokenize: (text: string) => Token[] = createRecent(RECENT, text => tokenizeText(text));

export function styledCharsFromTokens(tokens: Token[]): StyledChar[] {
	const known = styled.get(tokens);
	if (known) return known;
	const characters = styleTokens(tokens);
	styled.set(tokens, characters);
	return characters;
}

/** Neighbours that look the same share one list of styles, which is then found equal at a glance. */
function styleTokens(tokens: readonly Token[]): StyledChar[] {
	let styles: AnsiCode[] = [];
	const characters: StyledChar[] = [];
	for (const token of tokens) {
		if (token.type === 'ansi') styles = reduceAnsiCodesIncremental(styles, [token]);
		else if (token.type === 'char') {
			characters.push({type: 'char', value: token.value, fullWidth: token.fullWidth, styles});
		}
	}
	return characters;
}
