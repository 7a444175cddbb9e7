/** Typing, deleting, killing: edits by grapheme and by word. */

import {cleanText} from '../../core/text.js';
import {lineRangeAt, nextBoundary, nextWord, previousBoundary, previousWord} from '../text/graphemes.js';
import {layoutDraft, offsetAtColumn} from './draft-layout.js';
import {
	type EditorState,
	MAX_HISTORY,
	MAX_PASTE_LINES,
	moveCaretTo,
	redoEdit,
	replaceRange,
	undoEdit,
} from './editor-state.js';

/**
 * Typed text, one code point after the other, so that it makes the same undo steps however it was cut into reads: a new
 * step begins at each word.
 */
export function typeText(editor: EditorState, text: string): EditorState {
	let next = editor;
	for (const character of text) {
		const before = next.text[next.cursor - 1];
		const startsWord = character !== ' ' && (before === ' ' || before === '\n');
		const mergesUndo = next.lastEdit === 'type' && !startsWord;
		next = replaceRange(next, {start: next.cursor, end: next.cursor}, character, 'type', mergesUndo);
	}
	return next;
}

/** Put in as one step. */
export function insertText(editor: EditorState, text: string): EditorState {
	return replaceRange(editor, {start: editor.cursor, end: editor.cursor}, text, 'other');
}

export function deleteBack(editor: EditorState): EditorState {
	const start = previousBoundary(editor.text, editor.cursor);
	return replaceRange(editor, {start, end: editor.cursor}, '', 'delete', editor.lastEdit === 'delete');
}

export function deleteForward(editor: EditorState): EditorState {
	const end = nextBoundary(editor.text, editor.cursor);
	return replaceRange(editor, {start: editor.cursor, end}, '', 'delete', editor.lastEdit === 'delete');
}

/** Kills in a row add up, as in readline: backwards ones in front. */
function kill(editor: EditorState, start: number, end: number, backwards: boolean): EditorState {
	if (start === end) return editor;
	const removed = editor.text.slice(start, end);
	const isRepeated = editor.lastEdit === 'kill';
	const killBuffer = isRepeated ? (backwards ? removed + editor.killBuffer : editor.killBuffer + removed) : removed;
	return {...replaceRange(editor, {start, end}, '', 'kill'), killBuffer};
}

export function killToLineEnd(editor: EditorState): EditorState {
	const {end} = lineRangeAt(editor.text, editor.cursor);
	return kill(editor, editor.cursor, end === editor.cursor ? Math.min(end + 1, editor.text.length) : end, false);
}

export function killToLineStart(editor: EditorState): EditorState {
	const {start} = lineRangeAt(editor.text, editor.cursor);
	return kill(editor, start === editor.cursor ? Math.max(0, start - 1) : start, editor.cursor, true);
}

/** Back to the white space before (Ctrl+W), as in a shell. */
export function killToWhitespace(editor: EditorState): EditorState {
	const before = editor.text.slice(0, editor.cursor);
	return kill(editor, before.replace(/\S*\s*$/u, '').length, editor.cursor, true);
}

export function killWordBack(editor: EditorState): EditorState {
	return kill(editor, previousWord(editor.text, editor.cursor), editor.cursor, true);
}

export function killWordForward(editor: EditorState): EditorState {
	return kill(editor, editor.cursor, nextWord(editor.text, editor.cursor), false);
}

/** Completion as a visible choice: Tab takes the first, again the next; any other key ends it. */

export interface CompletionCandidates {
	readonly start: number;
	readonly end: number;
	readonly candidates: readonly string[];
}

/** Starts with `propose` or goes on with the choice that is open. Nothing to propose: the same editor. */
export function completeDraft(
	editor: EditorState,
	findCandidates: (editor: EditorState) => CompletionCandidates | undefined,
	by: 1 | -1,
): EditorState {
	const open = editor.completion;
	if (open) return selectCandidate(editor, open.start, open.candidates, open.original, open.chosen + by, open.end);
	const found = findCandidates(editor);
	if (!found || found.candidates.length === 0) return editor;
	const original = editor.text.slice(found.start, found.end);
	return selectCandidate(editor, found.start, found.candidates, original, by === 1 ? 0 : -1, found.end);
}

function selectCandidate(
	editor: EditorState,
	start: number,
	candidates: readonly string[],
	original: string,
	index: number,
	end: number,
): EditorState {
	const chosen = (index + candidates.length) % candidates.length;
	const text = candidates[chosen] ?? '';
	const replaced = replaceRange(editor, {start, end}, text, 'other', editor.completion !== undefined);
	if (candidates.length === 1) return replaced;
	return {...replaced, completion: {start, end: start + text.length, candidates, chosen, original}};
}

/** Puts back what stood there before the choice. */
export function cancelCompletion(editor: EditorState): EditorState {
	const open = editor.completion;
	if (!open) return editor;
	return replaceRange(editor, {start: open.start, end: open.end}, open.original, 'other', true);
}

/** Caret moves and the input history at the edges of the draft. */

export type Direction = 'left' | 'right' | 'word-left' | 'word-right' | 'line-start' | 'line-end' | 'start' | 'end';

export function moveCaret(editor: EditorState, direction: Direction): EditorState {
	return moveCaretTo(editor, caretTarget(editor, direction));
}

function caretTarget({text, cursor}: EditorState, direction: Direction): number {
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
			return lineRangeAt(text, cursor).start;
		case 'line-end':
			return lineRangeAt(text, cursor).end;
		case 'start':
			return 0;
		case 'end':
			return text.length;
	}
}

/** One drawn row up or down; beyond the first or last row, the history. */
export function moveRow(editor: EditorState, by: 1 | -1, width: number): EditorState {
	const layout = layoutDraft(editor, width);
	const line = layout.lines[layout.caretRow + by];
	if (!line) return moveInHistory(editor, by);
	const goal = editor.goalColumn ?? layout.caretColumn;
	return moveCaretTo(editor, offsetAtColumn(editor.text, line, goal), goal);
}

/** The draft that was not sent stands at the end of the history and is never lost. */
export function moveInHistory(editor: EditorState, by: 1 | -1): EditorState {
	const at = editor.historyIndex + by;
	if (at < 0 || at > editor.history.length) return editor;
	const unsentDraft = editor.historyIndex === editor.history.length ? editor.text : editor.unsentDraft;
	const text = at === editor.history.length ? unsentDraft : (editor.history[at] ?? '');
	const replaced = replaceRange(editor, {start: 0, end: editor.text.length}, text, 'other');
	return {...replaced, cursor: text.length, historyIndex: at, unsentDraft};
}

/** The draft was sent: into the history (not twice in a row), and an empty draft with nothing to undo. */
export function submitDraft(editor: EditorState): EditorState {
	const repeated = editor.history.at(-1) === editor.text;
	const history = repeated ? editor.history : [...editor.history, editor.text].slice(-MAX_HISTORY);
	return {
		...editor,
		text: '',
		cursor: 0,
		goalColumn: undefined,
		undo: [],
		redo: [],
		lastEdit: 'other',
		history,
		historyIndex: history.length,
		unsentDraft: '',
		completion: undefined,
		pendingPaste: undefined,
	};
}

/** The one door to the draft: a pure reducer, so that keys which arrive together are all kept. */

const EDIT_REDUCERS = {
	'delete-back': deleteBack,
	'delete-forward': deleteForward,
	'kill-to-end': killToLineEnd,
	'kill-to-start': killToLineStart,
	'kill-to-whitespace': killToWhitespace,
	'kill-word-back': killWordBack,
	'kill-word-forward': killWordForward,
	undo: undoEdit,
	redo: redoEdit,
	submit: submitDraft,
	'cancel-completion': cancelCompletion,
};

export type EditName = keyof typeof EDIT_REDUCERS;

export type EditorAction =
	| {readonly type: 'type'; readonly text: string}
	| {readonly type: 'paste'; readonly text: string}
	| {readonly type: 'answer-paste'; readonly insert: boolean}
	| {readonly type: 'edit'; readonly edit: EditName}
	| {readonly type: 'yank'}
	| {readonly type: 'move'; readonly to: Direction}
	/** `width`: cells of the input box. */
	| {readonly type: 'row'; readonly by: 1 | -1; readonly width: number}
	| {readonly type: 'history'; readonly by: 1 | -1}
	| {
			readonly type: 'complete';
			readonly by: 1 | -1;
			readonly propose: (editor: EditorState) => CompletionCandidates | undefined;
	  }
	/** Undo brings back what was there. */
	| {readonly type: 'set'; readonly text: string};

export function reduceEditor(editor: EditorState, action: EditorAction): EditorState {
	switch (action.type) {
		case 'type':
			return typeText(editor, action.text);
		case 'paste':
			return pasteText(editor, action.text);
		case 'answer-paste': {
			const answered = {...editor, pendingPaste: undefined};
			return action.insert && editor.pendingPaste ? insertText(answered, editor.pendingPaste) : answered;
		}
		case 'edit':
			return EDIT_REDUCERS[action.edit](editor);
		case 'yank':
			return insertText(editor, editor.killBuffer);
		case 'move':
			return moveCaret(editor, action.to);
		case 'row':
			return moveRow(editor, action.by, action.width);
		case 'history':
			return moveInHistory(editor, action.by);
		case 'complete':
			return completeDraft(editor, action.propose, action.by);
		case 'set':
			return replaceRange(editor, {start: 0, end: editor.text.length}, action.text, 'other');
	}
}

/** Far more than can be sent: what is too long is said when it is sent, not cut here. */
const MAX_PASTE_BYTES = 1024 * 1024;

/** Kept whole, newlines included; one newline at the end is what copying a line adds. */
function pasteText(editor: EditorState, pasted: string): EditorState {
	const text = cleanText(pasted.replace(/\r\n?/g, '\n'), MAX_PASTE_BYTES).replace(/\n$/, '');
	if (text.split('\n').length > MAX_PASTE_LINES) return {...editor, pendingPaste: text};
	return insertText(editor, text);
}

const MAX_PROMPT_PASTE_UNITS = 500;

/** A paste as a short prompt takes it: terminals end its lines in CR, and a prompt has one row. */
export function toSingleLinePaste(pasted: string): string {
	return pasted
		.replace(/[\r\n]+$/, '')
		.replace(/\s*[\r\n]\s*/g, ' ')
		.slice(0, MAX_PROMPT_PASTE_UNITS);
}
