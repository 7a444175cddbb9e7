/**
 * Update functions for the draft: typing, completion, sending, quitting, and the questions that the next key answers.
 */
import {foldText} from '../../core/fold-text.js';
import {MAX_TEXT_BYTES} from '../../core/limits.js';
import {selectUndeliveredCount} from '../../core/select.js';
import {isReactionWord, utf8Length} from '../../core/text.js';
import {findCompletion} from '../../node/commands/completions.js';
import {type Command, parseCommand} from '../../node/commands/parse-command.js';
import {pastedPath, unfinishedPath} from '../../node/commands/typed-path.js';
import {CONFIRMATION_DIGITS} from '../../node/verification.js';
import {type Addressee, addresseeError, addressingOf, comesBack, whisperText} from '../addressee.js';
import type {Token} from '../input/key-token.js';
import {type EditorAction, reduceEditor} from '../input/reduce-editor.js';
import {completionNames} from '../timeline/display-name.js';
import {
	type Composing,
	type DraftAt,
	type Question,
	type ScreenEffect,
	type ScreenMessage,
	TYPED_RUN_MS,
	type UiState,
	withInfo,
} from './chat-state.js';
import {type ChatContext, type ChatStep, screenLayoutOf, step} from './frame.js';
import {composingAfterHistory, correctNewest, toggleReaction} from './message-steps.js';
import {REACTIONS} from './reactions.js';
import {goNewest, markRead} from './reading-position.js';

/** Applies an editor action to the draft. */
export function editDraft(ui: UiState, action: EditorAction): UiState {
	return {...ui, editor: reduceEditor(ui.editor, action)};
}

/**
 * Types text. Peers see that this user is typing, except while the draft is a command. Some terminals send the path of a file
 * that is dropped on them as typed text.
 */
export function typeInDraft(ui: UiState, text: string): ChatStep {
	const next = editDraft(ui, {type: 'type', text});
	const looked = text.length > 1 ? lookForFile(ui, next) : [];
	return next.editor.text.startsWith('/') ? step(next, ...looked) : step(next, {type: 'typing'}, ...looked);
}

/** Inserts a paste. If the paste is the path of a file, the screen then asks whether to share the file. */
export function pasteInDraft(ui: UiState, text: string): ChatStep {
	const next = editDraft(ui, {type: 'paste', text});
	return step(next, ...lookForFile(ui, next));
}

/**
 * The effect that looks up whether a file is at the path that was inserted into the empty draft; none if the draft was
 * not empty or the text is no path.
 */
function lookForFile(before: UiState, {editor, addressee, composing}: UiState): ScreenEffect[] {
	const path = pastedPath(editor.text);
	if (path === undefined || before.editor.text !== '' || addressee || composing) return [];
	return [{type: 'find-file', path, draft: editor.text, cursor: editor.cursor}];
}

/**
 * Whether the draft is still the draft for which an effect was requested. Otherwise the result of the effect is
 * ignored.
 */
export function isSameDraft({editor, focus, prompt}: UiState, {draft, cursor}: DraftAt): boolean {
	return editor.text === draft && editor.cursor === cursor && focus === 'input' && !prompt;
}

/** Asks whether to share the file whose path was pasted. */
export function askToShare(ui: UiState, {path, size, ...at}: ScreenMessage & {type: 'file-found'}): UiState {
	if (!isSameDraft(ui, at) || ui.question || ui.overlay) return ui;
	return {...ui, question: {type: 'share', path, size}};
}

/** Offers the candidates for a path, or says that there are none. */
export function offerPaths(ui: UiState, message: ScreenMessage & {type: 'path-candidates'}): UiState {
	const {start, cursor, candidates, by} = message;
	if (!isSameDraft(ui, message)) return ui;
	if (candidates.length === 0) return withInfo(ui, 'No file begins with this');
	return editDraft(ui, {type: 'complete', by, findCandidates: () => ({start, end: cursor, candidates})});
}

/** Moves the caret by a row. At the first or last row, shows another entry of the history instead. */
export function moveDraftRow(ui: UiState, by: 1 | -1, context: ChatContext): UiState {
	if (by < 0 && ui.editor.history.length === 0) {
		const corrected = correctNewest(ui, context);
		if (corrected) return corrected;
	}
	const moved = editDraft(ui, {type: 'row', by, width: screenLayoutOf(ui).inputWidth});
	if (moved.editor.historyIndex === ui.editor.historyIndex) return moved;
	return {...moved, composing: composingAfterHistory(ui, moved, context)};
}

/** Completes the word before the caret. Returns undefined for an empty draft, in which Tab switches panes. */
export function completeDraft(ui: UiState, by: 1 | -1, {state}: ChatContext): ChatStep | undefined {
	const {text: draft, cursor, completion} = ui.editor;
	const path = completion ? undefined : unfinishedPath(draft, cursor);
	if (path) return step(ui, {type: 'complete-path', path, draft, cursor, by});
	const editor = reduceEditor(ui.editor, {
		type: 'complete',
		by,
		findCandidates: ({text, cursor}) => findCompletion(text, cursor, completionNames(state)),
	});
	if (editor !== ui.editor) return step({...ui, editor});
	if (draft.trim() === '') return undefined;
	return step(withInfo(ui, 'Nothing to complete. Ctrl+O: next pane'));
}

/** Sends the draft or runs it as a command. Sending a message marks all messages as read and scrolls to the end. */
export function sendDraft(ui: UiState, context: ChatContext): ChatStep {
	const draft = ui.editor.text;
	if (ui.addressee) return sendWhisper(ui, ui.addressee, context);
	const unaddressed = addresseeError(ui, draft, context.state);
	if (unaddressed !== undefined) return step({...ui, flash: {text: unaddressed, level: 'error', until: 0}});
	if (draft.trim() === '') return step(draft === '' ? ui : editDraft(ui, {type: 'set', text: ''}));
	const bytes = utf8Length(draft);
	if (bytes > MAX_TEXT_BYTES) {
		return step({
			...ui,
			flash: {text: tooLongText(bytes), level: 'error', until: 0},
		});
	}
	const parsed = parseCommand(draft);
	const sent = editDraft(ui, {type: 'edit', edit: 'submit'});
	// A wrong command is removed from the input, so that the next one is not appended to it. ↑ brings it back.
	if (parsed.type === 'error') return step({...sent, flash: {text: parsed.text, level: 'error', until: 0}});
	if (parsed.type === 'text') {
		const text = withoutEndSpaces(parsed.text);
		if (ui.composing) return sendComposed(sent, ui.composing, text, draft, context);
		return step(goNewest(markRead({...sent, selected: undefined}), context), {type: 'post', text, draft});
	}
	return step(sent, {type: 'run', command: parsed.command, draft});
}

/**
 * Removes the spaces at the end of a text of one line, where completion appends a space. A text of several lines is
 * returned unchanged, because it may be code.
 */
function withoutEndSpaces(text: string): string {
	return text.includes('\n') ? text : text.trimEnd();
}

/** Sends the draft to its addressee only. A draft without text stays in the input. */
function sendWhisper(ui: UiState, addressee: Addressee, context: ChatContext): ChatStep {
	const text = whisperText(ui.editor.text, addressee);
	const bytes = utf8Length(text);
	const fault =
		text === ''
			? `Write a text for ${addressee.name}, or press Ctrl+C.`
			: bytes > MAX_TEXT_BYTES
				? tooLongText(bytes)
				: '';
	if (fault !== '') return step({...ui, flash: {text: fault, level: 'error', until: 0}});
	const sent = {...editDraft(ui, {type: 'edit', edit: 'submit'}), addressee: undefined, composing: undefined};
	const shown = goNewest(markRead({...sent, selected: undefined}), context);
	return step(shown, {type: 'whisper', addressee, text, draft: ui.editor.text});
}

/** Sends a reply, or the correction of a message. If the text to correct was not changed, it is sent as a new message. */
function sendComposed(
	sent: UiState,
	composing: Composing,
	text: string,
	draft: string,
	context: ChatContext,
): ChatStep {
	const {target} = composing;
	const done: UiState = {...sent, selected: undefined, composing: undefined};
	if (composing.type === 'correct' && composing.original !== draft)
		return step(done, {type: 'correct', target, text, draft});
	const replyTo = composing.type === 'reply' ? {replyTo: target} : {};
	return step(goNewest(markRead(done), context), {type: 'post', text, draft, ...replyTo});
}

function tooLongText(bytes: number): string {
	const kib = (count: number) => Math.ceil(count / 102.4) / 10;
	return `Too long: ${kib(bytes)} KiB, the limit is ${kib(MAX_TEXT_BYTES)} KiB.`;
}

/**
 * Answers the open question: insert a long paste, open a link, or quit. Returns undefined if the token is not an answer;
 * the caller then closes the question and handles the token as usual.
 */
export function answerQuestion(ui: UiState, token: Token, context: ChatContext): ChatStep | undefined {
	const key = token.type === 'key' ? token.key : token.type === 'text' ? foldText(token.text) : '';
	const reply = {ui, key, isTyped: token.type === 'text', now: context.now};
	if (ui.editor.pendingPaste !== undefined) {
		return answerYesOrNo(reply, (closed, isYes) => step(editDraft(closed, {type: 'answer-paste', insert: isYes})));
	}
	if (ui.question?.type === 'open-link') {
		const {urls, chosen} = ui.question;
		if (key === 'o' && urls.length > 1)
			return step({...ui, question: {...ui.question, chosen: (chosen + 1) % urls.length}});
		const url = urls[chosen];
		// A link that is not opened can be asked about again, so every other key is no, as the question says.
		return step(
			{...ui, question: undefined},
			...(key === 'y' && url !== undefined ? [{type: 'open' as const, url}] : []),
		);
	}
	if (ui.question?.type === 'verify') return answerVerification(ui, ui.question, token);
	if (ui.question?.type === 'react') {
		const {target} = ui.question;
		const word = REACTIONS[Number(key) - 1] ?? (token.type === 'text' ? token.text : '');
		const closed = {...ui, question: undefined};
		// Only characters outside ASCII, for example emoji, are reactions.
		const isWord = isReactionWord(word) && !/^[\x20-\x7e]+$/.test(word);
		if (isWord) return toggleReaction(closed, target, word, context);
		return step(NO_KEYS.has(key) ? closed : ui);
	}
	if (ui.question?.type === 'withdraw' || ui.question?.type === 'pin') {
		const {question} = ui;
		return answerYesOrNo(reply, (closed, isYes) => step(closed, ...(isYes ? [question] : [])));
	}
	if (ui.question?.type === 'share') {
		const {path} = ui.question;
		const command: Command = {type: 'share', file: {path, note: '', whole: path}};
		return answerYesOrNo(reply, (closed, isYes) =>
			isYes
				? step(editDraft(closed, {type: 'edit', edit: 'submit'}), {type: 'run', command, draft: ui.editor.text})
				: step(closed),
		);
	}
	if (ui.question?.type === 'quit-undelivered')
		return answerYesOrNo({...reply, key: key === 'ctrl+c' ? 'y' : key}, (closed, isYes) =>
			step(closed, ...(isYes ? [{type: 'quit' as const, reason: 'quit' as const}] : [])),
		);
	if (ui.question?.type === 'quit' && key === 'ctrl+c' && context.now <= ui.question.until) {
		return requestQuit({...ui, question: undefined}, context);
	}
	return undefined;
}

/** What the user pressed while a question is open. `now`: monotonic time, ms. */
interface Reply {
	readonly ui: UiState;
	readonly key: string;
	readonly isTyped: boolean;
	readonly now: number;
}

const NO_KEYS: ReadonlySet<string> = new Set(['n', 'escape', 'enter', 'ctrl+c']);

/**
 * The rule for questions with yes or no about messages, files, pastes and quitting: only `y` is yes. `n`, Esc, Enter and
 * Ctrl+C are no. Any other key, and a paste, does nothing. A letter directly after another letter does nothing either, so that
 * a text that is typed blindly answers no question.
 */
function answerYesOrNo(
	{ui, key, isTyped, now}: Reply,
	answer: (closed: UiState, isYes: boolean) => ChatStep,
): ChatStep {
	const isInText = isTyped && ui.typedRun?.isIgnored && now - ui.typedRun.lastAt < TYPED_RUN_MS;
	if (!isInText && (key === 'y' || NO_KEYS.has(key))) return answer({...ui, question: undefined}, key === 'y');
	return step({...ui, typedRun: isTyped ? {lastAt: now, lastCharacter: key, isIgnored: true} : undefined});
}

/**
 * Reads the last digits of a safety number. Backspace removes a digit, Enter confirms, Esc and Ctrl+C cancel. Every
 * other key is ignored.
 */
function answerVerification(ui: UiState, question: Question & {type: 'verify'}, token: Token): ChatStep {
	const closed = {...ui, question: undefined, overlay: undefined};
	if (token.type === 'text' || token.type === 'paste') {
		const digits = (question.digits + token.text.replace(/\D/gu, '')).slice(0, CONFIRMATION_DIGITS);
		return step({...ui, question: {...question, digits}});
	}
	if (token.type !== 'key') return step(ui);
	switch (token.key) {
		case 'backspace':
			return step({...ui, question: {...question, digits: question.digits.slice(0, -1)}});
		case 'enter': {
			if (question.digits.length < CONFIRMATION_DIGITS) return step(ui);
			const command: Command = {type: 'verify', person: question.person, digits: question.digits};
			return step(closed, {type: 'run', command, draft: ''});
		}
		case 'escape':
		case 'ctrl+c':
			return step(closed);
		default:
			return step(ui);
	}
}

/** Quits. Asks first if some of this user's messages are on no other node, except in the demo. */
export function requestQuit(ui: UiState, {state}: ChatContext): ChatStep {
	const count = ui.isVisitor ? 0 : selectUndeliveredCount(state);
	if (count === 0) return step(ui, {type: 'quit', reason: 'quit'});
	return step({...ui, question: {type: 'quit-undelivered', count}});
}

/** Shows why a draft was refused, and puts a message back into the input with its addressee. A command comes back with ↑. */
export function restoreRefusedDraft(
	ui: UiState,
	{draft, text, addressee}: ScreenMessage & {type: 'draft-rejected'},
	{state}: ChatContext,
): UiState {
	const refused: UiState = {...ui, flash: {text, level: 'error', until: 0}};
	// The user may have begun another draft, which must not be replaced.
	if (ui.editor.text !== '' || !(addressee || comesBack(draft))) return refused;
	const addressing = addressingOf(draft, state);
	return {
		...refused,
		...addressing,
		...(addressee && {addressee}),
		editor: {...ui.editor, text: draft, cursor: draft.length},
	};
}
