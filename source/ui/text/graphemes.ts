/**
 * Text by grapheme clusters (Unicode Standard Annex 29) and terminal cells: splitting, cursor boundaries, measuring and
 * truncating. Offsets are in UTF-16 units. Printable ASCII is handled without Unicode segmentation, which is faster.
 */
import stringWidth from 'string-width';
import {isPlain, plainWidth} from './plain-text.js';

const graphemeSegmenter = new Intl.Segmenter('en', {granularity: 'grapheme'});
const wordSegmenter = new Intl.Segmenter('en', {granularity: 'word'});

/** Text of printable ASCII and newlines only. CR is excluded, because CR LF is one cluster of two units. */
const SINGLE_UNITS = /^[\n -~]*$/;

/** Whether every grapheme cluster of the text is one UTF-16 unit and, newlines aside, one cell. */
export function isSingleUnitText(text: string): boolean {
	return SINGLE_UNITS.test(text);
}

/** The grapheme clusters of a text, in order. */
export function splitGraphemes(text: string): string[] {
	if (isPlain(text) || isSingleUnitText(text)) return text.split('');
	return Array.from(graphemeSegmenter.segment(text), part => part.segment);
}

/**
 * Offset of the next grapheme boundary after `offset`, at most the length. Reads only the line at `offset`, because no
 * cluster spans a newline.
 */
export function nextBoundary(text: string, offset: number): number {
	if (offset >= text.length) return text.length;
	if (text[offset] === '\n') return offset + 1;
	const {start, end} = lineRangeAt(text, offset);
	for (const part of graphemeSegmenter.segment(text.slice(start, end))) {
		const after = start + part.index + part.segment.length;
		if (after > offset) return after;
	}
	return end;
}

/** Offset of the last grapheme boundary before `offset`, at least 0. */
export function previousBoundary(text: string, offset: number): number {
	if (offset <= 0) return 0;
	if (text[offset - 1] === '\n') return offset - 1;
	const {start, end} = lineRangeAt(text, offset);
	let boundary = start;
	for (const part of graphemeSegmenter.segment(text.slice(start, end))) {
		if (start + part.index >= offset) break;
		boundary = start + part.index;
	}
	return boundary;
}

/** The offset itself if it is a grapheme boundary, else the boundary before it. */
export function snapToBoundary(text: string, offset: number): number {
	const clamped = Math.max(0, Math.min(offset, text.length));
	if (clamped === 0 || clamped === text.length) return clamped;
	const before = previousBoundary(text, clamped);
	return nextBoundary(text, before) === clamped ? clamped : before;
}

/** Range of the line that contains `offset`, without the newline at its end. */
export function lineRangeAt(text: string, offset: number): {start: number; end: number} {
	const start = offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
	const found = text.indexOf('\n', offset);
	return {start, end: found === -1 ? text.length : found};
}

/** Start of the word before `offset`, skipping spaces and punctuation; 0 if there is none. */
export function previousWord(text: string, offset: number): number {
	let target = 0;
	for (const part of wordSegmenter.segment(text)) {
		if (part.index >= offset) break;
		if (part.isWordLike) target = part.index;
	}
	return target;
}

/** End of the word after `offset`, skipping spaces and punctuation; the length of the text if there is none. */
export function nextWord(text: string, offset: number): number {
	for (const part of wordSegmenter.segment(text)) {
		const end = part.index + part.segment.length;
		if (part.isWordLike && end > offset) return end;
	}
	return text.length;
}

/** Width in terminal cells of a text without newlines or escape sequences. */
export function cellWidth(text: string): number {
	return isPlain(text) ? plainWidth(text) : stringWidth(text);
}

/** The text, at most `cells` wide. A truncated text ends in `ellipsis` (one cell). Never cuts a grapheme cluster. */
export function truncateCells(text: string, cells: number, ellipsis = '…'): string {
	if (cells <= 0) return '';
	if (cellWidth(text) <= cells) return text;
	let width = 0;
	let truncated = '';
	for (const part of splitGraphemes(text)) {
		const partWidth = cellWidth(part);
		if (width + partWidth > cells - 1) break;
		truncated += part;
		width += partWidth;
	}
	return truncated + ellipsis;
}

/** The text, padded with spaces at the left to a width of `cells`. A wider text is returned as it is. */
export function padCellsLeft(text: string, cells: number): string {
	return ' '.repeat(Math.max(0, cells - cellWidth(text))) + text;
}

/** A row of `cells` cells: `left`, truncated or padded, and `right`, which is omitted if it leaves no cell for `left`. */
export function fillRow(left: string, right: string, cells: number, ellipsis: string): string {
	const room = Math.max(0, cells - cellWidth(right));
	return padCells(left, room, ellipsis) + (room > 0 ? right : '');
}

/** The text, exactly `cells` wide: truncated, or padded with spaces at the right. */
export function padCells(text: string, cells: number, ellipsis = '…'): string {
	const truncated = truncateCells(text, cells, ellipsis);
	return truncated + ' '.repeat(Math.max(0, cells - cellWidth(truncated)));
}
