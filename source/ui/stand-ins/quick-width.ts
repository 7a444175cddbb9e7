/**
 * What the bundle takes in place of `string-width` (.bundle.mjs): the same figures, without cutting a line into graphemes
 * where none has more than one unit. Ink measures every line of every frame.
 */
import stringWidth from 'string-width';
import {createRecent} from './recent.js';
import {isSingleUnits} from './single-units.js';

const UNKNOWN = 255;
const RECENT = 2000;
const PRINTABLE_ASCII = /^[ -~]*$/;
// Colours and nothing else: of what is then left an ESC says that there was more.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they all begin with one
const SGR = /\u001b\[[\d;]*m/g;

// One cell each, as a test finds for every one: asking string-width first of all costs a start 40 ms.
const NARROW =
	/[\u00a0-\u00ac\u00ae-\u02ff\u0391-\u03a1\u03a3-\u0482\u2010-\u2027\u2030-\u205e\u2190-\u2199\u2500-\u25bf\u25c0-\u25fa\u2713\u23ce]/;

const widthOfUnit = new Uint8Array(0x10000).fill(UNKNOWN);
const measureSlowly = createRecent(RECENT, text => stringWidth(text));

type Options = Parameters<typeof stringWidth>[1];

/** Cells of a text; colours count nothing. */
export default function quickWidth(text: string, options?: Options): number {
	if (options !== undefined || typeof text !== 'string') return stringWidth(text, options);
	if (PRINTABLE_ASCII.test(text)) return text.length;
	const bare = text.includes('\u001b') ? text.replace(SGR, '') : text;
	if (bare.includes('\u001b') || !isSingleUnits(bare)) return measureSlowly(text);
	let width = 0;
	for (let index = 0; index < bare.length; index++) width += unitWidth(bare.charCodeAt(index));
	return width;
}

function unitWidth(unit: number): number {
	const known = widthOfUnit[unit] ?? UNKNOWN;
	if (known !== UNKNOWN) return known;
	const text = String.fromCharCode(unit);
	const width = NARROW.test(text) ? 1 : stringWidth(text);
	widthOfUnit[unit] = width;
	return width;
}
