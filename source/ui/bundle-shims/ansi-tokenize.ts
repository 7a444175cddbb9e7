/**
 * Replaces `@alcalzone/ansi-tokenize` in the bundle (`alias` in .config/build.mjs). It returns the same characters and styles,
 * but cuts coloured plain text without Unicode segmentation, and remembers the lines of the last frames: Ink splits every
 * line in every frame, although most stay the same. Without it a key takes twice as long to show (performance.md, row 9).
 */
import {
	type AnsiCode,
	reduceAnsiCodesIncremental,
	type StyledChar,
	type Token,
	tokenize as tokenizeAny,
} from '#ansi-tokenize';
import {isPlain, plainWidth} from '../text/plain-text.js';

export {styledCharsToString} from '#ansi-tokenize';

/** A frame has up to three texts for each of its rows. A line of 100 cells takes about 15 kB. */
const MAX_REMEMBERED = 300;

// biome-ignore lint/suspicious/noControlCharactersInRegex: every escape sequence begins with one
const COLOUR = /(\u001b\[[\d;]*m)/;

/** The first entry is the one that was used the longest time ago. */
const tokensOfText = new Map<string, Token[]>();
const charactersOfTokens = new WeakMap<readonly Token[], StyledChar[]>();

export function tokenize(text: string): Token[] {
	const tokens = tokensOfText.get(text) ?? tokenizeText(text);
	tokensOfText.delete(text);
	tokensOfText.set(text, tokens);
	if (tokensOfText.size > MAX_REMEMBERED) {
		const [oldest] = tokensOfText.keys();
		if (oldest !== undefined) tokensOfText.delete(oldest);
	}
	return tokens;
}

function tokenizeText(text: string): Token[] {
	// Odd parts are colours: `split` returns what the group matches between the texts around it.
	const parts = text.split(COLOUR);
	const isColour = (index: number) => index % 2 === 1;
	if (!parts.every((part, index) => isColour(index) || isPlain(part))) return tokenizeAny(text);
	return parts.flatMap((part, index) => (isColour(index) ? tokenizeAny(part) : Array.from(part, toCharacter)));
}

function toCharacter(value: string): Token {
	return {type: 'char', value, fullWidth: plainWidth(value) === 2};
}

/** Ink does not modify the result. */
export function styledCharsFromTokens(tokens: Token[]): StyledChar[] {
	const known = charactersOfTokens.get(tokens);
	if (known) return known;
	const characters = styleTokens(tokens);
	charactersOfTokens.set(tokens, characters);
	return characters;
}

/** Characters of the same style share one list, which is faster to compare than the copies that the package makes. */
function styleTokens(tokens: readonly Token[]): StyledChar[] {
	let styles: AnsiCode[] = [];
	const characters: StyledChar[] = [];
	for (const token of tokens) {
		if (token.type === 'ansi') styles = reduceAnsiCodesIncremental(styles, [token]);
		else if (token.type === 'char')
			characters.push({type: 'char', value: token.value, fullWidth: token.fullWidth, styles});
	}
	return characters;
}
