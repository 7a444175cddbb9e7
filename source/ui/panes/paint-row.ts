/**
 * Turns a row of segments into terminal text with SGR sequences (ECMA-48, 8.3.117) and hyperlinks (OSC 8). Results are cached
 * by row.
 */
import {cellWidth, truncateCells} from '../text/graphemes.js';
import type {Segment, Style} from '../theme.js';

export type Row = readonly Segment[];

// Callers have already removed control characters. They are removed here again, as a last defence.
const CONTROLS = /\p{Control}/gu;

const paintedRows = new WeakMap<Row, {readonly width: number; readonly text: string}>();

/** The row as text of at most `width` cells; a longer row ends in an ellipsis. */
export function paintRow(row: Row, width: number): string {
	const cached = paintedRows.get(row);
	if (cached?.width === width) return cached.text;
	const text = fitRow(row, width).map(paintSegment).join('');
	paintedRows.set(row, {width, text});
	return text;
}

function fitRow(row: Row, width: number): Row {
	const cells = row.map(segment => cellWidth(segment.text));
	if (cells.reduce((sum, one) => sum + one, 0) <= width) return row;
	let used = 0;
	const cut = cells.findIndex(one => {
		used += one;
		return used >= width;
	});
	const segment = row[cut];
	if (!segment) return row;
	const remaining = width - used + (cells[cut] ?? 0);
	// More segments follow, so the row must end in the ellipsis. The added blank makes this segment too long for the
	// row even if it fits exactly.
	const {link: _, ...unlinked} = segment;
	return [...row.slice(0, cut), {...unlinked, text: truncateCells(`${segment.text} `, remaining)}];
}

/**
 * The parts of a link that is split over several rows have the same id, so that the terminal treats them as one link.
 */
function paintLink(target: string, text: string): string {
	const safeTarget = target.replace(CONTROLS, '');
	return `\u001b]8;id=${shortHash(safeTarget)};${safeTarget}\u0007${text}\u001b]8;;\u0007`;
}

/** Short id of a text: its FNV-1a hash in base 36. */
function shortHash(text: string): string {
	let hash = 0x811c9dc5;
	for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
	return (hash >>> 0).toString(36);
}

function paintSegment(segment: Segment): string {
	const painted = paintText(segment);
	return segment.link === undefined || painted === '' ? painted : paintLink(segment.link, painted);
}

function paintText({text: rawText, style}: Segment): string {
	const text = rawText.replace(CONTROLS, '');
	if (!style || text === '') return text;
	const codes = sgrCodesOf(style);
	const on = codes.map(([code]) => `\u001b[${code}m`).join('');
	const off = codes.map(([, end]) => `\u001b[${end}m`).reverse();
	return on + text + off.join('');
}

const SGR_BY_COLOUR: Readonly<Record<string, number>> = {
	red: 31,
	green: 32,
	yellow: 33,
	blue: 34,
	magenta: 35,
	cyan: 36,
};

/** SGR codes that turn each part of a style on and off. */
function sgrCodesOf({color, bold, dim, inverse, underline, italic}: Style): [on: string, off: number][] {
	const codes: [string, number][] = [];
	if (inverse) codes.push(['7', 27]);
	if (underline) codes.push(['4', 24]);
	if (italic) codes.push(['3', 23]);
	if (bold) codes.push(['1', 22]);
	if (color) codes.push([colourCode(color), 39]);
	if (dim) codes.push(['2', 22]);
	return codes;
}

function colourCode(color: string): string {
	const index = /^ansi256\((\d+)\)$/.exec(color)?.[1];
	return index ? `38;5;${index}` : String(SGR_BY_COLOUR[color] ?? 39);
}
