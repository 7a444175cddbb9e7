/** The draft and all that belongs to it. Frozen data; changed by reduceEditor only, never inside a component. */
export interface DraftSnapshot {
	readonly text: string;
	readonly cursor: number;
}

/** A visible choice of completions: [start, end) of the draft is replaced by the chosen one. */
export interface CompletionState {
	readonly start: number;
	readonly end: number;
	readonly candidates: readonly string[];
	readonly chosen: number;
	/** What stood there before. */
	readonly original: string;
}

export type EditKind = 'type' | 'delete' | 'kill' | 'other';

export interface EditorState extends DraftSnapshot {
	/** Cells from the left that ↑ and ↓ try to keep. */
	readonly goalColumn: number | undefined;
	readonly undo: readonly DraftSnapshot[];
	readonly redo: readonly DraftSnapshot[];
	/** What Ctrl+Y puts back. */
	readonly killBuffer: string;
	readonly lastEdit: EditKind;
	/** Sent texts, oldest first. */
	readonly history: readonly string[];
	/** Place in the history; its length means the unsent draft. */
	readonly historyIndex: number;
	/** The unsent draft while the history is looked at. */
	readonly unsentDraft: string;
	readonly completion: CompletionState | undefined;
	/** A paste that waits for an answer. */
	readonly pendingPaste: string | undefined;
}

export const MAX_UNDO = 200;
export const MAX_HISTORY = 500;
/** A paste of more lines asks first. */
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

export function editorWith(text: string): EditorState {
	return {...emptyEditor, text, cursor: text.length};
}

/** The two primitive steps every edit is made of. */

/** The caret moves; the choice of completions ends; typing after this is an undo step of its own. */
export function moveCaretTo(editor: EditorState, cursor: number, goalColumn?: number): EditorState {
	return {...editor, cursor, goalColumn, completion: undefined, lastEdit: 'other'};
}

/** Replaces [start, end) and puts the caret behind it. Edits of one kind in a row share an undo step when `joins`. */
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
