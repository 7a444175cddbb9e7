/**
 * Plain text: every UTF-16 unit is a grapheme of its own and has a known width, so a text can be cut and measured
 * without Unicode segmentation. Most lines of a screen are plain. Text with a character that is not in the lists below
 * is measured more slowly, but correctly. A test compares every listed character with `Intl.Segmenter` and
 * `string-width`.
 */

/** Characters that are one cell wide: ASCII, Latin, Greek, Cyrillic, punctuation, arrows, box drawing and blocks. */
const NARROW =
	' -~\\u00a0-\\u00ac\\u00ae-\\u02ff\\u0391-\\u03a1\\u03a3-\\u0482\\u2010-\\u2027\\u2030-\\u205e\\u2190-\\u2199\\u23ce\\u2500-\\u25bf\\u25c0-\\u25fa\\u2713';
/** Characters that are two cells wide: kana, Han, Hangul syllables and fullwidth forms. */
const WIDE = '\\u3041-\\u3096\\u30a1-\\u30fa\\u4e00-\\u9fff\\uac00-\\ud7a3\\uff01-\\uff60';

const plain = new RegExp(`^[${NARROW}${WIDE}]*$`);

const eachWide = new RegExp(`[${WIDE}]`, 'g');

export function isPlain(text: string): boolean {
	return plain.test(text);
}

/**
 * A character that is neither plain nor an emoji of one code point and two UTF-16 units. Such an emoji is always two
 * cells wide and a grapheme of its own, while flags and skin tones join with the character before them.
 */
const special = new RegExp(
	`[^${NARROW}${WIDE}[\\p{Emoji_Presentation}&&[\\u{1f300}-\\u{1f3fa}\\u{1f400}-\\u{1faff}]]]`,
	'v',
);

/**
 * Whether `plainWidth` returns the right width: the text is plain, or plain except for emoji of one code point and two
 * units.
 */
export function hasPlainWidth(text: string): boolean {
	return isPlain(text) || !special.test(text);
}

/** Width of a text in terminal cells for which `hasPlainWidth` is true. */
export function plainWidth(text: string): number {
	return text.length + (text.match(eachWide)?.length ?? 0);
}
