/** The draft in rows of cells, and where the caret stands in them. */
import {cellWidth, splitGraphemes} from '../text/graphemes.js';
import {type LineRange, wrapText} from '../text/wrap-text.js';
import type {DraftSnapshot, EditorState} from './editor-state.js';

export interface DraftLayout {
	readonly lines: readonly LineRange[];
	readonly caretRow: number;
	/** Cells from the left; at most the width, behind a full row. */
	readonly caretColumn: number;
}

export function layoutDraft({text, cursor}: DraftSnapshot, width: number): DraftLayout {
	const lines = wrapText(text, width, width);
	const caretRow = rowOfCaret(lines, cursor);
	const line = lines[caretRow];
	const column = line ? cellWidth(text.slice(line.start, Math.min(cursor, line.end))) : 0;
	return {lines, caretRow, caretColumn: Math.min(column, width)};
}

/** The last row that begins at or before the caret: a caret on a break stands at the start of the next row. */
function rowOfCaret(lines: readonly LineRange[], cursor: number): number {
	let row = 0;
	for (let index = 0; index < lines.length; index++) {
		const line = lines[index];
		if (line && line.start <= cursor) row = index;
	}
	return row;
}

/** The offset in a row nearest to `column` cells, not beyond it. */
export function offsetAtColumn(text: string, line: LineRange, column: number): number {
	let width = 0;
	let offset = line.start;
	for (const part of splitGraphemes(text.slice(line.start, line.end))) {
		const wide = cellWidth(part);
		if (width + wide > column) break;
		width += wide;
		offset += part.length;
	}
	return offset;
}

/** The rows of the draft that are seen, and where the caret stands among them. Pure. */

export interface InputRows {
	readonly rows: readonly string[];
	readonly caretRow: number;
	readonly caretColumn: number;
	/** Rows of the draft above and below what is seen. */
	readonly hiddenAbove: number;
	readonly hiddenBelow: number;
}

export function visibleInputRows(editor: EditorState, width: number, height: number): InputRows {
	const {lines, caretRow, caretColumn} = layoutDraft(editor, width);
	const top = Math.max(0, Math.min(caretRow - Math.floor(height / 2), lines.length - height));
	const shown = lines.slice(top, top + height);
	return {
		rows: shown.map(line => editor.text.slice(line.start, line.end)),
		caretRow: caretRow - top,
		caretColumn,
		hiddenAbove: top,
		hiddenBelow: Math.max(0, lines.length - top - height),
	};
}
