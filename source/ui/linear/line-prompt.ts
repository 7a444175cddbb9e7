/** The line at the bottom of the linear mode: the draft being typed, and the lines that wait to be read above it. */
import {type EditorState, emptyEditor} from '../editor/editor-state.js';
import {type EditorAction, reduceEditor} from '../editor/reduce-editor.js';
import {cleanForScreen} from '../layout/clean-for-screen.js';
import type {UiClock} from '../ui-clock.js';
import {echoChange, PROMPT, showBreaks} from './echo.js';

/** Lines wait while somebody types, but not longer than this after the last key. */
const QUIET_MS = 3000;

export interface LinePrompt {
	readonly editor: EditorState;
	/** Wall clock of the last edit, ms. */
	readonly lastKeyAt: number;
	edit(action: EditorAction): void;
	/** Above the line that is being typed, which then is begun anew below. */
	say(...lines: readonly string[]): void;
	/** Enter: hands the draft to `send`; what is said meanwhile comes below it, then the prompt. */
	submit(send: (draft: string) => void): void;
	/** The draft stands in the line again. */
	restore(draft: string): void;
	/** Draws prompt and draft, after something else had the terminal. */
	begin(): void;
	stop(): void;
}

export function createLinePrompt(write: (text: string) => void, clock: UiClock): LinePrompt {
	let editor = emptyEditor;
	let lastKeyAt = clock.now();
	let waiting: string[] = [];
	let timer: {cancel(): void} | undefined;
	let sending = false;
	let stopped = false;

	const shown = () => PROMPT + showBreaks(editor.text);

	function takeWaiting(): string {
		timer?.cancel();
		timer = undefined;
		const text = waiting.map(line => `${showBreaks(cleanForScreen(line))}\r\n`).join('');
		waiting = [];
		return text;
	}

	function flush(): void {
		if (waiting.length === 0 || stopped) return;
		// An empty prompt is written over; a draft stays to be read, and is begun anew below.
		const above = editor.text === '' ? `\r${' '.repeat(PROMPT.length)}\r` : '\r\n';
		write(above + takeWaiting() + shown());
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
			write(echoChange(before, editor.text));
		},
		say(...lines) {
			waiting.push(...lines);
			if (sending) return;
			timer?.cancel();
			const typing = editor.text !== '' && clock.now() - lastKeyAt < QUIET_MS;
			if (typing) timer = clock.after(QUIET_MS, flush);
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
			if (!stopped) write(takeWaiting() + shown());
		},
		restore(draft) {
			editor = {...editor, text: draft, cursor: draft.length};
		},
		begin: () => write(shown()),
		stop() {
			stopped = true;
			timer?.cancel();
		},
	};
}
