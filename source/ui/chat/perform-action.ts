/**
 * Performs the actions of the key table. The functions for overlay, prompt, input, list and screen are called in this
 * order, until one of them handles the action.
 */
import {selectPeople} from '../../core/select-people.js';
import {type Action, editActionOf} from '../input/key-bindings.js';
import type {EditorAction} from '../input/reduce-editor.js';
import {SCROLL_TO_END, SCROLL_TO_START, scrollOverlayBy} from '../overlays/overlay-text.js';
import {applyIntent} from './apply-intent.js';
import type {UiState} from './chat-state.js';
import {completeDraft, editDraft, moveDraftRow, sendDraft} from './draft.js';
import {type ChatContext, type ChatStep, step} from './frame.js';
import {
	askPin,
	askReaction,
	askWithdrawal,
	cancelSelected,
	fetchSelected,
	followQuote,
	openThread,
	startCorrection,
	startReply,
} from './message-steps.js';
import {
	copySelected,
	cycleFocus,
	cycleTimes,
	focusPane,
	interrupt,
	moveSelectedPeer,
	openDetails,
	openLink,
	openPeerDetails,
	quoteSelected,
	stepBack,
	togglePeerFilter,
	togglePeers,
} from './pane-steps.js';
import {requestQuit} from './questions.js';
import {goNewest, goOldest, scrollRows, selectBy} from './reading-position.js';
import {acceptSearch, nextMatch, openSearch, updateSearch} from './search.js';

/** Performs an action of the key table. */
export function performAction(ui: UiState, action: Action, context: ChatContext): ChatStep {
	if (ui.overlay) {
		const handled = overlayAction(ui, action, context);
		if (handled) return handled;
	}
	if (ui.prompt) {
		const handled = promptAction(ui, action, context);
		if (handled) return handled;
	}
	return inputAction(ui, action, context) ?? listAction(ui, action, context) ?? screenAction(ui, action, context);
}

function overlayAction(ui: UiState, action: Action, context: ChatContext): ChatStep | undefined {
	if (action === 'redraw' || action === 'suspend') return undefined;
	if (closesOverlay(action)) return step({...ui, overlay: undefined});
	return step(scrollOverlay(ui, action, context));
}

function promptAction(ui: UiState, action: Action, context: ChatContext): ChatStep | undefined {
	if (action === 'send') return step(acceptSearch(ui));
	if (action === 'row-up') return step(nextMatch(ui, context, -1));
	if (action === 'row-down') return step(nextMatch(ui, context, 1));
	if (action === 'newline' || action === 'next-pane' || action.startsWith('complete-')) return step(ui);
	const edit = editActionOf(action);
	return edit && step(updateSearch(ui, context, edit));
}

function inputAction(ui: UiState, action: Action, context: ChatContext): ChatStep | undefined {
	const edit = editActionOf(action);
	if (edit) return step(editAndNoteDeletion(ui, edit, context));
	switch (action) {
		case 'send':
			return sendDraft(ui, context);
		case 'newline':
			return step(editDraft(ui, {type: 'type', text: '\n'}));
		case 'row-up':
			return step(moveDraftRow(ui, -1, context));
		case 'row-down':
			return step(moveDraftRow(ui, 1, context));
		case 'complete-or-next-pane':
			return completeDraft(ui, 1, context) ?? step(cycleFocus(ui, context, 1));
		case 'complete-or-previous-pane':
			return completeDraft(ui, -1, context) ?? step(cycleFocus(ui, context, -1));
		case 'end-input':
			return endInput(ui, context);
		default:
			return undefined;
	}
}

/**
 * Time after a deletion in which Ctrl+D does not quit, ms. A held Ctrl+D first deletes the rest of the draft, and must
 * not quit after that.
 */
const HELD_KEY_MS = 1000;

/** Applies an edit to the draft. If the edit deletes something, records the time. */
function editAndNoteDeletion(ui: UiState, edit: EditorAction, {now}: ChatContext): UiState {
	const next = editDraft(ui, edit);
	return next.editor !== ui.editor && isDeletion(next) ? {...next, lastDeletionAt: now} : next;
}

function isDeletion({editor}: UiState): boolean {
	return editor.lastEdit === 'delete' || editor.lastEdit === 'kill';
}

/** Handles Ctrl+D: deletes the next character. On an empty input it quits, but not within HELD_KEY_MS after a deletion. */
function endInput(ui: UiState, context: ChatContext): ChatStep {
	if (ui.editor.text !== '') return step(editAndNoteDeletion(ui, {type: 'edit', edit: 'delete-forward'}, context));
	const isHeld = isDeletion(ui) && context.now - ui.lastDeletionAt < HELD_KEY_MS;
	return isHeld ? step({...ui, lastDeletionAt: context.now}) : requestQuit(ui, context);
}

function listAction(ui: UiState, action: Action, context: ChatContext): ChatStep | undefined {
	const peers = ui.focus === 'peers';
	const page = Math.max(1, context.frameOf(context.state, ui).timelineHeight - 1);
	switch (action) {
		case 'page-up':
			return step(peers ? moveSelectedPeer(ui, context, -page) : scrollRows(ui, context, -page));
		case 'page-down':
			return step(peers ? moveSelectedPeer(ui, context, page) : scrollRows(ui, context, page));
		case 'half-up':
			return step(peers ? moveSelectedPeer(ui, context, -(page >> 1)) : scrollRows(ui, context, -(page >> 1)));
		case 'half-down':
			return step(peers ? moveSelectedPeer(ui, context, page >> 1) : scrollRows(ui, context, page >> 1));
		case 'line-up':
			return step(scrollRows(ui, context, -1));
		case 'line-down':
			return step(scrollRows(ui, context, 1));
		case 'select-up':
			return step(peers ? moveSelectedPeer(ui, context, -1) : selectBy(ui, context, -1));
		case 'select-down':
			return step(peers ? moveSelectedPeer(ui, context, 1) : selectBy(ui, context, 1));
		case 'oldest':
			return step(peers ? moveSelectedPeer(ui, context, Number.NEGATIVE_INFINITY) : goOldest(ui, context));
		case 'newest':
			return step(peers ? moveSelectedPeer(ui, context, Number.POSITIVE_INFINITY) : goNewest(ui, context));
		case 'details':
			return step(peers ? openPeerDetails(ui, context) : openDetails(ui));
		case 'follow-or-details':
			return fetchSelected(ui, context) ?? step(followQuote(ui, context) ?? openDetails(ui));
		case 'reply':
			return startReply(ui, context);
		case 'react':
			return askReaction(ui, context);
		case 'correct':
			return startCorrection(ui, context);
		case 'withdraw':
			return cancelSelected(ui, context) ?? askWithdrawal(ui, context);
		case 'pin':
			return askPin(ui, context);
		case 'thread':
			return openThread(ui, context);
		case 'filter-peer':
			return step(togglePeerFilter(ui, context, selectPeople(context.state)));
		case 'copy':
			return copySelected(ui, context);
		case 'open-link':
			return step(openLink(ui, context));
		case 'quote':
			return step(quoteSelected(ui, context));
		case 'search-next':
			return step(nextMatch(ui, context, -1));
		case 'search-previous':
			return step(nextMatch(ui, context, 1));
		default:
			return undefined;
	}
}

function screenAction(ui: UiState, action: Action, context: ChatContext): ChatStep {
	switch (action) {
		case 'next-pane':
			return step(cycleFocus(ui, context, 1));
		case 'previous-pane':
			return step(cycleFocus(ui, context, -1));
		case 'focus-timeline':
			return step(focusPane(ui, context, 'timeline'));
		case 'focus-peers':
			return step(focusPane(ui, context, 'peers'));
		case 'focus-input':
			return step(focusPane(ui, context, 'input'));
		case 'back':
			return quitIfVisitor(ui, stepBack(ui, context));
		case 'first-unread':
			return applyIntent(ui, {type: 'unread'}, context);
		case 'mention-previous':
			return applyIntent(ui, {type: 'mention', direction: 'prev'}, context);
		case 'mention-next':
			return applyIntent(ui, {type: 'mention', direction: 'next'}, context);
		case 'search':
			return step(openSearch(ui, context));
		case 'toggle-peers':
			return step(togglePeers(ui));
		case 'cycle-times':
			return step(cycleTimes(ui));
		case 'network':
			return step({...ui, overlay: {type: 'network', scroll: 0}});
		case 'help':
			return step({...ui, overlay: {type: 'help', scroll: 0}});
		case 'copy-view':
		case 'redraw':
		case 'suspend':
			return step(ui, {type: action});
		case 'interrupt':
			return quitIfVisitor(ui, interrupt(ui, context));
		default:
			return step(ui);
	}
}

/**
 * Quits the demo if the draft is empty and the key would otherwise do nothing or ask whether to quit. In all other
 * cases, returns the step to `next`.
 */
function quitIfVisitor(ui: UiState, next: UiState): ChatStep {
	const asks = next.question?.type === 'quit' && ui.question === undefined;
	if (ui.isVisitor && ui.editor.text === '' && (next === ui || asks)) return step(ui, {type: 'quit', reason: 'quit'});
	return step(next);
}

function closesOverlay(action: Action): boolean {
	return (
		action === 'back' || action === 'interrupt' || action === 'details' || action === 'help' || action === 'network'
	);
}

/** Scrolls the overlay. The component OverlayPane, which knows the number of lines, clamps the result. */
function scrollOverlay(ui: UiState, action: Action, context: ChatContext): UiState {
	if (!ui.overlay) return ui;
	const page = Math.max(1, context.frameOf(context.state, ui).layout.mainHeight - 3);
	const rows: Partial<Record<Action, number>> = {
		'page-up': -page,
		'page-down': page,
		'half-up': -(page >> 1),
		'half-down': page >> 1,
		'line-up': -1,
		'line-down': 1,
		'select-up': -1,
		'select-down': 1,
		oldest: SCROLL_TO_START,
		newest: SCROLL_TO_END,
	};
	return {...ui, overlay: {...ui.overlay, scroll: scrollOverlayBy(ui.overlay.scroll, rows[action] ?? 0)}};
}
