/** Layout of the draft: its wrapped rows, the position of the caret, and the rows that fit into the input box. */
import {cellWidth, splitGraphemes} from '../text/graphemes.js';
import {type LineRange, wrapText} from '../text/wrap-text.js';
import type {DraftSnapshot, EditorState} from './editor-state.js';

export interface DraftLayout {
	readonly lines: readonly LineRange[];
	readonly caretRow: number;
	/** Caret position in cells from the left; equals the width if the row is full. */
	readonly caretColumn: number;
}

/** Wraps the draft into rows of at most `width` cells. */
export function layoutDraft({text, cursor}: DraftSnapshot, width: number): DraftLayout {
	const lines = wrapText(text, width, width);
	const caretRow = rowOfCaret(lines, cursor);
	const line = lines[caretRow];
	const column = line ? cellWidth(text.slice(line.start, Math.min(cursor, line.end))) : 0;
	return {lines, caretRow, caretColumn: Math.min(column, width)};
}

/** Index of the last row that starts at or before the caret. A caret after a line break is in the next row. */
function rowOfCaret(lines: readonly LineRange[], cursor: number): number {
	let row = 0;
	for (let index = 0; index < lines.length; index++) {
		const line = lines[index];
		if (line && line.start <= cursor) row = index;
	}
	return row;
}

/** The last offset in a row that is at most `column` cells from the start of the row. */
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

/** Visible rows of the draft. `caretRow` is counted from the first visible row. */
export interface InputRows {
	readonly rows: readonly string[];
	readonly caretRow: number;
	readonly caretColumn: number;
	/** Number of rows of the draft that are not visible, above and below the visible rows. */
	readonly hiddenAbove: number;
	readonly hiddenBelow: number;
}

/** Selects at most `height` rows of the draft, including the row of the caret. */
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
