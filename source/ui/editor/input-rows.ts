/** The rows of the draft that are seen, and where the caret stands among them. Pure. */
import {layoutDraft} from './draft-layout.js';
import type {EditorState} from './editor-state.js';

export interface InputRows {
	readonly rows: readonly string[];
	readonly caretRow: number;
	readonly caretColumn: number;
	/** Rows of the draft above and below what is seen. */
	readonly hiddenAbove: number;
	readonly hiddenBelow: number;
}

export function inputRows(editor: EditorState, width: number, height: number): InputRows {
	const {lines, row, column} = layoutDraft(editor, width);
	const top = Math.max(0, Math.min(row - Math.floor(height / 2), lines.length - height));
	const shown = lines.slice(top, top + height);
	return {
		rows: shown.map(line => editor.text.slice(line.start, line.end)),
		caretRow: row - top,
		caretColumn: column,
		hiddenAbove: top,
		hiddenBelow: Math.max(0, lines.length - top - height),
	};
}
