/** Reducer of the chat screen: a pure function from state and message to the new state and effects. */
import {updateAddressing} from '../addressee.js';
import type {Flash} from '../flash.js';
import {type Action, findAction, type KeyContext} from '../input/key-bindings.js';
import type {Token} from '../input/key-token.js';
import {toSingleLinePaste} from '../input/reduce-editor.js';
import {wallTimeOf} from '../timeline/describe-unread.js';
import {keyOf} from '../timeline/viewport.js';
import {applyIntent} from './apply-intent.js';
import {
	AGAIN_HINT,
	type ComposingLetter,
	type ScreenEffect,
	type ScreenMessage,
	TYPED_RUN_MS,
	TYPING_HINT,
	type TypedRun,
	type UiState,
	withInfo,
} from './chat-state.js';
import {askToShare, offerPaths, pasteInDraft, restoreRefusedDraft, typeInDraft} from './draft.js';
import {type ChatContext, type ChatStep, step} from './frame.js';
import {performAction} from './perform-action.js';
import {answerQuestion} from './questions.js';
import {endOpening, firstUnreadKey, keepSelectionVisible, scrollRows} from './reading-position.js';
import {updateSearch} from './search.js';

/** Computes the next state of the screen. All changes of the state go through this function. */
export function updateChat(ui: UiState, message: ScreenMessage, context: ChatContext): ChatStep {
	switch (message.type) {
		case 'tokens':
			return applyTokens(ui, message.tokens, context);
		case 'resized':
			if (ui.columns === message.columns && ui.rows === message.rows) return step(ui);
			return step(keepSelectionVisible({...ui, columns: message.columns, rows: message.rows}, context));
		case 'intent':
			return applyIntent(ui, message.intent, context);
		case 'flash':
			return step({...ui, flash: message.flash});
		case 'overlay':
			return step({...ui, overlay: message.overlay});
		case 'draft-rejected':
			return step(restoreRefusedDraft(ui, message, context));
		case 'missed': {
			if (ui.unreadMarker || ui.anchor) return step(ui);
			const {lastRead, since} = message;
			return step({...ui, unreadMarker: lastRead, unreadSince: since, opensAtUnread: true});
		}
		case 'path-candidates':
			return step(offerPaths(ui, message));
		case 'file-found':
			return step(askToShare(ui, message));
		case 'tick':
			return step(expireMessages(ui, context.now));
	}
}

/**
 * Time since the last key after which a flash (a short message) with `until` 0 ends, ms. The next key ends it earlier.
 */
const INFO_ENDS_MS = 10_000;
const FAULT_ENDS_MS = 30_000;

/** Monotonic time at which a flash ends if no key is pressed, ms. */
function endOf({until, level}: Flash, {lastKeyAt}: UiState): number {
	if (until > 0) return until;
	return lastKeyAt + (level === 'info' ? INFO_ENDS_MS : FAULT_ENDS_MS);
}

function expireMessages(ui: UiState, now: number): UiState {
	const flash = ui.flash && endOf(ui.flash, ui) <= now ? undefined : ui.flash;
	const question = ui.question?.type === 'quit' && ui.question.until <= now ? undefined : ui.question;
	// Only a new state object causes a frame. An open network pane needs a frame on every tick, because its figures
	// change.
	const same = flash === ui.flash && question === ui.question && ui.overlay?.type !== 'network';
	return same ? ui : {...ui, flash, question};
}

/**
 * Applies the tokens of one chunk of input in order, each to the state that the previous token produced, so that no key
 * is lost.
 */
export function applyTokens(ui: UiState, tokens: readonly Token[], context: ChatContext): ChatStep {
	const isFocusReport = tokens.every(({type}) => type === 'focus' || type === 'kitty-keyboard');
	let next = isFocusReport ? ui : endOpening(ui, context);
	const effects: ScreenEffect[] = [];
	for (let index = 0; index < tokens.length; index++) {
		const wheel = countWheelArrows(tokens, index);
		const token = tokens[index];
		if (!token) continue;
		const result = wheel > 1 ? step(scrollByWheel(next, token, wheel, context)) : applyToken(next, token, context);
		next = withAddressing(next, result.ui, context);
		effects.push(...result.effects);
		if (wheel > 1) index += wheel - 1;
	}
	return {ui: next, effects};
}

/** Returns `ui`, the state after a key, with the addressee of the draft updated. `before`: the state before the key. */
function withAddressing(before: UiState, ui: UiState, {state}: ChatContext): UiState {
	if (before.editor.text === ui.editor.text) return ui;
	return {...ui, ...updateAddressing(ui, before.editor.text, ui.editor.text, state)};
}

/**
 * Number of equal arrow keys (↑ or ↓) in a row, counted from the token at index `from`. Terminals send the mouse wheel
 * as arrow keys. Two or more of them in one chunk of input are treated as the wheel, because keys of the keyboard
 * arrive one by one.
 */
function countWheelArrows(tokens: readonly Token[], from: number): number {
	const first = tokens[from];
	if (first?.type !== 'key' || (first.key !== 'up' && first.key !== 'down')) return 0;
	let count = 1;
	for (let next = tokens[from + count]; next?.type === 'key' && next.key === first.key; next = tokens[from + count])
		count++;
	return count;
}

function scrollByWheel(ui: UiState, token: Token, rows: number, context: ChatContext): UiState {
	const by = token.type === 'key' && token.key === 'up' ? -rows : rows;
	if (ui.overlay) return {...ui, overlay: {...ui.overlay, scroll: Math.max(0, ui.overlay.scroll + by)}};
	return scrollRows(ui, context, by);
}

function keyContextOf(ui: UiState): KeyContext {
	if (ui.overlay) return 'overlay';
	return ui.prompt ? 'prompt' : ui.focus;
}

function applyToken(ui: UiState, token: Token, context: ChatContext): ChatStep {
	if (token.type === 'focus') return step(applyWindowFocus(ui, token.focused, context));
	if (token.type === 'kitty-keyboard') return step(ui, {type: 'kitty-keyboard'});
	if (token.type === 'background') return step(ui);
	const current: UiState = {
		...ui,
		lastKeyAt: context.now,
		typedRun: token.type === 'text' ? ui.typedRun : undefined,
		composingLetter: undefined,
		...((ui.flash?.until === 0 || ui.flash?.endsOnKey) && {flash: undefined}),
	};
	// The overlay with the safety number can be longer than the screen, so keys that scroll do not answer the question.
	if (current.question?.type === 'verify' && current.overlay && token.type === 'key' && SCROLL_KEYS.test(token.key)) {
		const action = findAction('overlay', token.key);
		return action ? performAction(current, action, context) : step(current);
	}
	if (current.question || current.editor.pendingPaste !== undefined) {
		const answered = answerQuestion(current, token, context);
		if (answered) return answered;
	}
	const settled = current.question && !isInterrupt(token) ? {...current, question: undefined} : current;
	if (token.type === 'paste') return applyPaste(settled, token.text, context);
	if (token.type === 'key') {
		// If the typed characters were ignored, the Enter after them must not act on the list either.
		if (token.key === 'enter' && currentTypedRun(ui, context)?.isIgnored) return step(showTypingHint(settled));
		const action = findAction(keyContextOf(settled), token.key);
		return action ? performAction(settled, action, context) : step(settled);
	}
	const typed = takeBackComposing(ui.composingLetter, token.text, context);
	return typed ? applyText(typed.ui, typed.text, context) : applyText(settled, token.text, context);
}

/**
 * Undoes a composing letter that turns out to be the first letter of a text: "everything" begins with the key that
 * corrects a message. Returns the state before the letter and the whole text to type; undefined if nothing is undone.
 */
function takeBackComposing(
	letter: ComposingLetter | undefined,
	text: string,
	{now}: ChatContext,
): {readonly ui: UiState; readonly text: string} | undefined {
	if (!letter || now - letter.at >= letter.windowMs) return undefined;
	const {before, character} = letter;
	return {
		ui: {
			...before,
			lastKeyAt: now,
			focus: 'input',
			selected: undefined,
			typedRun: undefined,
			composingLetter: undefined,
		},
		text: character + text,
	};
}

const SCROLL_KEYS = /^(?:pageup|pagedown|up|down)$/;

function isInterrupt(token: Token): boolean {
	return token.type === 'key' && token.key === 'ctrl+c';
}

/** Characters that Option types on macOS in place of bound Alt keys, in a terminal that does not send Option as Alt. */
const OPTION_CHARACTERS = /^[¡™£¨π˜¬ß†∑]$/;
const OPTION_HINT =
	'Option types characters here. Set your terminal to send it as Meta or Esc+, or use the other keys that Ctrl+G lists.';

function applyText(ui: UiState, text: string, context: ChatContext): ChatStep {
	const hinted: UiState =
		!ui.optionHintShown && OPTION_CHARACTERS.test(text)
			? {...ui, optionHintShown: true, flash: {text: OPTION_HINT, level: 'info', until: 0}}
			: ui;
	// While the input has the focus, typing closes an open overlay, and the whole text goes to the draft.
	const target = hinted.overlay && hinted.focus === 'input' ? {...hinted, overlay: undefined} : hinted;
	const keyContext = keyContextOf(target);
	if (keyContext === 'prompt') return step(updateSearch(target, context, {type: 'type', text}));
	if (keyContext === 'input') return typeInDraft(target, text);
	// In a list, each character is a key. If one of them moves the focus to the input, the characters after it are
	// text.
	let next: ChatStep = step(target);
	const characters = Array.from(text);
	for (const [index, character] of characters.entries()) {
		const typed = takeBackComposing(next.ui.composingLetter, characters.slice(index).join(''), context);
		if (typed) return applyText(typed.ui, typed.text, context);
		const result = applyCharacter(next.ui, character, context);
		next = {ui: result.ui, effects: [...next.effects, ...result.effects]};
	}
	return next;
}

function applyCharacter(ui: UiState, character: string, context: ChatContext): ChatStep {
	const keyContext = keyContextOf(ui);
	if (keyContext === 'prompt') return step(updateSearch(ui, context, {type: 'type', text: character}));
	if (keyContext === 'input') return typeInDraft(ui, character);
	const run = currentTypedRun(ui, context);
	const action = keyContext === 'overlay' && character === 'q' ? 'back' : findAction(keyContext, character);
	const isIgnored = !action || (run !== undefined && isPartOfText(run, action, character, context.now));
	const next: UiState = {...ui, typedRun: {lastAt: context.now, lastCharacter: character, isIgnored}};
	if (action && !isIgnored) {
		const result = performAction(next, action, context);
		const windowMs = COMPOSING_WINDOW_MS.get(action);
		// If the key began the answer to a whisper, the letters after it are private. So that key is never undone: the
		// letters would go into a public draft.
		const isWhisper = result.ui.addressee !== ui.addressee;
		if (windowMs === undefined || result.ui.focus !== 'input' || isWhisper) return result;
		return {...result, ui: {...result.ui, composingLetter: {at: context.now, character, windowMs, before: ui}}};
	}
	return step(action && focusesInput(action) && !next.overlay ? withInfo(next, AGAIN_HINT) : showTypingHint(next));
}

/**
 * The characters that the user is typing in quick succession while a list has the focus (a run). If the run contains a
 * character that the list does not bind, the user is probably typing a text for the input. The rest of the run is then
 * ignored, and no part of it reaches the input.
 */
function currentTypedRun({typedRun}: UiState, {now}: ChatContext): TypedRun | undefined {
	return typedRun && now - typedRun.lastAt < TYPED_RUN_MS ? typedRun : undefined;
}

/** Maximum interval between two keys, ms, at which both count as letters of one word. */
const TYPED_WORD_MS = 150;

/**
 * Whether a bound key is only a letter of a text that the user types into a list. In a run, that is true for all keys
 * after a character that the list does not bind. It is also true for a key that would move the focus to the input, if
 * it follows another key within TYPED_WORD_MS. For example, "give" begins with two bound keys. A key that moves the
 * focus always works as a key when it is pressed twice.
 */
function isPartOfText(run: TypedRun, action: Action, character: string, now: number): boolean {
	const isRepeated = character === run.lastCharacter && now > run.lastAt;
	if (focusesInput(action) && isRepeated) return false;
	return run.isIgnored || (focusesInput(action) && now - run.lastAt < TYPED_WORD_MS);
}

/**
 * Time after a letter that is the key for a correction, reply or quote, ms. Another letter within this time shows that
 * the user is typing a text. The time is longer for a correction, because a correction by mistake would change a
 * message that others have read. A user who wants to correct a message reads its text before typing, so the longer time
 * does not disturb.
 */
const COMPOSING_WINDOW_MS: ReadonlyMap<Action, number> = new Map([
	['correct', 500],
	['reply', TYPED_WORD_MS],
	['quote', TYPED_WORD_MS],
]);

/** Whether an action moves the focus to the input. */
function focusesInput(action: Action): boolean {
	return action === 'back' || action === 'quote' || action === 'reply' || action === 'correct';
}

function showTypingHint(ui: UiState): UiState {
	return withInfo(ui, ui.overlay ? 'Esc: close' : TYPING_HINT);
}

function applyPaste(ui: UiState, text: string, context: ChatContext): ChatStep {
	if (ui.prompt) return step(updateSearch(ui, context, {type: 'paste', text: toSingleLinePaste(text)}));
	return pasteInDraft({...ui, focus: 'input', selected: undefined, overlay: undefined}, text);
}

/**
 * Handles a focus report. When the terminal window loses the focus, the unread rule moves below the newest entry. If
 * entries are already below the unread rule, it stays where it is.
 */
function applyWindowFocus(ui: UiState, focused: boolean, context: ChatContext): UiState {
	if (focused || ui.focused === false || firstUnreadKey(ui, context)) return {...ui, focused};
	const {view} = context.frameOf(context.state, ui);
	const newest = view.at(view.length - 1);
	if (!newest || ui.anchor !== undefined) return {...ui, focused};
	return {...ui, focused, unreadMarker: keyOf(newest), unreadSince: wallTimeOf(context.state)};
}
