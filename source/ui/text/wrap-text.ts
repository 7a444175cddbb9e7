/** Line breaking by cells, greedy, grapheme aware. Lines are ranges of the text, so that marks and carets can be placed. */
import {cellWidth, isSingleUnitText, splitGraphemes} from './graphemes.js';

/** `[start, end)` in UTF-16 units. The space or newline that was broken at stands between two lines. */
export interface LineRange {
	readonly start: number;
	readonly end: number;
}

/**
 * Breaks at newlines, behind spaces, and beside wide characters (CJK has no spaces); a longer word is cut. `first` and
 * `rest` are the cells of the first and of every further line, at least 2. An empty text is one empty line.
 */
export function wrapText(text: string, firstCells: number, otherCells: number): LineRange[] {
	const lines: LineRange[] = [];
	let start = 0;
	for (;;) {
		const newline = text.indexOf('\n', start);
		const end = newline === -1 ? text.length : newline;
		wrapParagraph(text, start, end, lines, Math.max(2, firstCells), Math.max(2, otherCells));
		if (newline === -1) return lines;
		start = newline + 1;
	}
}

function wrapParagraph(
	text: string,
	start: number,
	end: number,
	lines: LineRange[],
	firstCells: number,
	otherCells: number,
): void {
	const room = lines.length === 0 ? firstCells : otherCells;
	if (end - start <= room && isSingleUnitText(text.slice(start, end))) {
		lines.push({start, end});
		return;
	}
	const paragraph = text.slice(start, end);
	if (isSingleUnitText(paragraph)) wrapAscii(paragraph, start, lines, firstCells, otherCells);
	else wrapGraphemes(paragraph, start, lines, firstCells, otherCells);
}

function wrapAscii(paragraph: string, base: number, lines: LineRange[], firstCells: number, otherCells: number): void {
	let from = 0;
	for (;;) {
		const room = lines.length === 0 ? firstCells : otherCells;
		if (paragraph.length - from <= room) {
			lines.push({start: base + from, end: base + paragraph.length});
			return;
		}
		const space = paragraph.lastIndexOf(' ', from + room);
		const cut = space > from ? space : from + room;
		lines.push({start: base + from, end: base + cut});
		from = space > from ? cut + 1 : cut;
		if (from >= paragraph.length) return;
	}
}

function wrapGraphemes(
	paragraph: string,
	base: number,
	lines: LineRange[],
	firstCells: number,
	otherCells: number,
): void {
	const parts = splitGraphemes(paragraph);
	const widths = parts.map(cellWidth);
	let index = 0;
	let offset = 0;
	for (;;) {
		const fit = fitLine(parts, widths, index, lines.length === 0 ? firstCells : otherCells);
		const end = offset + lengthOf(parts, index, fit.end);
		lines.push({start: base + offset, end: base + end});
		if (fit.next >= parts.length) return;
		offset = end + lengthOf(parts, fit.end, fit.next);
		index = fit.next;
	}
}

/** Where a line that begins at `from` ends, and where the next one begins: at the last place to break, if there is one. */
function fitLine(parts: readonly string[], widths: readonly number[], from: number, cells: number) {
	let width = 0;
	let breakAt: {end: number; next: number} | undefined;
	for (let index = from; index < parts.length; index++) {
		const wide = widths[index] ?? 0;
		const space = parts[index] === ' ';
		if (width + wide > cells) {
			// The space that does not fit is the one that is broken at.
			if (space) return {end: index, next: index + 1};
			if (wide === 2 && index > from) return {end: index, next: index};
			return breakAt ?? {end: Math.max(index, from + 1), next: Math.max(index, from + 1)};
		}
		if (wide === 2 && index > from) breakAt = {end: index, next: index};
		width += wide;
		if (space && index > from) breakAt = {end: index, next: index + 1};
		else if (wide === 2) breakAt = {end: index + 1, next: index + 1};
	}
	return {end: parts.length, next: parts.length};
}

function lengthOf(parts: readonly string[], from: number, to: number): number {
	let length = 0;
	for (let index = from; index < to; index++) length += parts[index]?.length ?? 0;
	return length;
}
