/** What to append to the terminal so that the line shown becomes the draft. Nothing above the line is ever touched. Pure. */

import type {Clock} from '../../core/environment.js';
import {type EditorState, emptyEditor} from '../input/editor-state.js';
import {type EditorAction, reduceEditor} from '../input/reduce-editor.js';
import {cleanForScreen} from '../text/clean-for-screen.js';
import {cellWidth} from '../text/graphemes.js';

/** One UTF-16 unit each, neither mark nor joiner nor newline. */
const CERTAIN_WIDTH = /^[^\n\p{M}\p{Cf}\u{10000}-\u{10ffff}]*$/u;

export const PROMPT = '> ';

/**
 * `\b \b` takes back a cell at the end of the line; anything else, also emoji whose width terminals do not agree on, begins
 * the line anew below.
 */
export function echoEdit(before: string, after: string): string {
	if (after.startsWith(before)) return indentLineBreaks(after.slice(before.length));
	const removed = before.slice(after.length);
	if (before.startsWith(after) && CERTAIN_WIDTH.test(removed)) return '\b \b'.repeat(cellWidth(removed));
	return `\r\n${PROMPT}${indentLineBreaks(after)}`;
}

export function indentLineBreaks(text: string): string {
	return text.replaceAll('\n', '\r\n  ');
}

/** The line at the bottom of the linear mode: the draft being typed, and the lines that wait to be read above it. */

/** Lines wait while somebody types, but not longer than this after the last key. */
const TYPING_PAUSE_MS = 3000;

export interface LinePrompt {
	readonly editor: EditorState;
	/** Wall clock of the last edit, ms. */
	readonly lastKeyAt: number;
	edit(action: EditorAction): void;
	/** Above the line that is being typed, which then is begun anew below. */
	printAbove(...lines: readonly string[]): void;
	/** Enter: hands the draft to `send`; what is said meanwhile comes below it, then the prompt. */
	submit(send: (draft: string) => void): void;
	/** The draft stands in the line again. */
	restoreDraft(draft: string): void;
	/** Draws prompt and draft, after something else had the terminal. */
	redraw(): void;
	stop(): void;
}

export function createLinePrompt(write: (text: string) => void, clock: Clock): LinePrompt {
	let editor = emptyEditor;
	let lastKeyAt = clock.now();
	let pendingLines: string[] = [];
	let timer: {cancel(): void} | undefined;
	let sending = false;
	let stopped = false;

	const promptLine = () => PROMPT + indentLineBreaks(editor.text);

	function drainPending(): string {
		timer?.cancel();
		timer = undefined;
		const text = pendingLines.map(line => `${indentLineBreaks(cleanForScreen(line))}\r\n`).join('');
		pendingLines = [];
		return text;
	}

	function flush(): void {
		if (pendingLines.length === 0 || stopped) return;
		// An empty prompt is written over; a draft stays to be read, and is begun anew below.
		const above = editor.text === '' ? `\r${' '.repeat(PROMPT.length)}\r` : '\r\n';
		write(above + drainPending() + promptLine());
	}

	return {
		get editor() {
			return editor;
		},
		get lastKeyAt() {
			return lastKeyAt;
		},
		edit(action) {
			lastKeyAt = clock.now();
			const before = editor.text;
			const next = reduceEditor(editor, action);
			// The caret stays at the end: what cannot be seen cannot be moved through.
			editor = {...next, cursor: next.text.length};
			write(echoEdit(before, editor.text));
		},
		printAbove(...lines) {
			pendingLines.push(...lines);
			if (sending) return;
			timer?.cancel();
			const typing = editor.text !== '' && clock.now() - lastKeyAt < TYPING_PAUSE_MS;
			if (typing) timer = clock.after(TYPING_PAUSE_MS, flush);
			else flush();
		},
		submit(send) {
			const draft = editor.text;
			write('\r\n');
			sending = true;
			if (draft.trim() !== '') {
				editor = reduceEditor(editor, {type: 'edit', edit: 'submit'});
				send(draft);
			}
			sending = false;
			if (!stopped) write(drainPending() + promptLine());
		},
		restoreDraft(draft) {
			editor = {...editor, text: draft, cursor: draft.length};
		},
		redraw: () => write(promptLine()),
		stop() {
			stopped = true;
			timer?.cancel();
		},
	};
}
