/**
 * Chat screen that only appends lines, with a line prompt at the bottom, for screen readers and braille displays.
 * It does not use Ink, whose own screen reader mode rewrites the frame on every change.
 *
 *     const screen = runLinearScreen({chatNode, self, stdin, stdout, environment, bell, hooks});
 *     const reason = await screen.waitUntilExit();
 *
 * It has the same interface as the full screen (screen-contract.ts).
 */
import {formatBytes} from '../../core/format-quantity.js';
import {isIgnored} from '../../core/name-collisions.js';
import {withoutEndSpaces} from '../../core/text.js';
import type {CommandResult, Intent} from '../../node/commands/command-result.js';
import {findCompletion} from '../../node/commands/completions.js';
import {createMessageNumbers} from '../../node/commands/message-numbers.js';
import {parseCommand} from '../../node/commands/parse-command.js';
import {runCommand} from '../../node/commands/run-command.js';
import {pastedPath, unfinishedPath} from '../../node/commands/typed-path.js';
import {type Addressee, type Addressing, draftError, noAddressing, whisperText} from '../addressee.js';
import {chatKeys} from '../input/key-bindings.js';
import type {Token} from '../input/key-token.js';
import type {EditorAction} from '../input/reduce-editor.js';
import {findFile, findPathCandidates} from '../local-paths.js';
import {noNotifications, updateNotifications} from '../notifications.js';
import {type ChatScreen, type ChatScreenOptions, exitMessageLines, QUIT_WINDOW_MS} from '../screen-contract.js';
import {BELL, DISABLE_BRACKETED_PASTE, ENABLE_BRACKETED_PASTE} from '../terminal/escape-sequences.js';
import type {ScreenEnd} from '../terminal/mount-screen.js';
import {createSuspension} from '../terminal/suspension.js';
import {createTokenReader} from '../terminal/token-reader.js';
import {describeUnread, noUnread} from '../timeline/describe-unread.js';
import {completionNames} from '../timeline/display-name.js';
import {createTransferAnnouncer} from '../timeline/format-file.js';
import {createAddressedPrompt} from './addressed-prompt.js';
import {createBackfillAnnouncer} from './backfill-announcer.js';
import {createLinePrompt} from './line-prompt.js';
import {intentLines} from './linear-commands.js';
import {createQuitRequest} from './quit-request.js';
import {collectNewEntries, formatSpokenEntry, isSynced} from './spoken-entry.js';

const LINE_EDIT_KEYS: Readonly<Record<string, EditorAction>> = {
	backspace: {type: 'edit', edit: 'delete-back'},
	'ctrl+u': {type: 'set', text: ''},
	'ctrl+w': {type: 'edit', edit: 'kill-to-whitespace'},
	'alt+backspace': {type: 'edit', edit: 'kill-word-back'},
	'ctrl+_': {type: 'edit', edit: 'undo'},
	'ctrl+j': {type: 'type', text: '\n'},
	'alt+enter': {type: 'type', text: '\n'},
	up: {type: 'history', by: -1},
	down: {type: 'history', by: 1},
};

export function runLinearScreen(options: ChatScreenOptions): ChatScreen {
	const {chatNode, self, stdin, stdout, hooks} = options;
	const {clock} = hooks;
	const line = createLinePrompt(write, clock, isBlocked);
	const prompt = createAddressedPrompt(line, chatNode);
	const numbers = createMessageNumbers();
	let interruptedAt = Number.NEGATIVE_INFINITY;
	let ignored = options.notes?.initial.ignored ?? [];
	let {bell} = options;
	let notices = noNotifications;
	let announcedUnread = 0;
	const quitRequest = createQuitRequest(chatNode, line.printAbove, () => leave({type: 'quit'}));
	let exited = false;
	let resolveExit: (reason: ScreenEnd) => void = () => {};
	const finished = new Promise<ScreenEnd>(resolve => {
		resolveExit = resolve;
	});

	function write(text: string): void {
		if (!stdout.destroyed && !stdout.writableEnded) stdout.write(text);
	}

	function isBlocked(): boolean {
		return stdout.writableLength > 0;
	}

	/** Sends a whisper to its addressee. A refused whisper returns to the line with the same addressee. */
	function sendWhisper(draft: string, submitted: Addressing, addressee: Addressee): void {
		const text = whisperText(draft, addressee);
		const result =
			text === '' ? {refused: `Write a text for ${addressee.name}.`} : chatNode.whisper(addressee.peer, text);
		if ('refused' in result) prompt.reject(draft, result.refused, submitted);
	}

	function submitDraft(draft: string, submitted: Addressing): void {
		const fault = draftError(submitted, draft, chatNode.store.getState());
		if (fault !== undefined) {
			prompt.reject(draft, fault, submitted.addressee ? submitted : noAddressing);
			return;
		}
		if (submitted.addressee) {
			sendWhisper(draft, submitted, submitted.addressee);
			return;
		}
		const parsed = parseCommand(draft);
		if (parsed.type === 'error') prompt.reject(draft, parsed.text);
		else if (parsed.type === 'command') {
			showResult(runCommand(parsed.command, {chatNode, self, ignored, numbers, now: clock.now()}), draft);
		} else {
			const result = chatNode.post(withoutEndSpaces(parsed.text));
			if ('refused' in result) prompt.reject(draft, result.refused);
		}
	}

	function showResult(result: CommandResult, draft: string): void {
		if (result.type === 'pending') {
			if (result.text !== undefined) line.printAbove(result.text);
			void result.result.then(
				settled => showResult(settled, draft),
				cause => prompt.reject(draft, cause instanceof Error ? cause.message : String(cause)),
			);
			return;
		}
		if (result.type === 'error') prompt.reject(draft, result.text);
		else if (result.type === 'lines') line.printAbove(`${result.title}:`, ...result.lines);
		else if (result.text) line.printAbove(result.text);
		if (result.type === 'intent') runIntent(result.intent);
	}

	function runIntent(intent: Intent): void {
		const lines = intentLines(intent, chatNode, {numbers, ignored});
		if (lines) line.printAbove(...lines);
		else if (intent.type === 'quit') quitRequest.request();
		else if (intent.type === 'bell') bell = intent.mode;
		else if (intent.type === 'ignored') ignored = intent.keys;
		else if (intent.type === 'export') {
			const written = hooks.exportTimeline?.(intent.file, chatNode.store.getState());
			void printWhenSettled(written?.then(text => [text]));
		}
	}

	/** Waits for the lines that answer a command, and prints them, or the error. */
	async function printWhenSettled(lines: Promise<readonly string[]> | undefined): Promise<void> {
		if (!lines) return line.printAbove('Export is not available here. Leave the chat and run npx p2pchat-ink export.');
		const result = await lines.catch(cause => {
			return [`Failed: ${cause instanceof Error ? cause.message : String(cause)}`];
		});
		line.printAbove(...result);
	}

	function onToken(token: Token): void {
		const wasEmpty = line.editor.text === '';
		if (token.type === 'text') prompt.edit({type: 'type', text: token.text});
		else if (token.type === 'paste') insertPaste(token.text);
		else if (token.type === 'key') onKey(token.key);
		if (wasEmpty && token.type !== 'key') void offerToShare(line.editor.text);
	}

	function onKey(key: string): void {
		const action = LINE_EDIT_KEYS[key];
		if (action) prompt.edit(action);
		else if (key === 'enter') prompt.submit(submitDraft);
		else if (key === 'tab' || key === 'shift+tab') complete(key === 'tab' ? 1 : -1);
		else if (key === 'ctrl+c') interrupt();
		else if (key === 'ctrl+d' && line.editor.text === '') quitRequest.request();
		else if (key === 'ctrl+g') runIntent({type: 'help'});
		else if (key === 'ctrl+z') suspend();
	}

	function insertPaste(text: string): void {
		prompt.edit({type: 'paste', text});
		const {pendingPaste} = line.editor;
		if (pendingPaste === undefined) return;
		prompt.edit({type: 'answer-paste', insert: true});
		line.printAbove(
			`Pasted ${pendingPaste.split('\n').length} lines, not sent yet. Enter sends them, Ctrl+U deletes them.`,
		);
	}

	/** If the draft is the path of a file, turns it into the command that shares the file. */
	async function offerToShare(draft: string): Promise<void> {
		const path = pastedPath(draft);
		const found = path === undefined ? undefined : await findFile(hooks, path);
		if (!found || line.editor.text !== draft) return;
		prompt.edit({type: 'set', text: `/share ${draft.trim()}`});
		line.printAbove(
			`This is the path of a file (${formatBytes(found.size)}). Enter shares it with everybody in this room, Ctrl+U deletes the line.`,
		);
	}

	function complete(by: 1 | -1): void {
		const {text: draft, cursor, completion} = line.editor;
		const path = completion ? undefined : unfinishedPath(draft, cursor);
		if (path) {
			void findPathCandidates(hooks, path).then(candidates => {
				if (line.editor.text !== draft) return;
				if (candidates.length === 0) line.printAbove('No matching file or folder.');
				prompt.edit({type: 'complete', by, findCandidates: () => ({start: path.start, end: cursor, candidates})});
			});
			return;
		}
		const names = completionNames(chatNode.store.getState());
		prompt.edit({type: 'complete', by, findCandidates: ({text, cursor}) => findCompletion(text, cursor, names)});
	}

	function interrupt(): void {
		if (line.editor.text !== '') prompt.edit({type: 'set', text: ''});
		else if (clock.monotonic() - interruptedAt <= QUIT_WINDOW_MS) leave({type: 'quit'});
		else {
			interruptedAt = clock.monotonic();
			line.printAbove(...quitRequest.warning(), 'Press Ctrl+C again to leave the chat.');
		}
	}

	function suspend(): void {
		if (!hooks.stopProcess) {
			line.printAbove('This system cannot suspend programs.');
			return;
		}
		write(
			`${DISABLE_BRACKETED_PASTE}\r\np2pchat-ink is suspended. Others will see you as unreachable. Type fg to resume.\r\n`,
		);
		reader.pause();
		void suspension.stop().then(takeTerminalBack);
	}

	/** Takes the terminal back after another program has used it, and repeats the prompt. */
	function takeTerminalBack(): void {
		if (exited) return;
		reader.resume();
		write(ENABLE_BRACKETED_PASTE);
		line.redraw();
	}

	function leave(reason: ScreenEnd): void {
		if (exited) return;
		exited = true;
		line.stop();
		backfill.stop();
		unsubscribe();
		suspension.end();
		reader.stop();
		stdout.off('close', onOutputClosed);
		removeExitHandler?.();
		if (reason.type !== 'output-closed')
			write(`${DISABLE_BRACKETED_PASTE}\r\n${exitMessageLines(options).join('\r\n')}\r\n`);
		resolveExit(reason);
	}

	// After a crash, this sequence turns bracketed paste off. It is harmless if bracketed paste is off already.
	const removeExitHandler = hooks.onProcessExit?.(() => DISABLE_BRACKETED_PASTE);
	const suspension = createSuspension(hooks, takeTerminalBack);
	const backfill = createBackfillAnnouncer(clock, line.printAbove);

	/** Prints the number of unread messages, unless it is the same as in the last announcement. */
	function announceUnread(): void {
		const unread = chatNode.reading?.unread() ?? noUnread;
		const text = describeUnread(chatNode.store.getState(), unread, clock.now());
		if (text === undefined || unread.messages.length === announcedUnread) return;
		announcedUnread = unread.messages.length;
		line.printAbove(`${text}. /unread reads them.`);
	}

	const onOutputClosed = () => leave({type: 'output-closed'});
	stdout.on('error', onOutputClosed);
	stdout.on('close', onOutputClosed);
	const announceTransfer = createTransferAnnouncer();
	const unsubscribe = chatNode.store.subscribe((state, inputs) => {
		for (const input of inputs) {
			if (input.type !== 'ephemeral' || input.event.type !== 'file') continue;
			const text = announceTransfer(input.event.transfer);
			if (text !== undefined) line.printAbove(text);
		}
		const {live, backfilled} = collectNewEntries(state, inputs);
		const shown = live.filter(entry => !isIgnored(state, ignored, entry));
		backfill.note(backfilled);
		if (shown.length > 0) line.printAbove(...shown.map(entry => formatSpokenEntry(state, entry)));
		// All live messages are marked as read: those of hidden people are never printed, all others are printed here.
		chatNode.reading?.markRead(live);
		if (isSynced(inputs)) announceUnread();
		const {lastKeyAt} = line;
		const attention = {focused: undefined, lastKeyAt, now: clock.monotonic(), bell, ignored, room: self.room};
		const noticed = updateNotifications(notices, state, inputs, attention);
		notices = noticed.notices;
		if (noticed.ring && !isBlocked()) write(BELL);
	});
	const reader = createTokenReader(stdin, clock, chatKeys, {
		tokens(tokens) {
			tokens.forEach(onToken);
			options.notes?.save({draft: prompt.draftToKeep(), ignored});
		},
		ended: () => leave({type: 'input-ended'}),
	});

	write(
		`${ENABLE_BRACKETED_PASTE}Room ${self.room}, ${self.hasSecret ? 'with a secret' : 'open to everyone on this network'}. /help lists the commands.\r\n`,
	);
	if (options.nameFromSystem) write('Your name is your user name on this computer. Change it with /name NAME.\r\n');
	const keptDraft = options.notes?.initial.draft ?? '';
	if (keptDraft === '') line.redraw();
	else prompt.restore(keptDraft);
	announceUnread();
	return {
		waitUntilExit: () => finished,
		stop: reason => leave({type: reason}),
		showMessage: (text, draft) =>
			draft === undefined ? line.printAbove(`Error: ${text}`) : prompt.reject(draft, text),
	};
}
