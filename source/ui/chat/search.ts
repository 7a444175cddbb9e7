/**
 * Update functions of the incremental search: each letter selects the nearest older match; Esc restores the reading
 * position.
 */
import {foldText} from '../../core/fold-text.js';
import {editorWith} from '../input/editor-state.js';
import {type EditorAction, reduceEditor} from '../input/reduce-editor.js';
import {matchesSearch} from '../timeline/match-search.js';
import {type UiState, withInfo} from './chat-state.js';
import type {ChatContext} from './frame.js';
import {findEntryFrom, jumpTo} from './reading-position.js';

/** Opens the search prompt, with an initial text. */
export function openSearch(ui: UiState, context: ChatContext, text = ''): UiState {
	const {anchor, selected} = ui;
	const opened: UiState = {
		...ui,
		overlay: undefined,
		prompt: {type: 'search', editor: editorWith(text), anchor, selected},
		selected: undefined,
	};
	return text === '' ? {...opened, search: ''} : updateSearch(opened, context, {type: 'set', text});
}

/** Edits the search text and selects the match nearest to the reading position at which the search began. */
export function updateSearch(ui: UiState, context: ChatContext, action: EditorAction): UiState {
	if (!ui.prompt) return ui;
	const editor = reduceEditor(ui.prompt.editor, action);
	const search = foldText(editor.text);
	const next: UiState = {...ui, prompt: {...ui.prompt, editor}, search};
	if (search === ui.search) return next;
	if (search === '') return {...next, anchor: ui.prompt.anchor, selected: undefined};
	const from: UiState = {...next, anchor: ui.prompt.anchor, selected: ui.prompt.selected};
	const {state} = context;
	const found =
		currentMatch(from, context, search) ??
		findEntryFrom(from, context, -1, entry => matchesSearch(state, entry, search)) ??
		findEntryFrom(from, context, 1, entry => matchesSearch(state, entry, search));
	return found ? jumpTo(from, context, found) : {...from, selected: undefined};
}

function currentMatch(ui: UiState, context: ChatContext, search: string) {
	if (!ui.selected) return undefined;
	const {view} = context.frameOf(context.state, ui);
	const entry = view.at(view.positionOf(ui.selected));
	return entry && matchesSearch(context.state, entry, search) ? ui.selected : undefined;
}

/** Selects the next older (-1) or newer (1) match. */
export function nextMatch(ui: UiState, context: ChatContext, by: 1 | -1): UiState {
	if (ui.search === '') return withInfo(ui, 'No search yet. Ctrl+F starts one.');
	const {state} = context;
	const found = findEntryFrom(ui, context, by, entry => matchesSearch(state, entry, ui.search));
	if (found) return jumpTo(ui, context, found);
	return withInfo(ui, by < 0 ? 'No older match' : 'No newer match');
}

/** Handles Enter: keeps the match selected and focuses the timeline, where the keys n, N, y and r work. */
export function acceptSearch(ui: UiState): UiState {
	return {...ui, prompt: undefined, focus: ui.selected ? 'timeline' : 'input'};
}

/** Handles Esc: restores the reading position and clears the search. */
export function cancelSearch(ui: UiState): UiState {
	if (!ui.prompt) return ui;
	const {anchor, selected} = ui.prompt;
	return {
		...ui,
		prompt: undefined,
		search: '',
		anchor,
		selected,
		newestWhenLeftEnd: anchor ? ui.newestWhenLeftEnd : undefined,
	};
}
