/** The draft and all that belongs to it. Frozen data; changed by reduceEditor only, never inside a component. */
export interface Snapshot {
	readonly text: string;
	readonly cursor: number;
}

/** A visible choice of completions: [start, end) of the draft is replaced by the chosen one. */
export interface Completion {
	readonly start: number;
	readonly end: number;
	readonly candidates: readonly string[];
	readonly chosen: number;
	/** What stood there before. */
	readonly original: string;
}

export type LastEdit = 'type' | 'delete' | 'kill' | 'other';

export interface EditorState extends Snapshot {
	/** Cells from the left that ↑ and ↓ try to keep. */
	readonly goal: number | undefined;
	readonly undo: readonly Snapshot[];
	readonly redo: readonly Snapshot[];
	/** What Ctrl+Y puts back. */
	readonly killed: string;
	readonly lastEdit: LastEdit;
	/** Sent texts, oldest first. */
	readonly history: readonly string[];
	/** Place in the history; its length means the unsent draft. */
	readonly historyAt: number;
	/** The unsent draft while the history is looked at. */
	readonly unsent: string;
	readonly completion: Completion | undefined;
	/** A paste that waits for an answer. */
	readonly heldPaste: string | undefined;
}

export const MAX_UNDO = 200;
export const MAX_HISTORY = 500;
/** A paste of more lines asks first. */
export const MAX_PASTE_LINES = 20;

export const emptyEditor: EditorState = {
	text: '',
	cursor: 0,
	goal: undefined,
	undo: [],
	redo: [],
	killed: '',
	lastEdit: 'other',
	history: [],
	historyAt: 0,
	unsent: '',
	completion: undefined,
	heldPaste: undefined,
};

export function editorWith(text: string): EditorState {
	return {...emptyEditor, text, cursor: text.length};
}
