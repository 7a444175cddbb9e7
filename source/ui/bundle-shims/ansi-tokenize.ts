/**
 * Replaces `@alcalzone/ansi-tokenize` in the bundle (`alias` in .config/build.mjs). This module returns the same
 * characters and styles. It splits plain text without Unicode segmentation, even if the text contains colours and
 * links. It also caches the lines that it has split, because Ink splits every line in every frame although most lines
 * stay the same. Without this cache, the time from a key to its frame doubles (performance.md, row 9).
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

/**
 * Maximum number of cached lines. Ink splits up to three lines in each frame for each row of the terminal. The tokens
 * of a line of 100 cells take about 15 kB of memory.
 */
const MAX_REMEMBERED = 300;

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with a control character
const COLOUR_OR_LINK = /(\u001b\[[\d;]*m|\u001b\]8;[^;\p{Cc}]*;\P{Cc}*\u0007)/u;

/** Cache of tokens by line of text, the least recently used line first. */
const tokensOfText = new Map<string, Token[]>();
const charactersOfTokens = new WeakMap<readonly Token[], StyledChar[]>();

export function tokenize(text: string): Token[] {
	return remembered(text, tokenizeText);
}

function remembered(text: string, split: (text: string) => Token[]): Token[] {
	const tokens = tokensOfText.get(text) ?? split(text);
	tokensOfText.delete(text);
	tokensOfText.set(text, tokens);
	if (tokensOfText.size > MAX_REMEMBERED) {
		const [oldest] = tokensOfText.keys();
		if (oldest !== undefined) tokensOfText.delete(oldest);
	}
	return tokens;
}

function tokenizeText(text: string): Token[] {
	// Parts with odd indexes are colours and links, because `split` also returns what the group of COLOUR_OR_LINK
	// matches.
	const parts = text.split(COLOUR_OR_LINK);
	const isSequence = (index: number) => index % 2 === 1;
	if (!parts.every((part, index) => isSequence(index) || isPlain(part))) return tokenizeAny(text);
	return parts.flatMap((part, index) =>
		isSequence(index) ? remembered(part, tokenizeAny) : Array.from(part, toCharacter),
	);
}

function toCharacter(value: string): Token {
	return {type: 'char', value, fullWidth: plainWidth(value) === 2};
}

/** Characters of the tokens. Returns the cached list itself and no copy, because Ink does not modify the list. */
export function styledCharsFromTokens(tokens: Token[]): StyledChar[] {
	const known = charactersOfTokens.get(tokens);
	if (known) return known;
	const characters = styleTokens(tokens);
	charactersOfTokens.set(tokens, characters);
	return characters;
}

/**
 * Lets consecutive characters of one style share one list of styles. The original package makes a copy of the list for
 * each character, so that Ink compares the styles of two characters more slowly.
 */
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
