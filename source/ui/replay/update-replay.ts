/** Reducer of the replay screen: computes new state and effects from state and message. All changes go through it. */

import {findPerson, selectPeople} from '../../core/select-people.js';
import type {Flash} from '../flash.js';
import {editActionOf, findAction} from '../input/key-bindings.js';
import type {Token} from '../input/key-token.js';
import {toSingleLinePaste} from '../input/reduce-editor.js';
import {SCROLL_TO_END, SCROLL_TO_START, scrollOverlayBy} from '../overlays/overlay-text.js';
import {performReplayAction} from './perform-replay-action.js';
import {updatePlayhead} from './playback.js';
import {goToTime, nextMatch} from './position.js';
import {acceptPrompt, cancelPrompt, completeFilter, editPrompt} from './prompt-steps.js';
import {findReplayAction, type ReplayAction} from './replay-bindings.js';
import {type ReplayContext, type ReplayEffect, type ReplayStep, step} from './replay-frame.js';
import {type ReplayUi, withFlash} from './replay-state.js';

export type ReplayMessage =
	/** All tokens of one chunk of terminal input. */
	| {readonly type: 'tokens'; readonly tokens: readonly Token[]}
	| {readonly type: 'resized'; readonly columns: number; readonly rows: number}
	| {readonly type: 'flash'; readonly flash: Flash | undefined}
	/** `fraction` (0 to 1) of the file has been read. `banner`: what is missing from a damaged log, or empty. */
	| {readonly type: 'loaded'; readonly fraction: number; readonly banner: string}
	/** Moves to a wall clock time (ms), as --at requests. */
	| {readonly type: 'go-to'; readonly time: number}
	/** The file can no longer be followed; `text` is the reason. */
	| {readonly type: 'follow-ended'; readonly text: string}
	/** Sent for every frame of playback. Advances the position to the current time. */
	| {readonly type: 'tick'};

export function updateReplay(ui: ReplayUi, message: ReplayMessage, context: ReplayContext): ReplayStep {
	switch (message.type) {
		case 'tokens':
			return applyTokens(updatePlayhead(ui, context), message.tokens, context);
		case 'resized':
			return step({...ui, columns: message.columns, rows: message.rows});
		case 'flash':
			return step({...ui, flash: message.flash});
		case 'loaded':
			return step({...ui, loadedFraction: message.fraction, banner: message.banner});
		case 'go-to':
			return step(goToTime(ui, context, message.time));
		case 'follow-ended':
			return step(withFlash({...ui, following: false}, message.text, 'error'));
		case 'tick':
			return step(updatePlayhead(ui, context));
	}
}

/**
 * Applies the tokens of one chunk of input in order, each to the state that the previous token produced, so that no key
 * is lost.
 */
function applyTokens(ui: ReplayUi, tokens: readonly Token[], context: ReplayContext): ReplayStep {
	let next = ui;
	const effects: ReplayEffect[] = [];
	const apply = (result: ReplayStep) => {
		next = result.ui;
		effects.push(...result.effects);
	};
	for (const token of tokens) {
		if (token.type === 'focus') continue;
		if (token.type === 'kitty-keyboard') {
			effects.push({type: 'kitty-keyboard'});
			continue;
		}
		if (next.flash) next = {...next, flash: undefined};
		if (next.prompt) apply(applyToPrompt(next, token, context));
		else if (token.type === 'key') apply(applyKey(next, token.key, context));
		else if (token.type === 'text') for (const key of token.text) apply(applyCharacter(next, key, context));
	}
	return {ui: next, effects};
}

/** Applies one character of a text token. The previous character may have opened a prompt. */
function applyCharacter(ui: ReplayUi, character: string, context: ReplayContext): ReplayStep {
	if (ui.prompt) return step(editPrompt(ui, context, {type: 'type', text: character}));
	return applyKey(ui, character, context);
}

function applyKey(ui: ReplayUi, key: string, context: ReplayContext): ReplayStep {
	if (ui.overlay) return applyToOverlay(ui, key, context);
	if (ui.focus === 'peers') {
		const by = peerStepOf(key);
		if (by !== undefined) return step(moveSelectedPeer(ui, context, by));
	}
	const action = findReplayAction(key);
	if (action) return performReplayAction(ui, action, context);
	return step(withFlash(ui, 'Unknown key. ? lists all keys'));
}

function applyToPrompt(ui: ReplayUi, token: Token, context: ReplayContext): ReplayStep {
	if (token.type === 'text') return step(editPrompt(ui, context, {type: 'type', text: token.text}));
	if (token.type === 'paste')
		return step(editPrompt(ui, context, {type: 'paste', text: toSingleLinePaste(token.text)}));
	if (token.type !== 'key') return step(ui);
	const {key} = token;
	if (key === 'escape' || key === 'ctrl+c') return step(cancelPrompt(ui));
	if (key === 'enter') return acceptPrompt(ui, context);
	if (key === 'tab') return step(completeFilter(ui, context));
	if (ui.prompt?.type === 'search' && (key === 'up' || key === 'down')) {
		return step(nextMatch(ui, context, key === 'up' ? -1 : 1));
	}
	const action = findAction('prompt', key);
	const edit = action && editActionOf(action);
	return step(edit ? editPrompt(ui, context, edit) : ui);
}

/** Scrolls the open overlay, or closes it with any other key. The overlay pane clamps the scroll position. */
function applyToOverlay(ui: ReplayUi, key: string, context: ReplayContext): ReplayStep {
	const {overlay} = ui;
	if (!overlay) return step(ui);
	const action = findReplayAction(key);
	const page = Math.max(1, context.frameOf(context.history, ui).layout.mainHeight - 3);
	const rows: Partial<Record<ReplayAction, number>> = {
		'row-up': -1,
		'row-down': 1,
		'page-up': -page,
		'page-down': page,
		play: page,
		start: SCROLL_TO_START,
		end: SCROLL_TO_END,
	};
	const by = action && rows[action];
	if (by !== undefined) return step({...ui, overlay: {...overlay, scroll: scrollOverlayBy(overlay.scroll, by)}});
	return action === 'redraw' || action === 'suspend' ? step(ui, {type: action}) : step({...ui, overlay: undefined});
}

function peerStepOf(key: string): number | undefined {
	if (key === 'up' || key === 'k') return -1;
	if (key === 'down' || key === 'j') return 1;
	return undefined;
}

function moveSelectedPeer(ui: ReplayUi, context: ReplayContext, by: number): ReplayUi {
	const peers = selectPeople(context.frameOf(context.history, ui).stateAtPosition);
	const selected = findPerson(peers, ui.selectedPeer);
	const current = selected ? peers.indexOf(selected) : -1;
	const next = Math.max(0, Math.min(peers.length - 1, Math.max(0, current) + by));
	return {...ui, selectedPeer: peers[next]?.peer};
}
