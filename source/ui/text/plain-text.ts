/**
 * Plain text: every UTF-16 unit is a grapheme of its own and has a known width, so a text can be cut and measured without
 * Unicode segmentation. Most lines of a screen are plain. Text with a character that is missing here is measured more
 * slowly, but correctly. A test compares every listed character with `Intl.Segmenter` and `string-width`.
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

/** Width of a plain text in terminal cells. */
export function plainWidth(text: string): number {
	return text.length + (text.match(eachWide)?.length ?? 0);
}
