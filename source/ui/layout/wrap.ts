/** Line breaking by cells, greedy, grapheme aware. Lines are ranges of the text, so that marks and carets can be placed. */
import {graphemes, isSimple} from './graphemes.js';
import {cellWidth} from './width.js';

/** `[start, end)` in UTF-16 units. The space or newline that was broken at stands between two lines. */
export interface Line {
	readonly start: number;
	readonly end: number;
}

/**
 * Breaks at newlines, behind spaces, and beside wide characters (CJK has no spaces); a longer word is cut. `first` and
 * `rest` are the cells of the first and of every further line, at least 2. An empty text is one empty line.
 */
export function wrapText(text: string, first: number, rest: number): Line[] {
	const lines: Line[] = [];
	let start = 0;
	for (;;) {
		const newline = text.indexOf('\n', start);
		const end = newline === -1 ? text.length : newline;
		wrapParagraph(text, start, end, lines, Math.max(2, first), Math.max(2, rest));
		if (newline === -1) return lines;
		start = newline + 1;
	}
}

function wrapParagraph(text: string, start: number, end: number, lines: Line[], first: number, rest: number): void {
	const room = lines.length === 0 ? first : rest;
	if (end - start <= room && isSimple(text.slice(start, end))) {
		lines.push({start, end});
		return;
	}
	const paragraph = text.slice(start, end);
	if (isSimple(paragraph)) wrapAscii(paragraph, start, lines, first, rest);
	else wrapGraphemes(paragraph, start, lines, first, rest);
}

function wrapAscii(paragraph: string, base: number, lines: Line[], first: number, rest: number): void {
	let from = 0;
	for (;;) {
		const room = lines.length === 0 ? first : rest;
		if (paragraph.length - from <= room) {
			lines.push({start: base + from, end: base + paragraph.length});
			return;
		}
		const space = paragraph.lastIndexOf(' ', from + room);
		const cut = space > from ? space : from + room;
		lines.push({start: base + from, end: base + cut});
		from = space > from ? cut + 1 : cut;
	}
}

function wrapGraphemes(paragraph: string, base: number, lines: Line[], first: number, rest: number): void {
	let from = 0;
	let offset = 0;
	let width = 0;
	/** Where the line may end and where the next would begin. */
	let breakEnd = -1;
	let breakNext = -1;
	let widthAtBreak = 0;
	for (const part of graphemes(paragraph)) {
		const wide = cellWidth(part);
		const room = lines.length === 0 ? first : rest;
		if (part !== ' ' && wide === 2 && offset > from) {
			breakEnd = offset;
			breakNext = offset;
			widthAtBreak = width;
		}
		if (width + wide > room && part !== ' ') {
			const cut = breakNext > from;
			lines.push({start: base + from, end: base + (cut ? breakEnd : offset)});
			width -= cut ? widthAtBreak : width;
			from = cut ? breakNext : offset;
			breakEnd = -1;
			breakNext = -1;
		}
		offset += part.length;
		width += wide;
		if (part === ' ' || wide === 2) {
			breakEnd = part === ' ' ? offset - 1 : offset;
			breakNext = offset;
			widthAtBreak = width;
		}
	}
	lines.push({start: base + from, end: base + paragraph.length});
}
