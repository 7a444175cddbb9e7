/**
 * Web links in a text: where each begins and ends. Every part of the program that opens, marks or copies links uses these
 * ranges. `fixtures/links.json` contains examples of the rules in several languages.
 */
import type {TextRange} from './fold-text.js';

/**
 * Maximum length of a link with the punctuation at its end, in UTF-16 units. A longer link is not opened: links are
 * opened by a command, and systems truncate long command lines.
 */
export const MAX_LINK_UNITS = 2000;

/** Start of a link. Only http and https are allowed, because other links could open a file or start a program. */
const LINK_START = /(?<![A-Za-z0-9])https?:\/\//giu;
/**
 * Characters that no link contains: spaces, characters that RFC 3986 excludes, and these non-ASCII characters:
 * quotes, brackets, arrows, and marks that end a sentence or a part of it.
 */
const LINK_END =
	/[\s<>"`|\\^\p{Pi}\p{Pf}\u201a\u201e\u2190-\u21ff\uff02\uff07\uff1c\uff1e\uff5c]|(?![!-~])\p{Term}|(?![()[\]{}])[\p{Ps}\p{Pe}]/u;
/**
 * Text that ends the link before it even without a space: the next link of a list (`,https://`), or a BBCode tag
 * (`[/url]`).
 */
const LINK_FOLLOWED = /^(?:[,;]https?:\/\/|\[\/)/iu;
/**
 * Characters at the end of a link that belong to the sentence around it: the listed ASCII characters, and all punctuation
 * and symbols outside ASCII, for example emoji.
 */
const TRAILING = /(?:[.,;:!?'*]|(?![!-~])[\p{P}\p{S}]|[\ufe0f\u200d])$/u;
/**
 * Matches a link whose server name is followed by a punctuation mark that no server name contains. The link ends
 * before this mark. Text before `@` is not a server name, but a user name and a password.
 */
const HOST_BEFORE_PUNCTUATION = /^(https?:\/\/[^/?#@,;!'*]+)[,;!'*](?![^/?#]*@)/iu;
/**
 * Marks of emphasis. In `_https://a.example_` the mark at the end is not part of the link, because the same mark
 * precedes the link.
 */
const EMPHASIS = /[_~]/;
const CLOSING_BY_OPENING: Readonly<Record<string, string>> = {'(': ')', '[': ']', '{': '}'};
/** Matches a link with a server name or address, which contains at least one letter or digit. */
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
		const mark = text[start - 1] ?? '';
		const host = HOST_BEFORE_PUNCTUATION.exec(read)?.[1];
		const link = trimSentence(host ?? read, EMPHASIS.test(mark) ? mark : ' ');
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
		if (LINK_FOLLOWED.test(text.slice(end, end + 9))) break;
		const opened = CLOSING_BY_OPENING[character];
		if (opened) closing.push(opened);
		else if (/[)\]}]/.test(character) && closing.pop() !== character) break;
		end += character.length;
	}
	return text.slice(start, end);
}

/**
 * Removes from the end of a link what belongs to the sentence around it: punctuation, opening brackets, and `mark`,
 * the mark of emphasis before the link.
 */
function trimSentence(link: string, mark: string): string {
	let trimmed = link;
	while (TRAILING.test(trimmed) || /[([{]$/.test(trimmed) || trimmed.endsWith(mark))
		trimmed = trimmed.replace(/.$/su, '');
	return trimmed;
}
