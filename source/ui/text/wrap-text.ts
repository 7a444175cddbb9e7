/**
 * Greedy line breaking by terminal cells that never splits a grapheme cluster. Lines are ranges of the text, so that
 * highlights and the cursor can be placed in them.
 */
import {cellWidth, isSingleUnitText, splitGraphemes} from './graphemes.js';

/**
 * Half-open range `[start, end)` in UTF-16 units. The space or newline at which a line was broken is in neither of the
 * two lines.
 */
export interface LineRange {
	readonly start: number;
	readonly end: number;
}

/**
 * Breaks a text into lines at newlines, at spaces and next to wide characters, as Chinese and Japanese have no spaces.
 * A word longer than a line is split. The first line has `firstCells` cells, all other lines have `otherCells`. Values
 * below 2 are raised to 2. An empty text is one empty line.
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

/** End of the line that begins at `from`, and start of the next one, as indexes of `parts`. */
function fitLine(parts: readonly string[], widths: readonly number[], from: number, cells: number) {
	let width = 0;
	let lastBreak: {end: number; next: number} | undefined;
	for (let index = from; index < parts.length; index++) {
		const partWidth = widths[index] ?? 0;
		const isSpace = parts[index] === ' ';
		if (width + partWidth > cells) {
			// A space that does not fit is the line break and belongs to neither line.
			if (isSpace) return {end: index, next: index + 1};
			if (partWidth === 2 && index > from) return {end: index, next: index};
			return lastBreak ?? {end: Math.max(index, from + 1), next: Math.max(index, from + 1)};
		}
		if (partWidth === 2 && index > from) lastBreak = {end: index, next: index};
		width += partWidth;
		if (isSpace && index > from) lastBreak = {end: index, next: index + 1};
		else if (partWidth === 2) lastBreak = {end: index + 1, next: index + 1};
	}
	return {end: parts.length, next: parts.length};
}

function lengthOf(parts: readonly string[], from: number, to: number): number {
	let length = 0;
	for (let index = from; index < to; index++) length += parts[index]?.length ?? 0;
	return length;
}
