/**
 * Editor of the draft and of prompts: a pure reducer from state and action to state, so that all keys that arrive
 * together are applied. Edits work on graphemes and words.
 */
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

export type EditName =
	| 'delete-back'
	| 'delete-forward'
	| 'kill-to-end'
	| 'kill-to-start'
	| 'kill-to-whitespace'
	| 'kill-word-back'
	| 'kill-word-forward'
	| 'undo'
	| 'redo'
	| 'submit'
	| 'cancel-completion';

export type Direction = 'left' | 'right' | 'word-left' | 'word-right' | 'line-start' | 'line-end' | 'start' | 'end';

/** Candidates that can replace [start, end) of the draft. */
export interface CompletionCandidates {
	readonly start: number;
	readonly end: number;
	readonly candidates: readonly string[];
}

export type EditorAction =
	| {readonly type: 'type'; readonly text: string}
	| {readonly type: 'paste'; readonly text: string}
	| {readonly type: 'answer-paste'; readonly insert: boolean}
	| {readonly type: 'edit'; readonly edit: EditName}
	| {readonly type: 'yank'}
	| {readonly type: 'move'; readonly to: Direction}
	/** `width`: width of a row of the draft, in cells. */
	| {readonly type: 'row'; readonly by: 1 | -1; readonly width: number}
	| {readonly type: 'history'; readonly by: 1 | -1}
	| {
			readonly type: 'complete';
			readonly by: 1 | -1;
			readonly findCandidates: (editor: EditorState) => CompletionCandidates | undefined;
	  }
	/** Replaces the draft; undo restores the old one. */
	| {readonly type: 'set'; readonly text: string};

/** Returns the state after an action. */
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
			return completeDraft(editor, action.findCandidates, action.by);
		case 'set': {
			const replaced = replaceRange(editor, {start: 0, end: editor.text.length}, action.text, 'other');
			// An empty draft is treated as a new draft, so ↑ shows the newest entry of the history.
			return action.text === '' ? {...replaced, historyIndex: editor.history.length, unsentDraft: ''} : replaced;
		}
	}
}

const EDIT_REDUCERS: Readonly<Record<EditName, (editor: EditorState) => EditorState>> = {
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

/**
 * Inserts typed text one code point at a time, so that the undo steps do not depend on how the terminal split the text
 * into reads. A new undo step starts at each word.
 */
function typeText(editor: EditorState, text: string): EditorState {
	let next = editor;
	for (const character of text) {
		const before = next.text[next.cursor - 1];
		const startsWord = character !== ' ' && (before === ' ' || before === '\n');
		const mergesUndo = next.lastEdit === 'type' && !startsWord;
		next = replaceRange(next, {start: next.cursor, end: next.cursor}, character, 'type', mergesUndo);
	}
	return next;
}

/** Inserts a text as one undo step. */
function insertText(editor: EditorState, text: string): EditorState {
	return replaceRange(editor, {start: editor.cursor, end: editor.cursor}, text, 'other');
}

function deleteBack(editor: EditorState): EditorState {
	const start = previousBoundary(editor.text, editor.cursor);
	return replaceRange(editor, {start, end: editor.cursor}, '', 'delete', editor.lastEdit === 'delete');
}

function deleteForward(editor: EditorState): EditorState {
	const end = nextBoundary(editor.text, editor.cursor);
	return replaceRange(editor, {start: editor.cursor, end}, '', 'delete', editor.lastEdit === 'delete');
}

/**
 * Deletes a range and keeps its text in the kill buffer. The kill buffer collects consecutive deletions, as in
 * readline: text deleted backwards is put in front.
 */
function kill(editor: EditorState, start: number, end: number, backwards: boolean): EditorState {
	if (start === end) return editor;
	const removed = editor.text.slice(start, end);
	const isRepeated = editor.lastEdit === 'kill';
	const killBuffer = isRepeated ? (backwards ? removed + editor.killBuffer : editor.killBuffer + removed) : removed;
	return {...replaceRange(editor, {start, end}, '', 'kill'), killBuffer};
}

function killToLineEnd(editor: EditorState): EditorState {
	const {end} = lineRangeAt(editor.text, editor.cursor);
	return kill(editor, editor.cursor, end === editor.cursor ? Math.min(end + 1, editor.text.length) : end, false);
}

function killToLineStart(editor: EditorState): EditorState {
	const {start} = lineRangeAt(editor.text, editor.cursor);
	return kill(editor, start === editor.cursor ? Math.max(0, start - 1) : start, editor.cursor, true);
}

/**
 * Deletes the text between the previous white space and the caret, and keeps it in the kill buffer (Ctrl+W), as a shell
 * does.
 */
function killToWhitespace(editor: EditorState): EditorState {
	const before = editor.text.slice(0, editor.cursor);
	return kill(editor, before.replace(/\S*\s*$/u, '').length, editor.cursor, true);
}

function killWordBack(editor: EditorState): EditorState {
	return kill(editor, previousWord(editor.text, editor.cursor), editor.cursor, true);
}

function killWordForward(editor: EditorState): EditorState {
	return kill(editor, editor.cursor, nextWord(editor.text, editor.cursor), false);
}

/**
 * Opens the list of completions, or chooses the next completion of an open list. Without candidates nothing changes.
 */
function completeDraft(
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

/** Restores the text that the completion replaced. */
function cancelCompletion(editor: EditorState): EditorState {
	const open = editor.completion;
	if (!open) return editor;
	return replaceRange(editor, {start: open.start, end: open.end}, open.original, 'other', true);
}

function moveCaret(editor: EditorState, direction: Direction): EditorState {
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

/** Moves the caret by one drawn row. Up in the first row and down in the last row move through the history instead. */
function moveRow(editor: EditorState, by: 1 | -1, width: number): EditorState {
	const layout = layoutDraft(editor, width);
	const line = layout.lines[layout.caretRow + by];
	if (!line) return moveInHistory(editor, by);
	const goal = editor.goalColumn ?? layout.caretColumn;
	return moveCaretTo(editor, offsetAtColumn(editor.text, line, goal), goal);
}

/** Shows another entry of the history. The unsent draft is kept. It is shown again after the newest entry. */
function moveInHistory(editor: EditorState, by: 1 | -1): EditorState {
	const index = editor.historyIndex + by;
	if (index < 0 || index > editor.history.length) return editor;
	const unsentDraft = editor.historyIndex === editor.history.length ? editor.text : editor.unsentDraft;
	const text = index === editor.history.length ? unsentDraft : (editor.history[index] ?? '');
	const replaced = replaceRange(editor, {start: 0, end: editor.text.length}, text, 'other');
	return {...replaced, cursor: text.length, historyIndex: index, unsentDraft};
}

/** Adds the sent draft to the history, unless it repeats the last entry, and starts an empty draft without undo steps. */
function submitDraft(editor: EditorState): EditorState {
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

/** Maximum size of a paste. It is far above MAX_TEXT_BYTES: a text that is too long to send is inserted whole. */
const MAX_PASTE_BYTES = 1024 * 1024;

/**
 * Inserts a paste with its line breaks. The final line break is dropped, because copying a line adds it. A long paste
 * waits for the user's confirmation.
 */
function pasteText(editor: EditorState, pasted: string): EditorState {
	const text = cleanText(pasted.replace(/\r\n?/g, '\n'), MAX_PASTE_BYTES).replace(/\n$/, '');
	if (text.split('\n').length > MAX_PASTE_LINES) return {...editor, pendingPaste: text};
	return insertText(editor, text);
}

const MAX_PROMPT_PASTE_UNITS = 500;

/**
 * Converts a paste for a prompt, which has one row: line breaks become spaces. Terminals send a line break of a paste
 * as CR.
 */
export function toSingleLinePaste(pasted: string): string {
	return pasted
		.replace(/[\r\n]+$/, '')
		.replace(/\s*[\r\n]\s*/g, ' ')
		.slice(0, MAX_PROMPT_PASTE_UNITS);
}
