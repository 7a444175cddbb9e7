/** Runs the effects that updateChat requests. Their results return to updateChat as messages. */
import {errorMessage} from '../../core/errors.js';
import {isIgnored} from '../../core/name-collisions.js';
import type {ChatNode, SelfInfo} from '../../node/chat-node.js';
import type {CommandResult, Intent, ListIntent} from '../../node/commands/command-result.js';
import type {MessageNumbers} from '../../node/commands/message-numbers.js';
import {runCommand} from '../../node/commands/run-command.js';
import type {PostResult} from '../../node/conversation.js';
import {findFile, findPathCandidates} from '../local-paths.js';
import {messagesOverlay} from '../overlays/overlay-text.js';
import type {ScreenHooks} from '../screen-hooks.js';
import {copyToClipboard} from '../terminal/escape-sequences.js';
import {numberedLines, selectListed} from '../timeline/message-lists.js';
import type {ScreenEffect, ScreenMessage, UiState} from './chat-state.js';

/** What the effects use: the node, the hooks, and the functions of the screen. */
export interface EffectPorts {
	readonly chatNode: ChatNode;
	readonly self: SelfInfo;
	readonly hooks: ScreenHooks;
	getUi(): UiState;
	dispatch(message: ScreenMessage): void;
	write(sequence: string): void;
	/** Numbers by which commands refer to messages. */
	readonly numbers: MessageNumbers;
	redraw(): void;
	suspend(): void;
	copyView(): void;
	/** Turns the kitty keyboard protocol on, after the terminal has reported that it supports this protocol. */
	enableKitty(): void;
	quit(reason: 'quit' | 'input-ended'): void;
}

/** Time for which the result of an effect is shown, ms. */
const FLASH_MS = 4000;

/** Runs one effect. It shows errors on the screen and never throws. */
export function runEffect(effect: ScreenEffect, ports: EffectPorts): void {
	const {chatNode, hooks} = ports;
	switch (effect.type) {
		case 'post': {
			const result = chatNode.post(effect.text, effect.replyTo ? {replyTo: effect.replyTo} : {});
			if ('refused' in result) ports.dispatch({type: 'draft-rejected', draft: effect.draft, text: result.refused});
			return;
		}
		case 'whisper': {
			const {addressee, draft, text} = effect;
			const result = chatNode.whisper(addressee.peer, text);
			if ('refused' in result) ports.dispatch({type: 'draft-rejected', draft, text: result.refused, addressee});
			return;
		}
		case 'correct': {
			const result = chatNode.correct(effect.target, effect.text);
			if ('refused' in result) ports.dispatch({type: 'draft-rejected', draft: effect.draft, text: result.refused});
			return;
		}
		case 'withdraw':
			flashRefusal(chatNode.withdraw(effect.target), ports);
			return;
		case 'mark':
			flashRefusal(chatNode.mark(effect.target, effect.word, effect.on), ports);
			return;
		case 'pin':
			flashRefusal(chatNode.pin(effect.target, effect.on), ports);
			return;
		case 'fetch': {
			const result = chatNode.fetchFile(effect.target);
			if ('refused' in result) dispatchFlash(ports, result.refused, 'warn');
			return;
		}
		case 'cancel-fetch':
			chatNode.cancelFile(effect.file);
			return;
		case 'run':
			runTypedCommand(effect, ports);
			return;
		case 'typing':
			chatNode.notifyTyping();
			return;
		case 'complete-path': {
			const {path, draft, cursor, by} = effect;
			void findPathCandidates(hooks, path).then(candidates =>
				ports.dispatch({type: 'path-candidates', draft, cursor, start: path.start, candidates, by}),
			);
			return;
		}
		case 'find-file': {
			const {path, draft, cursor} = effect;
			void findFile(hooks, path).then(
				found => found && ports.dispatch({type: 'file-found', draft, cursor, path, size: found.size}),
			);
			return;
		}
		case 'copy':
			void copyText(effect.text, ports);
			return;
		case 'open':
			void openLink(effect.url, ports);
			return;
		case 'export':
			void runExport(effect.file, ports);
			return;
		case 'read-all':
			chatNode.reading?.markAllRead();
			return;
		case 'copy-view':
			ports.copyView();
			return;
		case 'redraw':
			ports.redraw();
			return;
		case 'suspend':
			if (hooks.stopProcess) ports.suspend();
			else dispatchFlash(ports, 'This system cannot suspend a program');
			return;
		case 'kitty-keyboard':
			ports.enableKitty();
			return;
		case 'quit':
			ports.quit(effect.reason);
			return;
	}
}

function dispatchFlash({dispatch, hooks}: EffectPorts, text: string, level: 'info' | 'warn' | 'error' = 'info'): void {
	dispatch({type: 'flash', flash: {text, level, until: hooks.clock.monotonic() + FLASH_MS}});
}

function flashRefusal(result: PostResult, ports: EffectPorts): void {
	if ('refused' in result) dispatchFlash(ports, result.refused, 'error');
}

function runTypedCommand({command, draft}: ScreenEffect & {type: 'run'}, ports: EffectPorts): void {
	const {chatNode, self, hooks} = ports;
	showResult(
		runCommand(command, {
			chatNode,
			self,
			ignored: ports.getUi().ignored,
			numbers: ports.numbers,
			now: hooks.clock.now(),
		}),
		draft,
		ports,
	);
}

function showResult(result: CommandResult, draft: string, ports: EffectPorts): void {
	if (result.type === 'pending') {
		const {text} = result;
		if (text !== undefined)
			ports.dispatch({type: 'flash', flash: {text, level: 'info', until: Number.POSITIVE_INFINITY}});
		result.result.then(
			settled => showResult(settled, draft, ports),
			cause => ports.dispatch({type: 'draft-rejected', draft, text: errorMessage(cause)}),
		);
		return;
	}
	if (result.type === 'error') ports.dispatch({type: 'draft-rejected', draft, text: result.text});
	else if (result.type === 'lines') {
		const {title, lines, invitation} = result;
		const code = invitation && {code: invitation.code};
		ports.dispatch({type: 'overlay', overlay: {type: 'text', title, lines, scroll: 0, ...code}});
	} else {
		if (result.type === 'intent') performIntent(result.intent, ports);
		if (result.text) dispatchFlash(ports, result.text);
	}
}

function performIntent(intent: Intent, ports: EffectPorts): void {
	if (intent.type === 'messages' || intent.type === 'thread') showMessageList(intent, ports);
	else ports.dispatch({type: 'intent', intent});
}

/** Shows the newest messages or a thread, with the numbers by which commands refer to them. */
function showMessageList(intent: ListIntent, {chatNode, numbers, getUi, dispatch}: EffectPorts): void {
	const state = chatNode.store.getState();
	const {ignored} = getUi();
	const lines = numberedLines(
		state,
		selectListed(state, intent, message => isIgnored(state, ignored, message)),
		numbers,
	);
	const title = intent.type === 'thread' ? 'Thread' : 'Messages';
	dispatch({type: 'overlay', overlay: messagesOverlay(title, lines)});
}

async function copyText(text: string, ports: EffectPorts): Promise<void> {
	const copied = await ports.hooks.copyText?.(text).catch(() => false);
	if (copied) return dispatchFlash(ports, 'Copied');
	ports.write(copyToClipboard(text));
	dispatchFlash(ports, 'Sent to the terminal. If the clipboard is empty, use /copy.');
}

async function openLink(url: string, ports: EffectPorts): Promise<void> {
	const {openUrl} = ports.hooks;
	const error = openUrl ? await openUrl(url).catch(cause => String(cause)) : 'Links cannot be opened here.';
	if (error === undefined) return dispatchFlash(ports, 'Link opened');
	// The error is shown until the next key, so that the user can copy the address from the screen.
	ports.dispatch({type: 'flash', flash: {text: `${error} Open it yourself: ${url}`, level: 'error', until: 0}});
}

async function runExport(file: string, ports: EffectPorts): Promise<void> {
	const {exportTimeline} = ports.hooks;
	if (!exportTimeline)
		return dispatchFlash(ports, 'Export is not available in this chat. Use npx p2pchat-ink export.', 'warn');
	try {
		dispatchFlash(ports, await exportTimeline(file, ports.chatNode.store.getState()));
	} catch (cause) {
		const text = cause instanceof Error ? cause.message : String(cause);
		ports.dispatch({type: 'draft-rejected', draft: `/export ${file}`, text});
	}
}
