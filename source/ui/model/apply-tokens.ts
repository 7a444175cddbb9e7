/** Keys, text and pastes of one read, in order. None is lost: each step starts from the state the last one left. */
import {inOneRow} from '../editor/in-one-row.js';
import type {Action} from '../keys/bindings.js';
import {findAction, type Place} from '../keys/find-action.js';
import type {Token} from '../keys/token.js';
import {keyOf} from '../timeline/viewport.js';
import {answerQuestion} from './answer-question.js';
import {changeDraft, typeInto} from './apply-input.js';
import type {Effect} from './message.js';
import {type Context, type Step, step} from './model.js';
import {performAction} from './perform-action.js';
import {firstUnread, scrollRows} from './scroll.js';
import {searchFor} from './search-step.js';
import type {UiState} from './ui-state.js';

export function applyTokens(ui: UiState, tokens: readonly Token[], context: Context): Step {
	let next = ui;
	const effects: Effect[] = [];
	for (let index = 0; index < tokens.length; index++) {
		const wheel = arrowRun(tokens, index);
		const token = tokens[index];
		if (!token) continue;
		const made = wheel > 1 ? step(turnWheel(next, token, wheel, context)) : applyToken(next, token, context);
		next = made.ui;
		effects.push(...made.effects);
		if (wheel > 1) index += wheel - 1;
	}
	return {ui: next, effects};
}

/** How many equal ↑ or ↓ stand here together: two or more in one read are the wheel, never the keyboard. */
function arrowRun(tokens: readonly Token[], from: number): number {
	const first = tokens[from];
	if (first?.type !== 'key' || (first.key !== 'up' && first.key !== 'down')) return 0;
	let count = 1;
	for (let next = tokens[from + count]; next?.type === 'key' && next.key === first.key; next = tokens[from + count])
		count++;
	return count;
}

function turnWheel(ui: UiState, token: Token, rows: number, context: Context): UiState {
	const by = token.type === 'key' && token.key === 'up' ? -rows : rows;
	if (ui.overlay) return {...ui, overlay: {...ui.overlay, scroll: Math.max(0, ui.overlay.scroll + by)}};
	return scrollRows(ui, context, by);
}

export function placeOf(ui: UiState): Place {
	if (ui.overlay) return 'overlay';
	return ui.prompt ? 'prompt' : ui.focus;
}

function applyToken(ui: UiState, token: Token, context: Context): Step {
	if (token.type === 'focus') return step(focusChanged(ui, token.focused, context));
	if (token.type === 'kitty') return step(ui, {type: 'kitty'});
	const awake: UiState = {
		...ui,
		lastKeyAt: context.now,
		typedInList: token.type === 'text' ? ui.typedInList : undefined,
		...((ui.flash?.until === 0 || ui.flash?.orKey) && {flash: undefined}),
	};
	if (awake.question || awake.editor.heldPaste !== undefined) {
		const answered = answerQuestion(awake, token, context);
		if (answered) return answered;
	}
	const asked = awake.question && !isInterrupt(token) ? {...awake, question: undefined} : awake;
	if (token.type === 'paste') return applyPaste(asked, token.text, context);
	if (token.type === 'key') {
		// The Enter of a line that nobody took.
		if (token.key === 'enter' && runOf(ui, context)?.deaf) return step(hintHowToType(asked));
		const action = findAction(placeOf(asked), token.key);
		return action ? performAction(asked, action, context) : step(asked);
	}
	return applyText(asked, token.text, context);
}

function isInterrupt(token: Token): boolean {
	return token.type === 'key' && token.key === 'ctrl+c';
}

/** What macOS types with Option where Alt is not set up: these stand for keys of ours. */
const OPTION_CHARACTERS = /^[¡™£¨π˜¬ß†∑]$/;
const OPTION_HINT =
	'Option types characters here: let your terminal send it as Meta/Esc+ to use the Alt keys (every one has a twin, see Ctrl+G)';

function applyText(ui: UiState, text: string, context: Context): Step {
	const hinted: UiState =
		!ui.optionHintGiven && OPTION_CHARACTERS.test(text)
			? {...ui, optionHintGiven: true, flash: {text: OPTION_HINT, level: 'info', until: 0}}
			: ui;
	// Over the input nothing is a list: what is typed closes an overlay and goes where it was meant to, all of it.
	const under = hinted.overlay && hinted.focus === 'input' ? {...hinted, overlay: undefined} : hinted;
	const place = placeOf(under);
	if (place === 'prompt') return step(searchFor(under, context, {type: 'type', text}));
	if (place === 'input') return typeInto(under, text);
	// In a list every character is a key of its own; a key may move the focus to the input.
	let next: Step = step(under);
	for (const character of text) {
		const made = applyCharacter(next.ui, character, context);
		next = {ui: made.ui, effects: [...next.effects, ...made.effects]};
	}
	return next;
}

function applyCharacter(ui: UiState, character: string, context: Context): Step {
	const place = placeOf(ui);
	if (place === 'prompt') return step(searchFor(ui, context, {type: 'type', text: character}));
	if (place === 'input') return typeInto(ui, character);
	const run = runOf(ui, context);
	const action = place === 'overlay' && character === 'q' ? 'back' : findAction(place, character);
	if (!action || run?.deaf || (run && leadsToInput(action))) {
		return step(hintHowToType({...ui, typedInList: {at: context.now, deaf: true}}));
	}
	return performAction({...ui, typedInList: {at: context.now, deaf: false}}, action, context);
}

/** Characters that come closer than this belong together, ms. */
const RUN_MS = 500;

/**
 * The run of characters that goes on in a list. One that holds something that is no key there is a line meant for the
 * input: the rest of it does nothing, and nothing of it reaches the input.
 */
function runOf({typedInList}: UiState, {now}: Context): UiState['typedInList'] {
	return typedInList && now - typedInList.at < RUN_MS ? typedInList : undefined;
}

/** Such a key means itself only as the first of a run: "give" holds an `i` too. */
function leadsToInput(action: Action): boolean {
	return action === 'back' || action === 'quote';
}

function hintHowToType(ui: UiState): UiState {
	return {...ui, flash: {text: ui.overlay ? 'Esc: close' : 'i or Esc: type', level: 'info', until: 0}};
}

function applyPaste(ui: UiState, text: string, context: Context): Step {
	if (ui.prompt) return step(searchFor(ui, context, {type: 'paste', text: inOneRow(text)}));
	return step(changeDraft({...ui, focus: 'input', selected: undefined, overlay: undefined}, {type: 'paste', text}));
}

/** Looking away sets the unread rule behind the newest, unless unread ones stand there already. */
export function focusChanged(ui: UiState, focused: boolean, context: Context): UiState {
	if (focused || ui.focused === false || firstUnread(ui, context)) return {...ui, focused};
	const {view} = context.frameOf(context.state, ui);
	const newest = view.at(view.length - 1);
	return newest && ui.anchor === undefined ? {...ui, focused, marker: keyOf(newest)} : {...ui, focused};
}
