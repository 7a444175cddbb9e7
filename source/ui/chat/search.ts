/** Incremental search: each letter shows and selects the nearest older match, and Esc restores the reading position. */
import {editorWith} from '../input/editor-state.js';
import {type EditorAction, reduceEditor} from '../input/reduce-editor.js';
import {matchesSearch} from '../timeline/match-search.js';
import type {UiState} from './chat-state.js';
import type {ChatContext} from './frame.js';
import {findEntryFrom, jumpTo} from './reading-position.js';

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

export function updateSearch(ui: UiState, context: ChatContext, action: EditorAction): UiState {
	if (!ui.prompt) return ui;
	const editor = reduceEditor(ui.prompt.editor, action);
	const search = editor.text.toLowerCase();
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

export function nextMatch(ui: UiState, context: ChatContext, by: 1 | -1): UiState {
	if (ui.search === '') return {...ui, flash: {text: 'no search yet: Ctrl+F', level: 'info', until: 0}};
	const {state} = context;
	const found = findEntryFrom(ui, context, by, entry => matchesSearch(state, entry, ui.search));
	if (found) return jumpTo(ui, context, found);
	return {...ui, flash: {text: by < 0 ? 'no older match' : 'no newer match', level: 'info', until: 0}};
}

/** Enter: stays at the match with the timeline in focus, for n, N, y, r. */
export function acceptSearch(ui: UiState): UiState {
	return {...ui, prompt: undefined, focus: ui.selected ? 'timeline' : 'input'};
}

/** Esc: back to where the reader was, marks gone. */
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
