/** The one door to the draft: a pure reducer, so that keys which arrive together are all kept. */
import {cleanText} from '../../core/text.js';
import {redoEdit, replaceRange, undoEdit} from './change.js';
import {completeDraft, dropCompletion, type Proposal} from './complete.js';
import {
	deleteBack,
	deleteForward,
	insertText,
	killSpacedWord,
	killToLineEnd,
	killToLineStart,
	killWordBack,
	killWordForward,
	typeText,
} from './edit.js';
import {type EditorState, MAX_PASTE_LINES} from './editor-state.js';
import {type Direction, lookBack, moveCaret, moveRow, submitDraft} from './move.js';

const EDITS = {
	'delete-back': deleteBack,
	'delete-forward': deleteForward,
	'kill-to-end': killToLineEnd,
	'kill-to-start': killToLineStart,
	'kill-spaced-word': killSpacedWord,
	'kill-word-back': killWordBack,
	'kill-word-forward': killWordForward,
	undo: undoEdit,
	redo: redoEdit,
	submit: submitDraft,
	'drop-completion': dropCompletion,
};

export type EditName = keyof typeof EDITS;

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
	| {readonly type: 'complete'; readonly by: 1 | -1; readonly propose: (editor: EditorState) => Proposal | undefined}
	/** Undo brings back what was there. */
	| {readonly type: 'set'; readonly text: string};

export function reduceEditor(editor: EditorState, action: EditorAction): EditorState {
	switch (action.type) {
		case 'type':
			return typeText(editor, action.text);
		case 'paste':
			return paste(editor, action.text);
		case 'answer-paste': {
			const answered = {...editor, heldPaste: undefined};
			return action.insert && editor.heldPaste ? insertText(answered, editor.heldPaste) : answered;
		}
		case 'edit':
			return EDITS[action.edit](editor);
		case 'yank':
			return insertText(editor, editor.killed);
		case 'move':
			return moveCaret(editor, action.to);
		case 'row':
			return moveRow(editor, action.by, action.width);
		case 'history':
			return lookBack(editor, action.by);
		case 'complete':
			return completeDraft(editor, action.propose, action.by);
		case 'set':
			return replaceRange(editor, {start: 0, end: editor.text.length}, action.text, 'other');
	}
}

/** Far more than can be sent: what is too long is said when it is sent, not cut here. */
const MAX_PASTE_BYTES = 1024 * 1024;

/** Kept whole, newlines included; one newline at the end is what copying a line adds. */
function paste(editor: EditorState, pasted: string): EditorState {
	const text = cleanText(pasted.replace(/\r\n?/g, '\n'), MAX_PASTE_BYTES).replace(/\n$/, '');
	if (text.split('\n').length > MAX_PASTE_LINES) return {...editor, heldPaste: text};
	return insertText(editor, text);
}
