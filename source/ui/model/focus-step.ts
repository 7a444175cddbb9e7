/** Focus, panes, and the way back out of things. */
import {SIDEBAR_FROM_COLUMNS} from '../layout/screen-layout.js';
import {changeDraft} from './apply-input.js';
import type {Context} from './model.js';
import {selectFirstPeer} from './peers-step.js';
import {goNewest, isSelectionSeen, selectLast} from './scroll.js';
import {dropSearch} from './search-step.js';
import type {Focus, UiState} from './ui-state.js';

const ORDER: readonly Focus[] = ['input', 'timeline', 'peers'];
/** How long a first Ctrl+C waits for the second. */
export const QUIT_WINDOW_MS = 2000;

export function focusOn(ui: UiState, context: Context, focus: Focus): UiState {
	const closed: UiState = {...ui, overlay: undefined, prompt: undefined, focus};
	if (focus === 'timeline') return isSelectionSeen(closed, context) ? closed : selectLast(closed, context);
	if (focus === 'peers') return selectFirstPeer(closed, context);
	return {...closed, selected: undefined};
}

export function nextFocus(ui: UiState, context: Context, by: 1 | -1): UiState {
	const next = ORDER[(ORDER.indexOf(ui.focus) + by + ORDER.length) % ORDER.length];
	return focusOn(ui, context, next ?? 'input');
}

/** Esc: the nearest thing that is open closes. */
export function stepBack(ui: UiState, context: Context): UiState {
	if (ui.overlay) return {...ui, overlay: undefined};
	if (ui.prompt) return dropSearch(ui);
	if (ui.editor.completion) return changeDraft(ui, {type: 'edit', edit: 'drop-completion'});
	if (ui.focus !== 'input') return {...ui, focus: 'input', selected: undefined, search: ''};
	if (ui.search !== '' || ui.selected) return {...ui, search: '', selected: undefined};
	if (ui.filter) return goNewest({...ui, filter: undefined}, context);
	return ui;
}

/** Ctrl+C: overlay, prompt, draft; then it asks. */
export function interrupt(ui: UiState, context: Context): UiState {
	if (ui.overlay || ui.prompt) return stepBack(ui, context);
	if (ui.editor.text !== '') return {...changeDraft(ui, {type: 'set', text: ''}), focus: 'input', selected: undefined};
	return {...ui, question: {type: 'quit', until: context.now + QUIT_WINDOW_MS}};
}

export function togglePeers(ui: UiState): UiState {
	const showPeers = !ui.showPeers;
	const toggled: UiState = {...ui, showPeers, focus: ui.focus === 'peers' ? 'input' : ui.focus};
	if (ui.columns >= SIDEBAR_FROM_COLUMNS) return toggled;
	// Nothing of it is seen here.
	const text = `peers pane ${showPeers ? 'on' : 'off'}, from ${SIDEBAR_FROM_COLUMNS} columns on; here: Ctrl+O`;
	return {...toggled, flash: {text, level: 'info', until: 0}};
}

export function cycleTimes(ui: UiState): UiState {
	const next = {minutes: 'seconds', seconds: 'none', none: 'minutes'} as const;
	return {...ui, times: next[ui.times]};
}
