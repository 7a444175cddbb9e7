/**
 * The chat as lines that are only ever appended, with a line prompt: for screen readers and braille displays (Ink's own
 * mode rewrites the frame on every change). No Ink.
 *
 *     const screen = runLinearScreen({session, self, stdin, stdout, environment, bell, hooks});
 *     const reason = await screen.waitUntilExit();
 *
 * The same contract as runChatScreen, in chat-screen.tsx.
 */

import {parseCommand} from '../session/command/parse-command.js';
import {proposeCompletion} from '../session/command/propose.js';
import {type CommandResult, type Intent, runCommand} from '../session/command/run-command.js';
import type {ChatScreen, ChatScreenOptions, ExitReason} from './chat-screen.js';
import {emptyEditor} from './editor/editor-state.js';
import {type EditorAction, reduceEditor} from './editor/reduce-editor.js';
import type {Token} from './keys/token.js';
import {lastLines} from './last-lines.js';
import {cleanForScreen} from './layout/clean-for-screen.js';
import {echoChange, PROMPT, showBreaks} from './linear/echo.js';
import {intentLines} from './linear/linear-commands.js';
import {newEntries} from './linear/new-entries.js';
import {spokenEntry} from './linear/spoken-entry.js';
import {likelyNames} from './model/apply-input.js';
import {noNotices, noticeInputs} from './notify/notify-policy.js';
import {readTokens} from './terminal/read-tokens.js';
import {BELL} from './terminal/sequences.js';
import {personKey} from './timeline/people.js';

export type LinearScreenOptions = Omit<ChatScreenOptions, 'stderr' | 'mono'>;

/** Lines wait while somebody types, but not longer than this after the last key. */
const QUIET_MS = 3000;
const QUIT_WINDOW_MS = 2000;
const PASTE_ON = '\u001B[?2004h';
const PASTE_OFF = '\u001B[?2004l';

const EDIT_KEYS: Readonly<Record<string, EditorAction>> = {
	backspace: {type: 'edit', edit: 'delete-back'},
	'ctrl+u': {type: 'set', text: ''},
	'ctrl+w': {type: 'edit', edit: 'kill-spaced-word'},
	'alt+backspace': {type: 'edit', edit: 'kill-word-back'},
	'ctrl+_': {type: 'edit', edit: 'undo'},
	'ctrl+j': {type: 'type', text: '\n'},
	'alt+enter': {type: 'type', text: '\n'},
	up: {type: 'history', by: -1},
	down: {type: 'history', by: 1},
};

export function runLinearScreen(options: LinearScreenOptions): ChatScreen {
	const {session, self, stdin, stdout, hooks} = options;
	const {clock} = hooks;
	let editor = emptyEditor;
	let waiting: string[] = [];
	let timer: {cancel(): void} | undefined;
	let lastKeyAt = clock.now();
	let askedAt = Number.NEGATIVE_INFINITY;
	let ignored: readonly string[] = [];
	let {bell} = options;
	let notices = noNotices;
	let exited = false;
	let resolveExit: (reason: ExitReason) => void = () => {};
	const finished = new Promise<ExitReason>(resolve => {
		resolveExit = resolve;
	});

	function write(text: string): void {
		if (!stdout.destroyed && !stdout.writableEnded) stdout.write(text);
	}

	/** Above the line that is being typed, which then is begun anew below. */
	function say(...lines: readonly string[]): void {
		waiting.push(...lines);
		const typing = editor.text !== '' && clock.now() - lastKeyAt < QUIET_MS;
		timer?.cancel();
		if (typing) timer = clock.after(QUIET_MS, flush);
		else flush();
	}

	function flush(): void {
		timer?.cancel();
		timer = undefined;
		if (waiting.length === 0 || exited) return;
		const text = waiting.map(line => showBreaks(cleanForScreen(line))).join('\r\n');
		waiting = [];
		write(
			`\r${editor.text === '' ? `${' '.repeat(PROMPT.length)}\r` : '\n'}${text}\r\n${PROMPT}${showBreaks(editor.text)}`,
		);
	}

	function edit(action: EditorAction): void {
		const before = editor.text;
		const next = reduceEditor(editor, action);
		// The caret stays at the end: what cannot be seen cannot be moved through.
		editor = {...next, cursor: next.text.length};
		write(echoChange(before, editor.text));
	}

	function submit(): void {
		const draft = editor.text;
		write('\r\n');
		if (draft.trim() !== '') {
			editor = reduceEditor(editor, {type: 'edit', edit: 'submit'});
			send(draft);
		}
		if (exited) return;
		if (waiting.length > 0) flush();
		else write(PROMPT + showBreaks(editor.text));
	}

	function send(draft: string): void {
		const parsed = parseCommand(draft);
		if (parsed.type === 'error') refuse(draft, parsed.text);
		else if (parsed.type === 'command') {
			answer(runCommand(parsed.command, {session, self, ignored, now: clock.now()}), draft);
		} else {
			const result = session.post(parsed.text);
			if ('refused' in result) refuse(draft, result.refused);
		}
	}

	/** Said again as a draft, so that it is not lost: Up would bring it back too. */
	function refuse(draft: string, why: string): void {
		editor = {...editor, text: draft, cursor: draft.length};
		waiting.push(`Not done: ${why}`);
	}

	function answer(result: CommandResult, draft: string): void {
		if (result.type === 'error') refuse(draft, result.text);
		else if (result.type === 'lines') waiting.push(`${result.title}:`, ...result.lines);
		else if (result.text) waiting.push(result.text);
		if (result.type === 'intent') carryOut(result.intent);
	}

	function carryOut(intent: Intent): void {
		const lines = intentLines(intent, session);
		if (lines) waiting.push(...lines);
		else if (intent.type === 'quit') leave({type: 'quit'});
		else if (intent.type === 'bell') bell = intent.mode;
		else if (intent.type === 'ignored') ignored = intent.keys;
		else if (intent.type === 'doctor') void later(hooks.runDoctor?.());
		else if (intent.type === 'export') {
			void later(hooks.exportTimeline?.(intent.file, session.store.getState()).then(told => [told]));
		}
	}

	async function later(lines: Promise<readonly string[]> | undefined): Promise<void> {
		if (!lines) say('not here: leave the chat and use the command p2pchat-ink');
		else say(...(await lines.catch(cause => [`Failed: ${cause instanceof Error ? cause.message : String(cause)}`])));
	}

	function onToken(token: Token): void {
		lastKeyAt = clock.now();
		if (token.type === 'text') edit({type: 'type', text: token.text});
		else if (token.type === 'paste') pasted(token.text);
		else if (token.type === 'key') onKey(token.key);
	}

	function onKey(key: string): void {
		const action = EDIT_KEYS[key];
		if (action) edit(action);
		else if (key === 'enter') submit();
		else if (key === 'tab' || key === 'shift+tab') complete(key === 'tab' ? 1 : -1);
		else if (key === 'ctrl+c') interrupt();
		else if (key === 'ctrl+d' && editor.text === '') leave({type: 'quit'});
		else if (key === 'ctrl+g') say(...(intentLines({type: 'help'}, session) ?? []));
		else if (key === 'ctrl+z') suspend();
	}

	function pasted(text: string): void {
		edit({type: 'paste', text});
		if (editor.heldPaste === undefined) return;
		const lines = editor.heldPaste.split('\n').length;
		edit({type: 'answer-paste', insert: true});
		say(`Pasted ${lines} lines, not sent yet: Enter sends them, Ctrl+U drops them.`);
	}

	function complete(by: 1 | -1): void {
		const names = likelyNames(session.store.getState());
		edit({type: 'complete', by, propose: ({text, cursor}) => proposeCompletion(text, cursor, names)});
	}

	function interrupt(): void {
		if (editor.text !== '') edit({type: 'set', text: ''});
		else if (clock.now() - askedAt <= QUIT_WINDOW_MS) leave({type: 'quit'});
		else {
			askedAt = clock.now();
			say('Ctrl+C again leaves the chat.');
		}
	}

	function suspend(): void {
		if (!hooks.stopProcess) {
			say('this system cannot suspend a program');
			return;
		}
		write(`${PASTE_OFF}\r\nsuspended: the others will see you as unreachable. fg brings it back.\r\n`);
		reader.pause();
		hooks.stopProcess();
		clock.after(100, () => {
			if (exited) return;
			reader.resume();
			write(PASTE_ON + PROMPT + showBreaks(editor.text));
		});
	}

	function leave(reason: ExitReason): void {
		if (exited) return;
		exited = true;
		timer?.cancel();
		unsubscribe();
		reader.stop();
		stdout.off('close', closed);
		if (reason.type !== 'output-closed') write(`${PASTE_OFF}\r\n${lastLines(options).join('\r\n')}\r\n`);
		resolveExit(reason);
	}

	const closed = () => leave({type: 'output-closed'});
	stdout.on('error', closed);
	stdout.on('close', closed);
	const unsubscribe = session.store.subscribe((state, inputs) => {
		const {live, earlier} = newEntries(state, inputs);
		const shown = live.filter(
			entry => !ignored.includes(personKey(state, entry.peer)) && !ignored.includes(entry.peer),
		);
		if (earlier > 0) say(`${earlier} earlier events came in; /search and /goto read them.`);
		if (shown.length > 0) say(...shown.map(entry => spokenEntry(state, entry)));
		const attention = {focused: undefined, lastKeyAt, now: clock.now(), bell, ignored, room: self.room};
		const noticed = noticeInputs(notices, state, inputs, attention);
		notices = noticed.notices;
		if (noticed.ring) write(BELL);
	});
	const reader = readTokens(stdin, clock, {
		tokens: tokens => tokens.forEach(onToken),
		ended: () => leave({type: 'input-ended'}),
	});

	write(PASTE_ON);
	write(
		`Room ${self.room}, ${self.hasSecret ? 'with a secret' : 'open to all on this network'}. /help lists the commands.\r\n`,
	);
	if (options.nameFromSystem) write('Your name is that of your user on this computer; /name NAME changes it.\r\n');
	write(PROMPT);
	return {waitUntilExit: () => finished, stop: reason => leave({type: reason})};
}
