/** Update functions for the questions that the next key answers, for example whether to open a link or to quit. */
import {foldText} from '../../core/fold-text.js';
import {selectUndeliveredCount} from '../../core/select.js';
import {isTypedReaction} from '../../node/commands/emoji.js';
import type {Command} from '../../node/commands/parse-command.js';
import {CONFIRMATION_DIGITS} from '../../node/verification.js';
import type {Token} from '../input/key-token.js';
import {type Question, TYPED_RUN_MS, type UiState} from './chat-state.js';
import {editDraft} from './draft.js';
import {type ChatContext, type ChatStep, step} from './frame.js';
import {toggleReaction} from './message-steps.js';
import {REACTIONS} from './reactions.js';

/**
 * Answers the open question, or the question whether to insert a long paste. Returns undefined if the token is not an
 * answer; the caller then closes the question and handles the token as usual.
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
		// Every key that arrives here, except y, means no, as the text of the question says. The user can ask for the
		// link again.
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
		if (isTypedReaction(word)) return toggleReaction(closed, target, word, context);
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
 * The rule for questions with yes or no about messages, files, pastes and quitting: only `y` is yes. `n`, Esc, Enter
 * and Ctrl+C are no. Any other key and a paste do nothing. A letter directly after another letter does nothing either,
 * so that a text that is typed blindly answers no question.
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

/** Quits. If no other node has some of this user's messages, asks first. The demo never asks. */
export function requestQuit(ui: UiState, {state}: ChatContext): ChatStep {
	const count = ui.isVisitor ? 0 : selectUndeliveredCount(state);
	if (count === 0) return step(ui, {type: 'quit', reason: 'quit'});
	return step({...ui, question: {type: 'quit-undelivered', count}});
}
