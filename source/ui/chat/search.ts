/** Search while typing: the nearest older match is shown and selected; Esc goes back to where the reader was. */
import type {PeerId} from '../../core/event.js';
import {compareOrder, type OrderKey} from '../../core/event-order.js';
import {findPeer} from '../../core/roster.js';
import type {State} from '../../core/state.js';
import type {TimelineEntry} from '../../core/timeline.js';
import {findIndexInPage, findPage} from '../../core/timeline.js';
import {editorWith} from '../input/editor-state.js';
import {type EditorAction, reduceEditor} from '../input/reduce-editor.js';
import {cleanForScreen, cleanLine} from '../text/clean-for-screen.js';
import {displayName} from '../timeline/display-name.js';
import type {TimelineView} from '../timeline/timeline-view.js';
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

/** Text and author's name, any case. `search` is lower case and not empty. */
export function matchesSearch(state: State, entry: TimelineEntry, search: string): boolean {
	if (entry.type === 'posted' && cleanForScreen(entry.text).toLowerCase().includes(search)) return true;
	if (entry.type === 'notice') return entry.text.toLowerCase().includes(search);
	return entry.seq > 0 && matchesAnyName(state, entry.peer, search) && nameAt(state, entry).includes(search);
}

function nameAt(state: State, entry: TimelineEntry): string {
	return displayName(state, entry.peer, entry.seq).toLowerCase();
}

/** Names change seldom: this keeps a search through a million messages from looking up as many names. */
let nameMatchCache: {roster: State['roster']; search: string; by: Map<PeerId, boolean>} | undefined;

function matchesAnyName({roster}: State, peer: PeerId, search: string): boolean {
	if (nameMatchCache?.roster !== roster || nameMatchCache.search !== search)
		nameMatchCache = {roster, search, by: new Map()};
	let known = nameMatchCache.by.get(peer);
	if (known === undefined) {
		const names = findPeer(roster, peer)?.names ?? [];
		known = names.length === 0 || names.some(({name}) => cleanLine(name).toLowerCase().includes(search));
		nameMatchCache.by.set(peer, known);
	}
	return known;
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

type Pages = State['timeline']['pages'];

/** How many entries match, and which of them, from the oldest, is the selected one; 0: none of them. */
export interface MatchCount {
	readonly count: number;
	readonly rank: number;
}

export interface CountRequest {
	readonly state: State;
	readonly view: TimelineView;
	/** Lower case. */
	readonly search: string;
	/** The view leaves nothing out. */
	readonly isUnfiltered: boolean;
	readonly selected: OrderKey | undefined;
}

/**
 * Counts are kept by page, so that typing on a long timeline counts it once a letter and a new message counts one page.
 */
export function createMatchCounter(): (request: CountRequest) => MatchCount {
	let counted = new WeakMap<Pages[number], number>();
	/** Of the search before: where nothing matched a part of the search, nothing matches all of it. */
	let previousCounts: typeof counted | undefined;
	let countedSearch = '';
	return ({state, view, search, isUnfiltered, selected}) => {
		if (search === '') return {count: 0, rank: 0};
		if (search !== countedSearch) {
			previousCounts = countedSearch !== '' && search.includes(countedSearch) ? counted : undefined;
			counted = new WeakMap();
			countedSearch = search;
		}
		if (!isUnfiltered) return countView(state, view, search, selected);
		const {pages} = state.timeline;
		const place = selected ? findPage(pages, selected) : pages.length;
		let count = 0;
		let rank = 0;
		for (const [index, page] of pages.entries()) {
			if (index === place && selected) rank = rankOf(state, page, search, selected, count);
			let matches = counted.get(page);
			if (matches === undefined) {
				matches = previousCounts?.get(page) === 0 ? 0 : countPage(state, page, search);
				counted.set(page, matches);
			}
			count += matches;
		}
		return {count, rank};
	};
}

function countPage(state: State, page: Pages[number], search: string): number {
	let count = 0;
	for (const entry of page) if (matchesSearch(state, entry, search)) count++;
	return count;
}

/** Which match the entry at `key` is when `before` stand in front of the page; 0: it is none. */
function rankOf(state: State, page: Pages[number], search: string, key: OrderKey, before: number): number {
	const place = findIndexInPage(page, key);
	const entry = page[place];
	if (!entry || compareOrder(entry, key) !== 0 || !matchesSearch(state, entry, search)) return 0;
	return before + countPage(state, page.slice(0, place + 1), search);
}

const MAX_COUNTED = 20_000;

function countView(state: State, view: TimelineView, search: string, selected: OrderKey | undefined): MatchCount {
	let count = 0;
	let at = 0;
	for (let index = Math.max(0, view.length - MAX_COUNTED); index < view.length; index++) {
		const entry = view.at(index);
		if (!entry || !matchesSearch(state, entry, search)) continue;
		count++;
		if (selected && compareOrder(entry, selected) === 0) at = count;
	}
	return {count, rank: at};
}
