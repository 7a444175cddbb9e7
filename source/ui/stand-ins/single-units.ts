/**
 * Texts in which every UTF-16 unit is a grapheme of its own (UAX 29): no unit combines with a neighbour. CR is left out,
 * since it pairs with LF; so is all that extends, prepends, joins or stands outside the first plane. Unlisted is not wrong,
 * only slow.
 */
const SINGLE_UNITS =
	// biome-ignore lint/suspicious/noControlCharactersInRegex: drawn lines hold escape sequences
	/^[\n\u001b -~\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u205e\u20a0-\u20c0\u2100-\u27bf\u2800-\u28ff\u3000-\u3029\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff60]*$/;

export function isSingleUnits(text: string): boolean {
	return SINGLE_UNITS.test(text);
}
