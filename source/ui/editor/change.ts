/** The two primitive steps every edit is made of. */
import {type EditorState, type LastEdit, MAX_UNDO} from './editor-state.js';

/** The caret moves; the choice of completions ends; typing after this is an undo step of its own. */
export function moveTo(editor: EditorState, cursor: number, goal?: number): EditorState {
	return {...editor, cursor, goal, completion: undefined, lastEdit: 'other'};
}

/** Replaces [start, end) and puts the caret behind it. Edits of one kind in a row share an undo step when `joins`. */
export function replaceRange(
	editor: EditorState,
	range: {readonly start: number; readonly end: number},
	replacement: string,
	kind: LastEdit,
	joins = false,
): EditorState {
	if (range.start === range.end && replacement === '') return {...editor, completion: undefined};
	const text = editor.text.slice(0, range.start) + replacement + editor.text.slice(range.end);
	const undo = joins ? editor.undo : [...editor.undo, {text: editor.text, cursor: editor.cursor}].slice(-MAX_UNDO);
	return {
		...editor,
		text,
		cursor: range.start + replacement.length,
		goal: undefined,
		undo,
		redo: [],
		lastEdit: kind,
		completion: undefined,
	};
}

export function undoEdit(editor: EditorState): EditorState {
	const last = editor.undo.at(-1);
	if (!last) return editor;
	return {
		...editor,
		...last,
		undo: editor.undo.slice(0, -1),
		redo: [...editor.redo, {text: editor.text, cursor: editor.cursor}],
		lastEdit: 'other',
		goal: undefined,
		completion: undefined,
	};
}

export function redoEdit(editor: EditorState): EditorState {
	const next = editor.redo.at(-1);
	if (!next) return editor;
	return {
		...editor,
		...next,
		redo: editor.redo.slice(0, -1),
		undo: [...editor.undo, {text: editor.text, cursor: editor.cursor}],
		lastEdit: 'other',
		goal: undefined,
		completion: undefined,
	};
}
