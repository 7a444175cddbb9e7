/** The draft in rows of cells, and where the caret stands in them. */
import {graphemes} from '../layout/graphemes.js';
import {cellWidth} from '../layout/width.js';
import {type Line, wrapText} from '../layout/wrap.js';
import type {Snapshot} from './editor-state.js';

export interface DraftLayout {
	readonly lines: readonly Line[];
	readonly row: number;
	/** Cells from the left; at most the width, behind a full row. */
	readonly column: number;
}

export function layoutDraft({text, cursor}: Snapshot, width: number): DraftLayout {
	const lines = wrapText(text, width, width);
	const row = rowOf(lines, cursor);
	const line = lines[row];
	const column = line ? cellWidth(text.slice(line.start, Math.min(cursor, line.end))) : 0;
	return {lines, row, column: Math.min(column, width)};
}

/** The last row that begins at or before the caret: a caret on a break stands at the start of the next row. */
function rowOf(lines: readonly Line[], cursor: number): number {
	let row = 0;
	for (let index = 0; index < lines.length; index++) {
		const line = lines[index];
		if (line && line.start <= cursor) row = index;
	}
	return row;
}

/** The offset in a row nearest to `column` cells, not beyond it. */
export function offsetAt(text: string, line: Line, column: number): number {
	let width = 0;
	let offset = line.start;
	for (const part of graphemes(text.slice(line.start, line.end))) {
		const wide = cellWidth(part);
		if (width + wide > column) break;
		width += wide;
		offset += part.length;
	}
	return offset;
}
