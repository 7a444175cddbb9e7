/**
 * Web links in a text: where each begins and ends. Every part of the program that opens, marks or copies links uses these
 * ranges. `fixtures/links.json` contains examples of the rules in several languages.
 */
import type {TextRange} from './fold-text.js';

/**
 * Maximum length of a link with the punctuation at its end, in UTF-16 units. A longer link is not opened, because systems
 * truncate long command lines.
 */
export const MAX_LINK_UNITS = 2000;

/** http and https only, so that a link cannot open a file or start a program. */
const LINK_START = /(?<![A-Za-z0-9_])https?:\/\//giu;
/**
 * Characters that no link contains: spaces, non-ASCII quotes and brackets, East Asian punctuation, and characters that
 * RFC 3986 excludes.
 */
const LINK_END =
	/[\s<>"`|\\^\p{Pi}\p{Pf}\u201a\u201e\u3001\u3002\uff0c\uff0e\uff1a\uff1b\uff01\uff1f\uff61\uff64]|(?![()[\]{}])[\p{Ps}\p{Pe}]/u;
/**
 * Punctuation at the end of a link that belongs to the sentence around it: the listed ASCII characters, and all punctuation
 * outside ASCII.
 */
const TRAILING = /(?:[.,;:!?'*]|(?![!-~])\p{P})$/u;
const CLOSING_BY_OPENING: Readonly<Record<string, string>> = {'(': ')', '[': ']', '{': '}'};
/** Server name or address: at least one letter or digit. */
const HOST = /^https?:\/\/[^/?#]*[\p{L}\p{N}]/iu;

/** The links of a text, in order. */
export function findLinks(text: string): TextRange[] {
	const links: TextRange[] = [];
	let readTo = 0;
	for (const {index: start} of text.matchAll(LINK_START)) {
		if (start < readTo) continue;
		const read = readLink(text, start);
		readTo = start + read.length;
		if (read.length > MAX_LINK_UNITS) continue;
		const link = trimSentence(read);
		if (HOST.test(link)) links.push({start, end: start + link.length});
	}
	return links;
}

/**
 * The text from `start` up to the first character that cannot belong to a link. A closing bracket without an opening bracket
 * in the link is such a character.
 */
function readLink(text: string, start: number): string {
	const isQuoted = text[start - 1] === "'";
	const closing: string[] = [];
	let end = start;
	for (const character of text.slice(start)) {
		if (LINK_END.test(character) || (isQuoted && character === "'")) break;
		const opened = CLOSING_BY_OPENING[character];
		if (opened) closing.push(opened);
		else if (/[)\]}]/.test(character) && closing.pop() !== character) break;
		end += character.length;
	}
	return text.slice(start, end);
}

/** Removes punctuation of the sentence and opening brackets from the end of a link. */
function trimSentence(link: string): string {
	let trimmed = link;
	while (TRAILING.test(trimmed) || /[([{]$/.test(trimmed)) trimmed = trimmed.replace(/.$/su, '');
	return trimmed;
}
