/**
 * Update functions for the actions of a user on a message: reply, react, correct, withdraw, pin, follow a quote, show a
 * thread.
 */
import {type EventRef, eventId, isWritten, type Whisper, type WrittenEvent} from '../../core/event.js';
import type {OrderKey} from '../../core/event-order.js';
import {hasFailed, isFetching} from '../../core/file-transfer.js';
import {findPosted} from '../../core/find-posted.js';
import {isOwnLaunch} from '../../core/own-sessions.js';
import {selectMarks} from '../../core/select-marks.js';
import {isPresent, statusOf} from '../../core/select-peers.js';
import {selectPins} from '../../core/select-pins.js';
import {contentOf, textOf} from '../../core/text-of.js';
import type {TimelineEntry} from '../../core/timeline.js';
import {quoteName, typedMessage} from '../../node/commands/parse-command.js';
import {isOwnMessage, newestOwnMessage} from '../../node/effect-commands.js';
import {addresseeOf} from '../addressee.js';
import {editorWith} from '../input/editor-state.js';
import {messagesOverlay} from '../overlays/overlay-text.js';
import {displayName, plainName} from '../timeline/display-name.js';
import {transferOf} from '../timeline/format-file.js';
import {fileLines, pinLines, threadLines} from '../timeline/message-lists.js';
import {keyOf} from '../timeline/viewport.js';
import {type Composing, type UiState, withInfo} from './chat-state.js';
import {type ChatContext, type ChatStep, step} from './frame.js';
import {jumpTo} from './reading-position.js';

const ONLY_MESSAGES = 'This key works only on messages';

const NOT_WITH_WHISPERS = 'A whisper can only be answered (r), copied (y) and read in full (Enter)';

function selectedEntry(ui: UiState, {state, frameOf}: ChatContext): TimelineEntry | undefined {
	const {view} = frameOf(state, ui);
	return ui.selected && view.at(Math.min(view.positionOf(ui.selected), view.length - 1));
}

function selectedMessage(ui: UiState, context: ChatContext): WrittenEvent | undefined {
	const entry = selectedEntry(ui, context);
	return entry && isWritten(entry) ? entry : undefined;
}

function selectedWhisper(ui: UiState, context: ChatContext): Whisper | undefined {
	const entry = selectedEntry(ui, context);
	return entry?.type === 'whisper' ? entry : undefined;
}

/** Runs `act` with the selected message, or shows a hint if no message is selected. */
function withMessage(ui: UiState, context: ChatContext, act: (message: WrittenEvent) => ChatStep): ChatStep {
	const message = selectedMessage(ui, context);
	if (!message) return step(withInfo(ui, selectedWhisper(ui, context) ? NOT_WITH_WHISPERS : ONLY_MESSAGES));
	if (contentOf(context.state, message).withdrawal) return step(withInfo(ui, 'This message was withdrawn'));
	return act(message);
}

function refOf({peer, seq}: EventRef): EventRef {
	return {peer, seq};
}

/**
 * Makes the draft a reply to the selected message, or a whisper to the other person of the selected whisper. The text
 * that is already typed stays.
 */
export function startReply(ui: UiState, context: ChatContext): ChatStep {
	const whisper = selectedWhisper(ui, context);
	if (whisper) return step(whisperBack(ui, whisper, context.state));
	return withMessage(ui, context, message =>
		step({...ui, focus: 'input', selected: undefined, composing: {type: 'reply', target: refOf(message)}}),
	);
}

/** Begins a new whisper to the other person of a whisper. The text of the draft becomes the text of the new whisper. */
function whisperBack(ui: UiState, {subject}: Whisper, state: ChatContext['state']): UiState {
	const status = statusOf(state, subject);
	if (!isPresent(status)) return withInfo(ui, `${displayName(state, subject)} is not connected any more`);
	const prefix = `/msg ${quoteName(plainName(state, subject))} `;
	const {history} = ui.editor;
	return {
		...ui,
		focus: 'input',
		selected: undefined,
		composing: undefined,
		addressee: addresseeOf(state, subject, prefix),
		editor: {...editorWith(prefix + ui.editor.text), history, historyIndex: history.length},
	};
}

/** Puts the text of the selected message into the input. Enter then corrects the message. */
export function startCorrection(ui: UiState, context: ChatContext): ChatStep {
	return withMessage(ui, context, message => {
		if (!isOwnMessage(context.state, context.self.peer, message))
			return step(withInfo(ui, 'Only your own messages can be changed'));
		return step(correct(ui, context, message));
	});
}

function correct(ui: UiState, {state}: ChatContext, message: WrittenEvent): UiState {
	const {history} = ui.editor;
	const text = typedMessage(textOf(state, message));
	return {
		...ui,
		focus: 'input',
		selected: undefined,
		editor: {...editorWith(text), history, historyIndex: history.length},
		composing: {type: 'correct', target: refOf(message), original: text},
	};
}

/**
 * Begins the correction of the user's newest message, for ↑ in an empty input. After a restart, the input has no
 * history that ↑ could show, and the newest message is from an earlier launch. Undefined if the draft is not empty, if
 * the user has no message, or if the newest one is a file without a note.
 */
export function correctNewest(ui: UiState, context: ChatContext): UiState | undefined {
	if (ui.editor.text !== '' || ui.composing) return undefined;
	const message = newestOwnMessage(context.state, context.self.peer);
	return message && textOf(context.state, message) !== '' ? correct(ui, context, message) : undefined;
}

/**
 * Decides what Enter does with the draft after ↑ was pressed in an empty input. If ↑ has shown the user's newest
 * message and the user has edited its text, Enter corrects that message. Otherwise Enter sends the text as a new
 * message. `before` is the state before the key ↑.
 */
export function composingAfterHistory(
	before: UiState,
	after: UiState,
	{state, self}: ChatContext,
): Composing | undefined {
	const {editor} = after;
	if (before.editor.text !== '' || before.composing || editor.historyIndex !== editor.history.length - 1)
		return after.composing?.type === 'correct' && editor.historyIndex !== before.editor.historyIndex
			? undefined
			: after.composing;
	const message = newestOwnMessage(state, self.peer);
	if (!message || typedMessage(textOf(state, message)) !== editor.text) return undefined;
	return {type: 'correct', target: refOf(message), original: editor.text};
}

export function askReaction(ui: UiState, context: ChatContext): ChatStep {
	return withMessage(ui, context, message => step({...ui, question: {type: 'react', target: refOf(message)}}));
}

/** Reacts with a word. If the user has already reacted with this word, takes that reaction back. */
export function toggleReaction(ui: UiState, target: EventRef, word: string, {state}: ChatContext): ChatStep {
	const isOn = selectMarks(state, target).some(mark => mark.word === word && mark.isOwn);
	return step(ui, {type: 'mark', target, word, on: !isOn});
}

export function askWithdrawal(ui: UiState, context: ChatContext): ChatStep {
	return withMessage(ui, context, message =>
		isOwnMessage(context.state, context.self.peer, message)
			? step({...ui, question: {type: 'withdraw', target: refOf(message)}})
			: step(withInfo(ui, 'Only your own messages can be withdrawn')),
	);
}

/** Asks whether to pin or unpin the selected message, because all peers see the result. */
export function askPin(ui: UiState, context: ChatContext): ChatStep {
	return withMessage(ui, context, message => {
		const id = eventId(message.peer, message.seq);
		const isPinned = selectPins(context.state).some(pin => eventId(pin.message.peer, pin.message.seq) === id);
		return step({...ui, question: {type: 'pin', target: refOf(message), on: !isPinned}});
	});
}

/**
 * Jumps from a reply to the message that it answers, and from that message back to the reply. Returns undefined if the
 * selected row is neither a reply nor the message to which the user jumped last. The key Enter then shows the details.
 */
export function followQuote(ui: UiState, context: ChatContext): UiState | undefined {
	const {selected, followedFrom} = ui;
	if (!selected) return undefined;
	if (followedFrom && isSame(followedFrom.to, selected))
		return {...jumpTo(ui, context, followedFrom.from), followedFrom: undefined};
	const message = selectedMessage(ui, context);
	if (message?.type !== 'posted' || !message.replyTo) return undefined;
	const answered = findPosted(context.state.timeline, message.replyTo);
	if (!answered) return withInfo(ui, 'The message that this one answers has not arrived here. d: details');
	const {view} = context.frameOf(context.state, ui);
	const shown = view.at(view.positionOf(answered));
	if (!shown || !isSame(shown, answered)) return withInfo(ui, 'The filter hides the message that this one answers');
	return {...jumpTo(ui, context, keyOf(answered)), followedFrom: {from: selected, to: keyOf(answered)}};
}

function isSame(a: OrderKey, b: OrderKey): boolean {
	return a.peer === b.peer && a.seq === b.seq && a.ms === b.ms && a.counter === b.counter;
}

export function openThread(ui: UiState, context: ChatContext): ChatStep {
	return withMessage(ui, context, message => {
		const lines = threadLines(context.state, message);
		return step({...ui, overlay: messagesOverlay('Thread', lines)});
	});
}

export function openFiles(ui: UiState, {state}: ChatContext): UiState {
	return {...ui, overlay: {type: 'text', title: 'Shared files', lines: fileLines(state), scroll: 0}};
}

/**
 * Fetches the file of the selected row. Undefined if the row is no file, or if the file is already complete or being
 * fetched. The key Enter then shows the details.
 */
export function fetchSelected(ui: UiState, context: ChatContext): ChatStep | undefined {
	const message = selectedMessage(ui, context);
	const {state} = context;
	if (message?.type !== 'shared' || isOwnLaunch(state, message.peer) || contentOf(state, message).withdrawal)
		return undefined;
	const transfer = transferOf(state, message);
	if (transfer && !hasFailed(transfer)) return undefined;
	return step(ui, {type: 'fetch', target: refOf(message)});
}

/** Cancels the fetch of the file in the selected row. Undefined if the row is not a file that is being fetched. */
export function cancelSelected(ui: UiState, context: ChatContext): ChatStep | undefined {
	const message = selectedMessage(ui, context);
	if (message?.type !== 'shared') return undefined;
	const transfer = transferOf(context.state, message);
	return transfer && isFetching(transfer) ? step(ui, {type: 'cancel-fetch', file: message.file}) : undefined;
}

export function openPins(ui: UiState, {state}: ChatContext): UiState {
	return {...ui, overlay: {type: 'text', title: 'Pinned messages', lines: pinLines(state), scroll: 0}};
}
