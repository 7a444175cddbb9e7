/** State of the editor: the draft with its undo steps, kill buffer, history and completion. Plain data, changed by reduceEditor only. */

export interface DraftSnapshot {
	readonly text: string;
	/** Offset of the caret in UTF-16 units. */
	readonly cursor: number;
}

/** Open list of completions. The chosen completion replaces the range [start, end) of the draft. */
export interface CompletionState {
	readonly start: number;
	readonly end: number;
	readonly candidates: readonly string[];
	readonly chosen: number;
	/** The text that the completion replaced. */
	readonly original: string;
}

export type EditKind = 'type' | 'delete' | 'kill' | 'other';

export interface EditorState extends DraftSnapshot {
	/** Column, in cells, to which ↑ and ↓ return after a row that is shorter. */
	readonly goalColumn: number | undefined;
	readonly undo: readonly DraftSnapshot[];
	readonly redo: readonly DraftSnapshot[];
	/** Text that Ctrl+Y inserts. */
	readonly killBuffer: string;
	readonly lastEdit: EditKind;
	/** Sent texts, oldest first. */
	readonly history: readonly string[];
	/** Index into the history. An index equal to its length means the unsent draft. */
	readonly historyIndex: number;
	/** The unsent draft while an entry of the history is shown. */
	readonly unsentDraft: string;
	readonly completion: CompletionState | undefined;
	/** A long paste that waits for the user's confirmation. */
	readonly pendingPaste: string | undefined;
}

const MAX_UNDO = 200;
export const MAX_HISTORY = 500;
/** Maximum number of lines of a paste that is inserted without confirmation. */
export const MAX_PASTE_LINES = 20;

export const emptyEditor: EditorState = {
	text: '',
	cursor: 0,
	goalColumn: undefined,
	undo: [],
	redo: [],
	killBuffer: '',
	lastEdit: 'other',
	history: [],
	historyIndex: 0,
	unsentDraft: '',
	completion: undefined,
	pendingPaste: undefined,
};

/** An editor with a text and the caret at its end. */
export function editorWith(text: string): EditorState {
	return {...emptyEditor, text, cursor: text.length};
}

/** Moves the caret. Closes a completion; the next typed text starts a new undo step. */
export function moveCaretTo(editor: EditorState, cursor: number, goalColumn?: number): EditorState {
	return {...editor, cursor, goalColumn, completion: undefined, lastEdit: 'other'};
}

/**
 * Replaces [start, end) and puts the caret after the replacement. With `mergesUndo`, undo reverts this edit together
 * with the edit before it.
 */
export function replaceRange(
	editor: EditorState,
	range: {readonly start: number; readonly end: number},
	replacement: string,
	kind: EditKind,
	mergesUndo = false,
): EditorState {
	if (range.start === range.end && replacement === '') return {...editor, completion: undefined};
	const text = editor.text.slice(0, range.start) + replacement + editor.text.slice(range.end);
	const undo = mergesUndo ? editor.undo : [...editor.undo, {text: editor.text, cursor: editor.cursor}].slice(-MAX_UNDO);
	return {
		...editor,
		text,
		cursor: range.start + replacement.length,
		goalColumn: undefined,
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
		goalColumn: undefined,
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
		goalColumn: undefined,
		completion: undefined,
	};
}
