/** Caret moves and the input history at the edges of the draft. */
import {lineAround, nextBoundary, nextWord, previousBoundary, previousWord} from '../layout/graphemes.js';
import {moveTo, replaceRange} from './change.js';
import {layoutDraft, offsetAt} from './draft-layout.js';
import {type EditorState, MAX_HISTORY} from './editor-state.js';

export type Direction = 'left' | 'right' | 'word-left' | 'word-right' | 'line-start' | 'line-end' | 'start' | 'end';

export function moveCaret(editor: EditorState, direction: Direction): EditorState {
	return moveTo(editor, targetOf(editor, direction));
}

function targetOf({text, cursor}: EditorState, direction: Direction): number {
	switch (direction) {
		case 'left':
			return previousBoundary(text, cursor);
		case 'right':
			return nextBoundary(text, cursor);
		case 'word-left':
			return previousWord(text, cursor);
		case 'word-right':
			return nextWord(text, cursor);
		case 'line-start':
			return lineAround(text, cursor).start;
		case 'line-end':
			return lineAround(text, cursor).end;
		case 'start':
			return 0;
		case 'end':
			return text.length;
	}
}

/** One drawn row up or down; beyond the first or last row, the history. */
export function moveRow(editor: EditorState, by: 1 | -1, width: number): EditorState {
	const layout = layoutDraft(editor, width);
	const line = layout.lines[layout.row + by];
	if (!line) return lookBack(editor, by);
	const goal = editor.goal ?? layout.column;
	return moveTo(editor, offsetAt(editor.text, line, goal), goal);
}

/** The draft that was not sent stands at the end of the history and is never lost. */
export function lookBack(editor: EditorState, by: 1 | -1): EditorState {
	const at = editor.historyAt + by;
	if (at < 0 || at > editor.history.length) return editor;
	const unsent = editor.historyAt === editor.history.length ? editor.text : editor.unsent;
	const text = at === editor.history.length ? unsent : (editor.history[at] ?? '');
	const replaced = replaceRange(editor, {start: 0, end: editor.text.length}, text, 'other');
	return {...replaced, cursor: text.length, historyAt: at, unsent};
}

/** The draft was sent: into the history (not twice in a row), and an empty draft with nothing to undo. */
export function submitDraft(editor: EditorState): EditorState {
	const repeated = editor.history.at(-1) === editor.text;
	const history = repeated ? editor.history : [...editor.history, editor.text].slice(-MAX_HISTORY);
	return {
		...editor,
		text: '',
		cursor: 0,
		goal: undefined,
		undo: [],
		redo: [],
		lastEdit: 'other',
		history,
		historyAt: history.length,
		unsent: '',
		completion: undefined,
		heldPaste: undefined,
	};
}
