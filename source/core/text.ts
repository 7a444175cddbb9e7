/**
 * Sanitising of untrusted text for a terminal: removes control characters, escape sequences, and characters that are
 * invisible or reorder text. It runs on input (codec, node) and on output (screen, logs, exports). Sanitising a sanitised
 * text changes nothing. Every step takes linear time in the length of its input.
 */
import {removeSpoofedFingerprints} from './confusables.js';
import {MAX_COMBINING_MARKS, MAX_NAME_BYTES, MAX_NAME_CELLS, MAX_TEXT_BYTES, MAX_WORD_BYTES} from './limits.js';

const TAB = '    ';
/**
 * Maximum number of parts of a joined emoji. Unicode defines no emoji with more parts. A longer sequence counts as
 * one character (grapheme) here, but a terminal draws several emoji.
 */
const MAX_JOINED_EMOJI = 5;

/** Matches text of printable ASCII characters and newlines. */
const PLAIN_ASCII = /^[\n -~]*$/;
/**
 * Matches text that sanitising does not change, because it contains only common letters: Latin, Greek, Cyrillic,
 * kana, unified Han, Hangul.
 */
const HARMLESS =
	/^[\n -~\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0482\u048a-\u052f\u3001-\u3029\u3041-\u3096\u30a1-\u30fc\u4e00-\u9fff\uac00-\ud7a3]*$/;

/**
 * Escape sequences (ECMA-48): CSI; strings (OSC, DCS, SOS, PM, APC) up to their end or the end of the line; all other
 * sequences that begin with ESC.
 */
const ESCAPES =
	// biome-ignore lint/suspicious/noControlCharactersInRegex: the expression removes them
	/(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])(?:[^\x07\x1b\x90\x98\x9c-\x9f]*(?:\x07|\x1b\\|\x9c)|[^\x07\x1b\x90\x98\x9c-\x9f\n]*)|\x1b[ -/]*[0-~]?/g;

/** Format characters, except joiners and the visible signs of Arabic, Syriac and Kaithi. */
const FORMAT = /(?!\u200c|\u200d|[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}])\p{Cf}/u;
/** Letters and marks without a visible shape, noncharacters, and plane 14 except ideographic variation selectors. */
const BLANK =
	/[\u034f\u115f\u1160\u17b4\u17b5\u2065\u3164\uffa0\ufff0-\ufff8\ufffe\uffff\u{e0000}-\u{e00ff}\u{e01f0}-\u{e0fff}]/u;
const CONTROL = /(?!\n)\p{Cc}/u;
const INVISIBLE = new RegExp([FORMAT, BLANK, CONTROL].map(({source}) => source).join('|'), 'gu');

/**
 * Matches variation selectors (invisible characters that choose the form of the character before them) after a
 * character that has no such forms.
 */
const STRAY_SELECTORS = /(?<!\p{Emoji})[\ufe0e\ufe0f]|[\ufe00-\ufe0d]|(?<!\p{Script=Han})[\u{e0100}-\u{e01ef}]/gu;

/**
 * Matches several consecutive joiners (invisible characters that join letters). EXCESS_MARKS matches at most one
 * joiner before a mark, so with more joiners a text could exceed MAX_COMBINING_MARKS.
 */
const JOINER_RUNS = /([\u200c\u200d])[\u200c\u200d]+/g;
const JOINED_MARK = String.raw`[\u200c\u200d]?\p{M}`;
const EXCESS_MARKS = new RegExp(`((?:${JOINED_MARK}){${MAX_COMBINING_MARKS}})(?:${JOINED_MARK})+`, 'gu');
/** Marks without a base character at the start of a line. A terminal would add them to the text before the line. */
const LEADING_MARKS = /(^|\n)(?:[\u200c\u200d]|\p{M})+/gu;

/** Scripts in which joiners change the shape of letters. */
const JOINING = `(?:${[
	...['Arabic', 'Syriac', 'Nko', 'Mongolian', 'Devanagari', 'Bengali', 'Gurmukhi', 'Gujarati', 'Oriya', 'Tamil'],
	...['Telugu', 'Kannada', 'Malayalam', 'Sinhala', 'Khmer', 'Myanmar', 'Tibetan', 'Balinese', 'Javanese'],
]
	.map(script => String.raw`\p{Script=${script}}`)
	.join('|')})`;
const STRAY_JOINERS = new RegExp(
	String.raw`(?<!${JOINING})\u200c|\u200c(?!${JOINING})|(?<!${JOINING}|\p{ExtPict}|\ufe0f|\p{EMod})\u200d|\u200d(?!${JOINING}|\p{ExtPict})`,
	'gu',
);
const JOINED_EMOJI = String.raw`\p{ExtPict}[\ufe0f\p{EMod}]?`;
const LONG_CHAINS = new RegExp(
	String.raw`((?:${JOINED_EMOJI}\u200d){${MAX_JOINED_EMOJI - 1}}${JOINED_EMOJI})\u200d`,
	'gu',
);

/** East Asian wide characters and emoji, approximately (Unicode Standard Annex 11). */
const WIDE =
	/[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f000}-\u{1faff}\u{20000}-\u{3fffd}]|\ufe0f/u;

/**
 * Sanitises a text of several lines. The result has no control characters, escape sequences, or hidden or reordering
 * characters, at most MAX_COMBINING_MARKS marks on a base and at most `maxBytes` in UTF-8. It is not normalised.
 */
export function cleanText(text: string, maxBytes = MAX_TEXT_BYTES): string {
	if (text.length <= maxBytes && PLAIN_ASCII.test(text)) return text;
	// A very long text is shortened before it is sanitised, because most of it would be truncated afterwards anyway.
	const start = text.length > maxBytes * 8 ? text.slice(0, maxBytes * 8) : text;
	return truncateText(HARMLESS.test(start) ? start : stripUnsafe(start), maxBytes);
}

/** Sanitises a text and joins its lines with spaces, for use within a sentence. */
export function cleanLine(text: string, maxBytes = MAX_TEXT_BYTES): string {
	return cleanText(text, maxBytes).replace(/\n+/g, ' ');
}

/**
 * Sanitises a name to one line of at most MAX_NAME_BYTES bytes and about MAX_NAME_CELLS terminal columns. The result
 * can be empty. It never begins with `*` or `!`, which mark events and notices on the screen, and contains no spoofed
 * fingerprint.
 */
export function cleanName(name: string): string {
	const line = removeSpoofedFingerprints(cleanText(name, MAX_NAME_BYTES * 8))
		.replace(/[\s\u2800]+/gu, ' ')
		.replace(/^(?:[ *!\u200c\u200d]|\p{M})+/u, '')
		.trim();
	const truncated = truncateCells(truncateText(line, MAX_NAME_BYTES), MAX_NAME_CELLS);
	return removeSpoofedFingerprints(truncated).replace(/[\s\u200c\u200d]+$/, '');
}

let segmenter: Intl.Segmenter | undefined;

/** Segments a text into grapheme clusters (Unicode Standard Annex 29). */
export function segmentGraphemes(text: string): Intl.Segments {
	segmenter ??= new Intl.Segmenter('en', {granularity: 'grapheme'});
	return segmenter.segment(text);
}

/**
 * Length in UTF-8 bytes of the code point at `index`. A lone surrogate has 3 bytes, because it is encoded as U+FFFD.
 */
function bytesAt(text: string, index: number): number {
	const point = text.codePointAt(index) ?? 0;
	if (point < 0x80) return 1;
	if (point < 0x800) return 2;
	return point < 0x1_0000 ? 3 : 4;
}

/** Length of a text in UTF-8 bytes. A lone surrogate counts as 3 bytes, because it is encoded as U+FFFD. */
export function utf8Length(text: string): number {
	let bytes = 0;
	for (let index = 0; index < text.length; index++) {
		const size = bytesAt(text, index);
		bytes += size;
		if (size === 4) index++;
	}
	return bytes;
}

/** Index of the first code point that exceeds `maxBytes`; the length of the text if all code points fit. */
function findOverflow(text: string, maxBytes: number): number {
	let bytes = 0;
	let index = 0;
	while (index < text.length) {
		const size = bytesAt(text, index);
		bytes += size;
		if (bytes > maxBytes) return index;
		index += size === 4 ? 2 : 1;
	}
	return index;
}

/**
 * Truncates a text to `maxBytes` at a grapheme boundary. Divides a grapheme only if the first grapheme alone is
 * longer than `maxBytes`.
 */
function truncateText(text: string, maxBytes: number): string {
	if (text.length * 3 <= maxBytes) return text;
	const overflow = findOverflow(text, maxBytes);
	if (overflow === text.length) return text;
	const boundary = segmentGraphemes(text).containing(overflow)?.index ?? 0;
	return text.slice(0, boundary === 0 ? overflow : boundary).replace(/[\u200c\u200d]+$/, '');
}

/** Removes everything unsafe from a text: all steps of sanitising except the truncation. */
function stripUnsafe(text: string): string {
	return text
		.replace(/\p{Surrogate}/gu, '\ufffd')
		.replace(ESCAPES, '')
		.replaceAll('\t', TAB)
		.replace(/[\u2028\u2029]/g, '\n')
		.replace(INVISIBLE, '')
		.replace(STRAY_SELECTORS, '')
		.replace(JOINER_RUNS, '$1')
		.replace(EXCESS_MARKS, '$1')
		.replace(LEADING_MARKS, '$1')
		.replace(STRAY_JOINERS, '')
		.replace(LONG_CHAINS, '$1');
}

function truncateCells(text: string, maxCells: number): string {
	if (text.length <= maxCells / 2) return text;
	let cells = 0;
	for (const {segment, index} of segmentGraphemes(text)) {
		cells += WIDE.test(segment) ? 2 : 1;
		if (cells > maxCells) return text.slice(0, index);
	}
	return text;
}

/** Removes the byte order mark that programs on Windows write at the start of a text. */
export function withoutByteOrderMark(text: string): string {
	return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

/**
 * Removes line breaks at the end, and the spaces at the end of a text of one line, where completion appends a space.
 * A text of several lines keeps its spaces, because it may be code.
 */
export function withoutEndSpaces(text: string): string {
	const trimmed = text.replace(/\n+$/, '');
	return trimmed.includes('\n') ? trimmed : trimmed.trimEnd();
}

/** Control characters, spaces and line separators of any kind, and bidirectional controls. */
const NO_WORD = /[\p{Cc}\p{Z}\p{Bidi_Control}]/u;

/**
 * Whether a text is a word of a reaction: 1 to MAX_WORD_BYTES bytes without spaces and control characters. The word
 * may consist of invisible characters.
 */
export function isReactionWord(text: string): boolean {
	return text !== '' && utf8Length(text) <= MAX_WORD_BYTES && !NO_WORD.test(text);
}
