/** Focus, panes, and the way back out of things. */

import type {PeerView} from '../../core/select-peers.js';
import {firstOtherPeer, selectPeople} from '../../core/select-people.js';
import type {TimelineEntry} from '../../core/timeline.js';
import {editorWith} from '../input/editor-state.js';
import {SIDEBAR_MIN_COLUMNS} from '../panes/screen-layout.js';
import {QUIT_WINDOW_MS} from '../screen-contract.js';
import {cleanForScreen} from '../text/clean-for-screen.js';
import {entryText} from '../timeline/describe-entry.js';
import {displayName, personKey} from '../timeline/display-name.js';
import {nextTimeFormat} from '../timeline/format-time.js';
import type {Focus, UiState} from './chat-state.js';
import {editDraft} from './draft.js';
import {type ChatContext, type ChatStep, step} from './frame.js';
import {goNewest, isSelectionVisible, selectLast} from './reading-position.js';
import {cancelSearch} from './search.js';

const FOCUS_ORDER: readonly Focus[] = ['input', 'timeline', 'peers'];

export function focusPane(ui: UiState, context: ChatContext, focus: Focus): UiState {
	const closed: UiState = {...ui, overlay: undefined, prompt: undefined, focus};
	if (focus === 'timeline') return isSelectionVisible(closed, context) ? closed : selectLast(closed, context);
	if (focus === 'peers') return selectFirstPeer(closed, context);
	return {...closed, selected: undefined};
}

export function cycleFocus(ui: UiState, context: ChatContext, by: 1 | -1): UiState {
	const next = FOCUS_ORDER[(FOCUS_ORDER.indexOf(ui.focus) + by + FOCUS_ORDER.length) % FOCUS_ORDER.length];
	return focusPane(ui, context, next ?? 'input');
}

/** Esc: the nearest thing that is open closes. */
export function stepBack(ui: UiState, context: ChatContext): UiState {
	if (ui.overlay) return {...ui, overlay: undefined};
	if (ui.prompt) return cancelSearch(ui);
	if (ui.editor.completion) return editDraft(ui, {type: 'edit', edit: 'cancel-completion'});
	if (ui.focus !== 'input') return {...ui, focus: 'input', selected: undefined, search: ''};
	if (ui.search !== '' || ui.selected) return {...ui, search: '', selected: undefined};
	if (ui.filter) return goNewest({...ui, filter: undefined}, context);
	return ui;
}

/** Ctrl+C: overlay, prompt, draft; then it asks. */
export function interrupt(ui: UiState, context: ChatContext): UiState {
	if (ui.overlay || ui.prompt) return stepBack(ui, context);
	if (ui.editor.text !== '') return {...editDraft(ui, {type: 'set', text: ''}), focus: 'input', selected: undefined};
	return {...ui, question: {type: 'quit', until: context.now + QUIT_WINDOW_MS}};
}

export function togglePeers(ui: UiState): UiState {
	const showPeers = !ui.showPeers;
	const toggled: UiState = {...ui, showPeers, focus: ui.focus === 'peers' ? 'input' : ui.focus};
	if (ui.columns >= SIDEBAR_MIN_COLUMNS) return toggled;
	// Nothing of it is seen here.
	const text = `peers pane ${showPeers ? 'on' : 'off'}, from ${SIDEBAR_MIN_COLUMNS} columns on; here: Ctrl+O`;
	return {...toggled, flash: {text, level: 'info', until: 0}};
}

export function cycleTimes(ui: UiState): UiState {
	return {...ui, times: nextTimeFormat(ui.times)};
}

/** The peers pane: moving, details, filtering by one person. */

export function selectFirstPeer(ui: UiState, {state}: ChatContext): UiState {
	const peers = selectPeople(state);
	const known = peers.some(view => view.peer === ui.selectedPeer);
	return known ? ui : {...ui, selectedPeer: firstOtherPeer(peers)?.peer};
}

export function moveSelectedPeer(ui: UiState, {state}: ChatContext, by: number): UiState {
	const peers = selectPeople(state);
	const at = peers.findIndex(view => view.peer === ui.selectedPeer);
	const next = Math.max(0, Math.min(peers.length - 1, Math.max(0, at) + by));
	return {...ui, selectedPeer: peers[next]?.peer};
}

export function openPeerDetails(ui: UiState, context: ChatContext): UiState {
	const {selectedPeer} = selectFirstPeer(ui, context);
	return selectedPeer ? {...ui, selectedPeer, overlay: {type: 'peer', peer: selectedPeer, scroll: 0}} : ui;
}

/** Of the selected peer, or of the author of the selected entry; again, or of us all: no filter. */
export function togglePeerFilter(ui: UiState, context: ChatContext, peers: readonly PeerView[]): UiState {
	const {state, frameOf} = context;
	if (ui.filter) return {...ui, filter: undefined};
	const {view} = frameOf(state, ui);
	const entry = ui.selected && view.at(view.positionOf(ui.selected));
	const peer = ui.focus === 'peers' ? (ui.selectedPeer ?? peers[0]?.peer) : entry?.peer;
	if (!peer) return ui;
	return {...ui, filter: {key: personKey(state, peer), name: displayName(state, peer)}};
}

/** What keys do with the selected entry. */

function selectedEntry(ui: UiState, {state, frameOf}: ChatContext): TimelineEntry | undefined {
	const {view} = frameOf(state, ui);
	return ui.selected && view.at(Math.min(view.positionOf(ui.selected), view.length - 1));
}

export function copySelected(ui: UiState, context: ChatContext): ChatStep {
	const entry = selectedEntry(ui, context);
	return entry ? step(ui, {type: 'copy', text: entryText(context.state, entry)}) : step(ui);
}

export function openDetails(ui: UiState): UiState {
	return ui.selected ? {...ui, overlay: {type: 'event', key: ui.selected, scroll: 0}} : ui;
}

/** Goes in front of the draft, which stays: nothing typed is lost. */
export function quoteSelected(ui: UiState, context: ChatContext): UiState {
	const entry = selectedEntry(ui, context);
	if (entry?.type !== 'posted') return {...ui, flash: {text: 'only messages can be quoted', level: 'info', until: 0}};
	const lines = entryText(context.state, entry).split('\n');
	const quoted = lines.map(line => `> ${line}`).join('\n');
	const text = `${displayName(context.state, entry.peer, entry.seq)}:\n${quoted}\n${ui.editor.text}`;
	const {history} = ui.editor;
	return {
		...ui,
		focus: 'input',
		selected: undefined,
		editor: {...editorWith(text), history, historyIndex: history.length},
	};
}

// What ends a sentence around a link is not part of it.
const LINK = /\bhttps?:\/\/[^\s<>"'`]+/giu;

export function findLinks(text: string): string[] {
	return Array.from(text.matchAll(LINK), ([found]) => found.replace(/[.,;:!?)\]}]+$/u, '')).filter(isWebLink);
}

/** Asks first, with the whole address in sight. */
export function openLink(ui: UiState, context: ChatContext): UiState {
	const entry = selectedEntry(ui, context);
	const [url] = entry?.type === 'posted' ? findLinks(cleanForScreen(entry.text)) : [];
	if (!url) return {...ui, flash: {text: 'no link in this message', level: 'info', until: 0}};
	return {...ui, question: {type: 'open-link', url}};
}

/** Only what a browser fetches: never a file or a program. */
function isWebLink(text: string): boolean {
	return /^https?:\/\/[^\s/?#]+/i.test(text) && text.length <= 2000;
}
