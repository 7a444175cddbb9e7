/**
 * Line breaking of messages. Code between fences keeps its line breaks and all its spaces. A line of code is cut only
 * where it exceeds the width.
 */
import {findCode, splitMessageLines} from '../../core/find-code.js';
import {cellWidth, splitGraphemes} from './graphemes.js';
import {type LineRange, wrapText} from './wrap-text.js';

/** Breaks a message into lines as `wrapText` does, except code between fences. */
export function wrapMessage(text: string, firstCells: number, otherCells: number): LineRange[] {
	if (findCode(text).length === 0) return wrapText(text, firstCells, otherCells);
	const lines: LineRange[] = [];
	for (const line of splitMessageLines(text)) {
		const breakLine = line.kind === 'code' ? cutLine : wrapText;
		const broken = breakLine(line.text, lines.length === 0 ? firstCells : otherCells, otherCells);
		for (const {start, end} of broken) lines.push({start: line.start + start, end: line.start + end});
	}
	return lines;
}

/** Cuts a line of code at the width, between grapheme clusters. The cut removes no character. */
function cutLine(line: string, firstCells: number, otherCells: number): LineRange[] {
	const ranges: LineRange[] = [];
	let start = 0;
	let end = 0;
	let used = 0;
	for (const part of splitGraphemes(line)) {
		const cells = cellWidth(part);
		if (used + cells > Math.max(2, ranges.length === 0 ? firstCells : otherCells) && end > start) {
			ranges.push({start, end});
			start = end;
			used = 0;
		}
		end += part.length;
		used += cells;
	}
	return [...ranges, {start, end}];
}
