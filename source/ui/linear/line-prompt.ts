/**
 * Line prompt of the linear mode: the draft being typed, and the lines that wait to be printed. If a line is printed
 * while a draft is typed, the line appears below the draft, and the draft is repeated below that line. The prompt never
 * changes anything above the current line.
 */
import type {Clock} from '../../core/environment.js';
import {type EditorState, emptyEditor} from '../input/editor-state.js';
import {type EditorAction, reduceEditor} from '../input/reduce-editor.js';
import {cleanForScreen} from '../text/clean-for-screen.js';
import {cellWidth} from '../text/graphemes.js';

const PROMPT = '> ';
/** Time after the last key for which incoming lines wait, so that they do not interrupt typing, ms. */
const TYPING_PAUSE_MS = 3000;
/** Time until the next try to print to a terminal that does not read, ms. */
const BLOCKED_RETRY_MS = 250;
/** Maximum number of lines that wait to be printed. If more wait, the oldest ones are left out. */
const MAX_PENDING_LINES = 1000;

export interface LinePrompt {
	readonly editor: EditorState;
	/** Monotonic time of the last edit, ms. */
	readonly lastKeyAt: number;
	/** Applies an edit to the draft and writes the change to the terminal. */
	edit(action: EditorAction): void;
	/** Prints lines above the prompt, then repeats the draft below them. Waits while the user types. */
	printAbove(...lines: readonly string[]): void;
	/**
	 * Passes the draft to `send` and empties the line. Lines that `send` prints appear below the draft, above the next
	 * prompt.
	 */
	submit(send: (draft: string) => void): void;
	/**
	 * Sets the words in front of the prompt sign, for example `to Dave only`; empty for none. If the words change while
	 * a draft is typed, prompt and draft are printed again.
	 */
	setWords(words: string): void;
	/** Puts a draft back into the empty line. */
	restoreDraft(draft: string): void;
	/** Draws prompt and draft again, after another program has used the terminal. */
	redraw(): void;
	stop(): void;
}

/** `isBlocked`: whether the terminal has not yet read all earlier output. */
export function createLinePrompt(
	write: (text: string) => void,
	clock: Clock,
	isBlocked: () => boolean = () => false,
): LinePrompt {
	let editor = emptyEditor;
	let lastKeyAt = clock.monotonic();
	let pendingLines: string[] = [];
	let omitted = 0;
	let timer: {cancel(): void} | undefined;
	let sending = false;
	let stopped = false;

	let words = '';

	const prompt = () => (words === '' ? PROMPT : `${words} ${PROMPT}`);
	const promptLine = () => prompt() + indentLineBreaks(editor.text);

	function drainPending(): string {
		timer?.cancel();
		timer = undefined;
		const note = `${omitted} ${omitted === 1 ? 'line is' : 'lines are'} left out here. Read them with /search or /goto.`;
		const lines = omitted === 0 ? pendingLines : [note, ...pendingLines];
		pendingLines = [];
		omitted = 0;
		return lines.map(line => `${indentLineBreaks(cleanForScreen(line))}\r\n`).join('');
	}

	function flush(): void {
		if (pendingLines.length === 0 || stopped) return;
		if (isBlocked()) {
			timer?.cancel();
			timer = clock.after(BLOCKED_RETRY_MS, flush);
			return;
		}
		// If the draft is empty, the printed lines overwrite the prompt. Otherwise the line of the draft stays, and the
		// draft is repeated below the printed lines.
		const above = editor.text === '' ? `\r${' '.repeat(prompt().length)}\r` : '\r\n';
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
			lastKeyAt = clock.monotonic();
			const before = editor.text;
			const next = reduceEditor(editor, action);
			// The cursor stays at the end of the draft, because output that is only appended cannot move it back.
			editor = {...next, cursor: next.text.length};
			write(echoEdit(before, editor.text, prompt()));
		},
		printAbove(...lines) {
			pendingLines.push(...lines);
			omitted += pendingLines.splice(0, pendingLines.length - MAX_PENDING_LINES).length;
			if (sending) return;
			timer?.cancel();
			const isTyping = editor.text !== '' && clock.monotonic() - lastKeyAt < TYPING_PAUSE_MS;
			if (isTyping) timer = clock.after(TYPING_PAUSE_MS, flush);
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
		setWords(next) {
			if (next === words) return;
			words = next;
			if (editor.text !== '' && !sending) write(`\r\n${promptLine()}`);
		},
		restoreDraft(draft) {
			editor = {...editor, text: draft, cursor: draft.length};
			if (!sending) write(`\r${promptLine()}`);
		},
		redraw: () => write(promptLine()),
		stop() {
			stopped = true;
			timer?.cancel();
		},
	};
}

/**
 * Text that has the same width in all terminals: no combining marks, joiners, newlines or characters beyond the Basic
 * Multilingual Plane.
 */
const CERTAIN_WIDTH = /^[^\n\p{M}\p{Cf}\u{10000}-\u{10ffff}]*$/u;

/**
 * Output that turns the displayed line from `before` into `after`. Text added at the end is appended, and `\b \b`
 * deletes one cell at the end. After every other change, the draft is printed again in a new line. That includes the
 * deletion of characters whose width differs between terminals, for example emoji.
 */
function echoEdit(before: string, after: string, prompt: string): string {
	if (after.startsWith(before)) return indentLineBreaks(after.slice(before.length));
	const removed = before.slice(after.length);
	if (before.startsWith(after) && CERTAIN_WIDTH.test(removed)) return '\b \b'.repeat(cellWidth(removed));
	return `\r\n${prompt}${indentLineBreaks(after)}`;
}

function indentLineBreaks(text: string): string {
	return text.replaceAll('\n', '\r\n  ');
}
