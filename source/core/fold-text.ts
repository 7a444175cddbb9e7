/**
 * Folding: converts texts to the form in which the whole program compares them. Two texts that differ in case,
 * Unicode composition or width fold to the same text.
 *
 * Every search, filter, mention, completion and lookup of a name compares folded texts; the linter refuses other
 * comparisons. The folded form is defined by Unicode caseless matching (Unicode Standard 3.13, toNFKC_Casefold), with
 * one exception. Dotted and dotless I both fold to `i`, so that a Turkish name is found without a Turkish keyboard.
 */
import {segmentGraphemes} from './text.js';

/**
 * Matches texts for which folding only means lower case: they contain only ASCII, and letters that Unicode never
 * composes, decomposes or replaces by several letters.
 */
const SIMPLE =
	/^[\t\n -~\u00c0-\u00d6\u00d8-\u00de\u00e0-\u00f6\u00f8-\u00fe\u0400-\u045f\u3001-\u3003\u3041-\u3096\u30a1-\u30fc\u4e00-\u9fff\uac00-\ud7a3]*$/;
const IGNORABLE = /\p{Default_Ignorable_Code_Point}+/gu;
/** The dot that remains when a capital I with a dot becomes a small i. */
const DOTS_ABOVE_I = /i\u0307+/g;

/**
 * Folded form of a text: texts that differ only in case, composition or width have the same form. It is for
 * comparison, never for display. Folding a folded text changes nothing.
 */
export function foldText(text: string): string {
	if (SIMPLE.test(text)) return text.toLowerCase();
	// toUpperCase turns ß into SS and ſ into S, but does not change ẞ. So toLowerCase comes first and turns ẞ into ß.
	return text
		.normalize('NFKC')
		.replace(IGNORABLE, '')
		.toLowerCase()
		.toUpperCase()
		.toLowerCase()
		.replaceAll('ς', 'σ')
		.replace(DOTS_ABOVE_I, 'i')
		.normalize('NFKC');
}

/** Part of a text, in UTF-16 units; `end` is exclusive. */
export interface TextRange {
	readonly start: number;
	readonly end: number;
}

/**
 * Occurrences of `folded`, a folded text, in `text`: in order, without overlap, as ranges of `text`. A range consists
 * of whole graphemes: a match of `s` in `ß` covers the whole letter. An empty `folded` occurs nowhere.
 */
export function findFolded(text: string, folded: string): TextRange[] {
	if (folded === '') return [];
	if (SIMPLE.test(text)) return findAll(text.toLowerCase(), folded);
	const parts: string[] = [];
	/** For each UTF-16 unit of the folded text: the range of the grapheme in `text` from which the unit comes. */
	const origins: TextRange[] = [];
	for (const {segment, index} of segmentGraphemes(text)) {
		const part = foldText(segment);
		parts.push(part);
		const origin = {start: index, end: index + segment.length};
		for (let unit = 0; unit < part.length; unit++) origins.push(origin);
	}
	const found: TextRange[] = [];
	for (const match of findAll(parts.join(''), folded)) {
		const start = origins[match.start]?.start ?? 0;
		const end = origins[match.end - 1]?.end ?? text.length;
		if (start >= (found.at(-1)?.end ?? 0)) found.push({start, end});
	}
	return found;
}

function findAll(text: string, searched: string): TextRange[] {
	const found: TextRange[] = [];
	for (let start = text.indexOf(searched); start >= 0; start = text.indexOf(searched, start + searched.length)) {
		found.push({start, end: start + searched.length});
	}
	return found;
}
