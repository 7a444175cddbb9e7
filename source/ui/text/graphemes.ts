import stringWidth from 'string-width';

/** What a reader calls a character: Unicode grapheme clusters, with a fast path where each is one UTF-16 unit. */
const graphemeSegmenter = new Intl.Segmenter('en', {granularity: 'grapheme'});
const wordSegmenter = new Intl.Segmenter('en', {granularity: 'word'});

// Printable ASCII and newline: every unit stands alone (a CR could pair with LF).
const SINGLE_UNITS = /^[\n -~]*$/;

export function isSingleUnitText(text: string): boolean {
	return SINGLE_UNITS.test(text);
}

export function splitGraphemes(text: string): string[] {
	if (isSingleUnitText(text)) return text.split('');
	return Array.from(graphemeSegmenter.segment(text), part => part.segment);
}

/** Offset of the next boundary after `offset`, at most the length. Looks at one line only: no grapheme spans a newline. */
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

/** Offset of the last boundary before `offset`, at least 0. */
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

/** The offset itself if it stands between graphemes, else the boundary before it. */
export function snapToBoundary(text: string, offset: number): number {
	const clamped = Math.max(0, Math.min(offset, text.length));
	if (clamped === 0 || clamped === text.length) return clamped;
	const before = previousBoundary(text, clamped);
	return nextBoundary(text, before) === clamped ? clamped : before;
}

/** The line that holds `offset`: from after the newline before it to the newline after it. */
export function lineRangeAt(text: string, offset: number): {start: number; end: number} {
	const start = offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
	const found = text.indexOf('\n', offset);
	return {start, end: found === -1 ? text.length : found};
}

/** Start of the word at or before `offset`, skipping what is no word. */
export function previousWord(text: string, offset: number): number {
	let target = 0;
	for (const part of wordSegmenter.segment(text)) {
		if (part.index >= offset) break;
		if (part.isWordLike) target = part.index;
	}
	return target;
}

/** End of the word at or after `offset`. */
export function nextWord(text: string, offset: number): number {
	for (const part of wordSegmenter.segment(text)) {
		const end = part.index + part.segment.length;
		if (part.isWordLike && end > offset) return end;
	}
	return text.length;
}

/** Terminal cells of a text without newlines or escape sequences. */
export function cellWidth(text: string): number {
	return isSingleUnitText(text) ? text.length : stringWidth(text);
}

/** At most `cells` wide; what does not fit ends in `ellipsis` (one cell). Never cuts a grapheme. */
export function truncateCells(text: string, cells: number, ellipsis = '…'): string {
	if (cells <= 0) return '';
	if (cellWidth(text) <= cells) return text;
	let width = 0;
	let kept = '';
	for (const part of splitGraphemes(text)) {
		const wide = cellWidth(part);
		if (width + wide > cells - 1) break;
		kept += part;
		width += wide;
	}
	return kept + ellipsis;
}

/** A row of `cells` cells: `left` truncated and padded, then `right`, which is left out when it alone fills the row. */
export function fillRow(left: string, right: string, cells: number, ellipsis: string): string {
	const room = Math.max(0, cells - cellWidth(right));
	return padCells(left, room, ellipsis) + (room > 0 ? right : '');
}

/** Exactly `cells` wide: cut or filled with spaces at the right. */
export function padCells(text: string, cells: number, ellipsis = '…'): string {
	const cut = truncateCells(text, cells, ellipsis);
	return cut + ' '.repeat(Math.max(0, cells - cellWidth(cut)));
}
