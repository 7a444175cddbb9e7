/** Typing, deleting, killing: edits by grapheme and by word. */
import {lineAround, nextBoundary, nextWord, previousBoundary, previousWord} from '../layout/graphemes.js';
import {replaceRange} from './change.js';
import type {EditorState} from './editor-state.js';

/**
 * Typed text, one code point after the other, so that it makes the same undo steps however it was cut into reads: a new
 * step begins at each word.
 */
export function typeText(editor: EditorState, text: string): EditorState {
	let next = editor;
	for (const character of text) {
		const before = next.text[next.cursor - 1];
		const startsWord = character !== ' ' && (before === ' ' || before === '\n');
		const joins = next.lastEdit === 'type' && !startsWord;
		next = replaceRange(next, {start: next.cursor, end: next.cursor}, character, 'type', joins);
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
	const cut = editor.text.slice(start, end);
	const added = editor.lastEdit === 'kill';
	const killed = added ? (backwards ? cut + editor.killed : editor.killed + cut) : cut;
	return {...replaceRange(editor, {start, end}, '', 'kill'), killed};
}

export function killToLineEnd(editor: EditorState): EditorState {
	const {end} = lineAround(editor.text, editor.cursor);
	return kill(editor, editor.cursor, end === editor.cursor ? Math.min(end + 1, editor.text.length) : end, false);
}

export function killToLineStart(editor: EditorState): EditorState {
	const {start} = lineAround(editor.text, editor.cursor);
	return kill(editor, start === editor.cursor ? Math.max(0, start - 1) : start, editor.cursor, true);
}

/** Back to the white space before (Ctrl+W), as in a shell. */
export function killSpacedWord(editor: EditorState): EditorState {
	const before = editor.text.slice(0, editor.cursor);
	return kill(editor, before.replace(/\S*\s*$/u, '').length, editor.cursor, true);
}

export function killWordBack(editor: EditorState): EditorState {
	return kill(editor, previousWord(editor.text, editor.cursor), editor.cursor, true);
}

export function killWordForward(editor: EditorState): EditorState {
	return kill(editor, editor.cursor, nextWord(editor.text, editor.cursor), false);
}
