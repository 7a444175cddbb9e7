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
import type {Token} from './keys/token.js';
import {lastLines} from './last-lines.js';
import {EDIT_KEYS} from './linear/edit-keys.js';
import {createLinePrompt} from './linear/line-prompt.js';
import {intentLines} from './linear/linear-commands.js';
import {newEntries} from './linear/new-entries.js';
import {spokenEntry} from './linear/spoken-entry.js';
import {likelyNames} from './model/apply-input.js';
import {noNotices, noticeInputs} from './notify/notify-policy.js';
import {readTokens} from './terminal/read-tokens.js';
import {BELL} from './terminal/sequences.js';
import {personKey} from './timeline/people.js';

export type LinearScreenOptions = Omit<ChatScreenOptions, 'stderr' | 'mono'>;

const QUIT_WINDOW_MS = 2000;
const SUSPEND_BLINK_MS = 100;
const PASTE_ON = '\u001B[?2004h';
const PASTE_OFF = '\u001B[?2004l';

export function runLinearScreen(options: LinearScreenOptions): ChatScreen {
	const {session, self, stdin, stdout, hooks} = options;
	const {clock} = hooks;
	const line = createLinePrompt(write, clock);
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

	/** Stands in the line again, so that it is not lost. */
	function refuse(draft: string, why: string): void {
		line.restore(draft);
		line.say(`Not done: ${why}`);
	}

	function answer(result: CommandResult, draft: string): void {
		if (result.type === 'error') refuse(draft, result.text);
		else if (result.type === 'lines') line.say(`${result.title}:`, ...result.lines);
		else if (result.text) line.say(result.text);
		if (result.type === 'intent') carryOut(result.intent);
	}

	function carryOut(intent: Intent): void {
		const lines = intentLines(intent, session);
		if (lines) line.say(...lines);
		else if (intent.type === 'quit') leave({type: 'quit'});
		else if (intent.type === 'bell') bell = intent.mode;
		else if (intent.type === 'ignored') ignored = intent.keys;
		else if (intent.type === 'doctor') void later(hooks.runDoctor?.());
		else if (intent.type === 'export') {
			const written = hooks.exportTimeline?.(intent.file, session.store.getState());
			void later(
				written?.then(told => [told]),
				`/export ${intent.file}`,
			);
		}
	}

	/** `draft` stands in the line again when it failed. */
	async function later(lines: Promise<readonly string[]> | undefined, draft?: string): Promise<void> {
		if (!lines) return line.say('not here: leave the chat and use the command npx p2pchat-ink');
		const said = await lines.catch(cause => {
			if (draft !== undefined && line.editor.text === '') line.restore(draft);
			return [`Failed: ${cause instanceof Error ? cause.message : String(cause)}`];
		});
		line.say(...said);
	}

	function onToken(token: Token): void {
		if (token.type === 'text') line.edit({type: 'type', text: token.text});
		else if (token.type === 'paste') pasted(token.text);
		else if (token.type === 'key') onKey(token.key);
	}

	function onKey(key: string): void {
		const action = EDIT_KEYS[key];
		if (action) line.edit(action);
		else if (key === 'enter') line.submit(send);
		else if (key === 'tab' || key === 'shift+tab') complete(key === 'tab' ? 1 : -1);
		else if (key === 'ctrl+c') interrupt();
		else if (key === 'ctrl+d' && line.editor.text === '') leave({type: 'quit'});
		else if (key === 'ctrl+g') carryOut({type: 'help'});
		else if (key === 'ctrl+z') suspend();
	}

	function pasted(text: string): void {
		line.edit({type: 'paste', text});
		const {heldPaste} = line.editor;
		if (heldPaste === undefined) return;
		line.edit({type: 'answer-paste', insert: true});
		line.say(`Pasted ${heldPaste.split('\n').length} lines, not sent yet: Enter sends them, Ctrl+U drops them.`);
	}

	function complete(by: 1 | -1): void {
		const names = likelyNames(session.store.getState());
		line.edit({type: 'complete', by, propose: ({text, cursor}) => proposeCompletion(text, cursor, names)});
	}

	function interrupt(): void {
		if (line.editor.text !== '') line.edit({type: 'set', text: ''});
		else if (clock.now() - askedAt <= QUIT_WINDOW_MS) leave({type: 'quit'});
		else {
			askedAt = clock.now();
			line.say('Ctrl+C again leaves the chat.');
		}
	}

	function suspend(): void {
		if (!hooks.stopProcess) {
			line.say('this system cannot suspend a program');
			return;
		}
		write(`${PASTE_OFF}\r\nsuspended: the others will see you as unreachable. fg brings it back.\r\n`);
		reader.pause();
		hooks.stopProcess();
		clock.after(SUSPEND_BLINK_MS, () => {
			if (exited) return;
			reader.resume();
			write(PASTE_ON);
			line.begin();
		});
	}

	function leave(reason: ExitReason): void {
		if (exited) return;
		exited = true;
		line.stop();
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
		if (earlier > 0) line.say(`${earlier} earlier events came in; /search and /goto read them.`);
		if (shown.length > 0) line.say(...shown.map(entry => spokenEntry(state, entry)));
		const {lastKeyAt} = line;
		const attention = {focused: undefined, lastKeyAt, now: clock.now(), bell, ignored, room: self.room};
		const noticed = noticeInputs(notices, state, inputs, attention);
		notices = noticed.notices;
		if (noticed.ring) write(BELL);
	});
	const reader = readTokens(stdin, clock, {
		tokens: tokens => tokens.forEach(onToken),
		ended: () => leave({type: 'input-ended'}),
	});

	write(
		`${PASTE_ON}Room ${self.room}, ${self.hasSecret ? 'with a secret' : 'open to all on this network'}. /help lists the commands.\r\n`,
	);
	if (options.nameFromSystem) write('Your name is that of your user on this computer; /name NAME changes it.\r\n');
	line.begin();
	return {waitUntilExit: () => finished, stop: reason => leave({type: reason})};
}
