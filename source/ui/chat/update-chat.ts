/** The one step of the screen: (state of the screen, what happened) -> (state of the screen, what to do). Pure. */

import {type Action, findAction, type KeyContext} from '../input/key-bindings.js';
import type {Token} from '../input/key-token.js';
import {toSingleLinePaste} from '../input/reduce-editor.js';
import {keyOf} from '../timeline/viewport.js';
import {applyIntent} from './apply-intent.js';
import type {ScreenEffect, ScreenMessage, UiState} from './chat-state.js';
import {answerQuestion, editDraft, typeInDraft} from './draft.js';
import {type ChatContext, type ChatStep, step} from './frame.js';
import {performAction} from './perform-action.js';
import {firstUnreadKey, keepSelectionVisible, scrollRows} from './reading-position.js';
import {updateSearch} from './search.js';

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
			return step(restoreRefusedDraft(ui, message.draft, message.text));
		case 'tick':
			return step(expireMessages(ui, context.now));
	}
}

function restoreRefusedDraft(ui: UiState, draft: string, text: string): UiState {
	const editor = ui.editor.text === '' ? {...ui.editor, text: draft, cursor: draft.length} : ui.editor;
	return {...ui, editor, flash: {text, level: 'error', until: 0}};
}

function expireMessages(ui: UiState, now: number): UiState {
	const flash = ui.flash && ui.flash.until > 0 && ui.flash.until <= now ? undefined : ui.flash;
	const question = ui.question?.type === 'quit' && ui.question.until <= now ? undefined : ui.question;
	// An open network pane shows what is going on: drawn anew.
	const same = flash === ui.flash && question === ui.question && ui.overlay?.type !== 'network';
	return same ? ui : {...ui, flash, question};
}

/** Keys, text and pastes of one read, in order. None is lost: each step starts from the state the last one left. */

export function applyTokens(ui: UiState, tokens: readonly Token[], context: ChatContext): ChatStep {
	let next = ui;
	const effects: ScreenEffect[] = [];
	for (let index = 0; index < tokens.length; index++) {
		const wheel = countWheelArrows(tokens, index);
		const token = tokens[index];
		if (!token) continue;
		const result = wheel > 1 ? step(scrollByWheel(next, token, wheel, context)) : applyToken(next, token, context);
		next = result.ui;
		effects.push(...result.effects);
		if (wheel > 1) index += wheel - 1;
	}
	return {ui: next, effects};
}

/** How many equal ↑ or ↓ stand here together: two or more in one read are the wheel, never the keyboard. */
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

export function keyContextOf(ui: UiState): KeyContext {
	if (ui.overlay) return 'overlay';
	return ui.prompt ? 'prompt' : ui.focus;
}

function applyToken(ui: UiState, token: Token, context: ChatContext): ChatStep {
	if (token.type === 'focus') return step(applyWindowFocus(ui, token.focused, context));
	if (token.type === 'kitty-keyboard') return step(ui, {type: 'kitty-keyboard'});
	const current: UiState = {
		...ui,
		lastKeyAt: context.now,
		typedInList: token.type === 'text' ? ui.typedInList : undefined,
		...((ui.flash?.until === 0 || ui.flash?.endsOnKey) && {flash: undefined}),
	};
	if (current.question || current.editor.pendingPaste !== undefined) {
		const answered = answerQuestion(current, token, context);
		if (answered) return answered;
	}
	const settled = current.question && !isInterrupt(token) ? {...current, question: undefined} : current;
	if (token.type === 'paste') return applyPaste(settled, token.text, context);
	if (token.type === 'key') {
		// The Enter of a line that nobody took.
		if (token.key === 'enter' && currentTypedRun(ui, context)?.deaf) return step(showTypingHint(settled));
		const action = findAction(keyContextOf(settled), token.key);
		return action ? performAction(settled, action, context) : step(settled);
	}
	return applyText(settled, token.text, context);
}

function isInterrupt(token: Token): boolean {
	return token.type === 'key' && token.key === 'ctrl+c';
}

/** What macOS types with Option where Alt is not set up: these stand for keys of ours. */
const OPTION_CHARACTERS = /^[¡™£¨π˜¬ß†∑]$/;
const OPTION_HINT =
	'Option types characters here: let your terminal send it as Meta/Esc+ to use the Alt keys (every one has a twin, see Ctrl+G)';

function applyText(ui: UiState, text: string, context: ChatContext): ChatStep {
	const hinted: UiState =
		!ui.optionHintShown && OPTION_CHARACTERS.test(text)
			? {...ui, optionHintShown: true, flash: {text: OPTION_HINT, level: 'info', until: 0}}
			: ui;
	// Over the input nothing is a list: what is typed closes an overlay and goes where it was meant to, all of it.
	const target = hinted.overlay && hinted.focus === 'input' ? {...hinted, overlay: undefined} : hinted;
	const place = keyContextOf(target);
	if (place === 'prompt') return step(updateSearch(target, context, {type: 'type', text}));
	if (place === 'input') return typeInDraft(target, text);
	// In a list every character is a key of its own; a key may move the focus to the input.
	let next: ChatStep = step(target);
	for (const character of text) {
		const result = applyCharacter(next.ui, character, context);
		next = {ui: result.ui, effects: [...next.effects, ...result.effects]};
	}
	return next;
}

function applyCharacter(ui: UiState, character: string, context: ChatContext): ChatStep {
	const place = keyContextOf(ui);
	if (place === 'prompt') return step(updateSearch(ui, context, {type: 'type', text: character}));
	if (place === 'input') return typeInDraft(ui, character);
	const run = currentTypedRun(ui, context);
	const action = place === 'overlay' && character === 'q' ? 'back' : findAction(place, character);
	if (!action || run?.deaf || (run && focusesInput(action))) {
		return step(showTypingHint({...ui, typedInList: {at: context.now, deaf: true}}));
	}
	return performAction({...ui, typedInList: {at: context.now, deaf: false}}, action, context);
}

/** Characters that come closer than this belong together, ms. */
const TYPED_RUN_MS = 500;

/**
 * The run of characters that goes on in a list. One that holds something that is no key there is a line meant for the
 * input: the rest of it does nothing, and nothing of it reaches the input.
 */
function currentTypedRun({typedInList}: UiState, {now}: ChatContext): UiState['typedInList'] {
	return typedInList && now - typedInList.at < TYPED_RUN_MS ? typedInList : undefined;
}

/** Such a key means itself only as the first of a run: "give" holds an `i` too. */
function focusesInput(action: Action): boolean {
	return action === 'back' || action === 'quote';
}

function showTypingHint(ui: UiState): UiState {
	return {...ui, flash: {text: ui.overlay ? 'Esc: close' : 'i or Esc: type', level: 'info', until: 0}};
}

function applyPaste(ui: UiState, text: string, context: ChatContext): ChatStep {
	if (ui.prompt) return step(updateSearch(ui, context, {type: 'paste', text: toSingleLinePaste(text)}));
	return step(editDraft({...ui, focus: 'input', selected: undefined, overlay: undefined}, {type: 'paste', text}));
}

/** Looking away sets the unread rule behind the newest, unless unread ones stand there already. */
export function applyWindowFocus(ui: UiState, focused: boolean, context: ChatContext): UiState {
	if (focused || ui.focused === false || firstUnreadKey(ui, context)) return {...ui, focused};
	const {view} = context.frameOf(context.state, ui);
	const newest = view.at(view.length - 1);
	return newest && ui.anchor === undefined ? {...ui, focused, unreadMarker: keyOf(newest)} : {...ui, focused};
}
