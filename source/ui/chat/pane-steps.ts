/**
 * Update functions for focus and panes: switching panes, Esc, Ctrl+C, the peers pane, and actions on the selected
 * entry.
 */
import {isWritten} from '../../core/event.js';
import {findLinks} from '../../core/find-links.js';
import {personKeyOf} from '../../core/name-collisions.js';
import type {PeerView} from '../../core/select-peers.js';
import {findPerson, firstOtherPeer, selectPeople} from '../../core/select-people.js';
import type {TimelineEntry} from '../../core/timeline.js';
import {editorWith} from '../input/editor-state.js';
import {SIDEBAR_DEFAULT_COLUMNS, SIDEBAR_MIN_COLUMNS} from '../panes/screen-layout.js';
import {QUIT_WINDOW_MS} from '../screen-contract.js';
import {entryText} from '../timeline/describe-entry.js';
import {displayName} from '../timeline/display-name.js';
import {nextTimeFormat} from '../timeline/format-time.js';
import {type Focus, type UiState, withInfo} from './chat-state.js';
import {editDraft} from './draft.js';
import {type ChatContext, type ChatStep, step} from './frame.js';
import {goNewest, isSelectionVisible, selectLast} from './reading-position.js';
import {cancelSearch} from './search.js';

const FOCUS_ORDER: readonly Focus[] = ['input', 'timeline', 'peers'];

/** Moves the focus to a pane and closes the overlay or prompt that covers it. */
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

/**
 * Handles Esc. Ends one thing, namely the first of these that is active: overlay, prompt, completion, reply or
 * correction, list focus, search, filter.
 */
export function stepBack(ui: UiState, context: ChatContext): UiState {
	if (ui.overlay) return {...ui, overlay: undefined};
	if (ui.prompt) return cancelSearch(ui);
	if (ui.editor.completion) return editDraft(ui, {type: 'edit', edit: 'cancel-completion'});
	if (ui.composing && ui.focus === 'input') return stopComposing(ui);
	if (ui.focus !== 'input') return {...ui, focus: 'input', selected: undefined, search: ''};
	if (ui.search !== '' || ui.selected) return {...ui, search: '', selected: undefined};
	if (ui.filter) return goNewest({...ui, filter: undefined}, context);
	return ui;
}

/** Ends a reply or a correction. The text of a reply stays in the draft; the text of a correction is removed. */
function stopComposing(ui: UiState): UiState {
	const stopped = ui.composing?.type === 'correct' ? editDraft(ui, {type: 'set', text: ''}) : ui;
	return {...stopped, composing: undefined};
}

/** Handles Ctrl+C: closes an overlay or prompt, else clears the draft, else asks whether to quit. */
export function interrupt(ui: UiState, context: ChatContext): UiState {
	if (ui.overlay || ui.prompt) return stepBack(ui, context);
	if (ui.composing && ui.editor.text === '') return stopComposing(ui);
	if (ui.editor.text !== '')
		return {
			...editDraft(ui, {type: 'set', text: ''}),
			focus: 'input',
			selected: undefined,
			composing: undefined,
		};
	return {...ui, question: {type: 'quit', until: context.now + QUIT_WINDOW_MS}};
}

/** Shows or hides the peers pane. */
export function togglePeers(ui: UiState): UiState {
	const showPeers = !(ui.showPeers ?? ui.columns >= SIDEBAR_DEFAULT_COLUMNS);
	const toggled: UiState = {...ui, showPeers, focus: ui.focus === 'peers' ? 'input' : ui.focus};
	if (ui.columns >= SIDEBAR_MIN_COLUMNS) return toggled;
	// A narrow terminal never shows the pane beside the timeline, so a short message reports the change.
	return withInfo(
		toggled,
		`Peers pane ${showPeers ? 'on' : 'off'} (needs ${SIDEBAR_MIN_COLUMNS} columns). Ctrl+O: peers`,
	);
}

export function cycleTimes(ui: UiState): UiState {
	return {...ui, times: nextTimeFormat(ui.times)};
}

function selectFirstPeer(ui: UiState, {state}: ChatContext): UiState {
	const peers = selectPeople(state);
	return findPerson(peers, ui.selectedPeer) ? ui : {...ui, selectedPeer: firstOtherPeer(peers)?.peer};
}

/** Moves the selection in the peers pane by `by` people. The selection stops at the first and the last one. */
export function moveSelectedPeer(ui: UiState, {state}: ChatContext, by: number): UiState {
	const peers = selectPeople(state);
	const selected = findPerson(peers, ui.selectedPeer);
	const at = selected ? peers.indexOf(selected) : -1;
	const next = Math.max(0, Math.min(peers.length - 1, Math.max(0, at) + by));
	return {...ui, selectedPeer: peers[next]?.peer};
}

export function openPeerDetails(ui: UiState, context: ChatContext): UiState {
	const {selectedPeer} = selectFirstPeer(ui, context);
	return selectedPeer ? {...ui, selectedPeer, overlay: {type: 'peer', peer: selectedPeer, scroll: 0}} : ui;
}

/**
 * Filters the timeline by the selected peer, or by the author of the selected entry. If the timeline is already
 * filtered, shows the entries of all people again.
 */
export function togglePeerFilter(ui: UiState, context: ChatContext, peers: readonly PeerView[]): UiState {
	const {state, frameOf} = context;
	if (ui.filter) return {...ui, filter: undefined};
	const {view} = frameOf(state, ui);
	const entry = ui.selected && view.at(view.positionOf(ui.selected));
	const peer = ui.focus === 'peers' ? (ui.selectedPeer ?? peers[0]?.peer) : entry?.peer;
	if (!peer) return ui;
	return {...ui, filter: {key: personKeyOf(state, peer), name: displayName(state, peer)}};
}

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

/** Inserts a quote of the selected message in front of the draft. */
export function quoteSelected(ui: UiState, context: ChatContext): UiState {
	const entry = selectedEntry(ui, context);
	if (entry?.type === 'whisper') return withInfo(ui, 'A whisper cannot be quoted. r: whisper back');
	if (!entry || !isWritten(entry)) return withInfo(ui, 'Only messages can be quoted');
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

/**
 * Asks whether to open a link of the selected message. The question shows the whole address. If the message has several
 * links, the user can choose one of them.
 */
export function openLink(ui: UiState, context: ChatContext): UiState {
	const entry = selectedEntry(ui, context);
	const text = entry && (isWritten(entry) || entry.type === 'whisper') ? entryText(context.state, entry) : '';
	const urls = [...new Set(findLinks(text).map(({start, end}) => text.slice(start, end)))];
	if (urls.length === 0) return withInfo(ui, 'No link in this message');
	return {...ui, question: {type: 'open-link', urls, chosen: 0}};
}
