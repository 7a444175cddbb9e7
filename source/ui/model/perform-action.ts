/** What each action of the key table does. */
import {selectPeople} from '../../core/select-people.js';
import type {Direction} from '../editor/move.js';
import type {EditName} from '../editor/reduce-editor.js';
import type {Action} from '../keys/bindings.js';
import {changeDraft, completeDraftName, moveDraftRow, sendDraft} from './apply-input.js';
import {applyIntent} from './apply-intent.js';
import {cycleTimes, focusOn, interrupt, nextFocus, stepBack, togglePeers} from './focus-step.js';
import {type Context, type Step, step} from './model.js';
import {closesOverlay, scrollOverlay} from './overlay-step.js';
import {movePeer, openPeerDetails, togglePeerFilter} from './peers-step.js';
import {goNewest, goOldest, scrollRows, selectBy} from './scroll.js';
import {keepSearch, nextMatch, openSearch, searchFor} from './search-step.js';
import {copySelected, openDetails, openLink, quoteSelected} from './timeline-step.js';
import type {UiState} from './ui-state.js';

export function performAction(ui: UiState, action: Action, context: Context): Step {
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

function overlayAction(ui: UiState, action: Action, context: Context): Step | undefined {
	if (action === 'redraw' || action === 'suspend') return undefined;
	if (closesOverlay(action)) return step({...ui, overlay: undefined});
	return step(scrollOverlay(ui, action, context));
}

function promptAction(ui: UiState, action: Action, context: Context): Step | undefined {
	if (action === 'send') return step(keepSearch(ui));
	if (action === 'row-up') return step(nextMatch(ui, context, -1));
	if (action === 'row-down') return step(nextMatch(ui, context, 1));
	if (action === 'newline' || action === 'next-pane' || action.startsWith('complete-')) return step(ui);
	const edit = editOf(action);
	return edit && step(searchFor(ui, context, edit));
}

/** What an action does to a text that is being written; undefined if nothing. */
export function editOf(action: Action) {
	if (action === 'yank') return {type: 'yank'} as const;
	if (action.startsWith('edit:')) return {type: 'edit', edit: editName(action)} as const;
	return action.startsWith('move:') ? ({type: 'move', to: direction(action)} as const) : undefined;
}

const EDITS: Readonly<Record<string, EditName>> = Object.fromEntries(
	(
		[
			'delete-back',
			'delete-forward',
			'kill-to-end',
			'kill-to-start',
			'kill-spaced-word',
			'kill-word-back',
			'kill-word-forward',
			'undo',
			'redo',
		] satisfies EditName[]
	).map(name => [`edit:${name}`, name]),
);

function editName(action: Action): EditName {
	return EDITS[action] ?? 'undo';
}

const DIRECTIONS: Readonly<Record<string, Direction>> = Object.fromEntries(
	(['left', 'right', 'word-left', 'word-right', 'line-start', 'line-end', 'start', 'end'] satisfies Direction[]).map(
		name => [`move:${name}`, name],
	),
);

function direction(action: Action): Direction {
	return DIRECTIONS[action] ?? 'left';
}

function inputAction(ui: UiState, action: Action, context: Context): Step | undefined {
	const edit = editOf(action);
	if (edit) return step(changeDraft(ui, edit));
	switch (action) {
		case 'send':
			return ui.editor.completion
				? step({...ui, editor: {...ui.editor, completion: undefined}})
				: sendDraft(ui, context);
		case 'newline':
			return step(changeDraft(ui, {type: 'type', text: '\n'}));
		case 'row-up':
			return step(moveDraftRow(ui, -1));
		case 'row-down':
			return step(moveDraftRow(ui, 1));
		case 'complete-or-next-pane':
			return step(completeDraftName(ui, 1, context) ?? nextFocus(ui, context, 1));
		case 'complete-or-previous-pane':
			return step(completeDraftName(ui, -1, context) ?? nextFocus(ui, context, -1));
		case 'end-input': {
			const quits = ui.editor.text === '' && ui.editor.lastEdit !== 'delete' && ui.editor.lastEdit !== 'kill';
			return quits
				? step(ui, {type: 'quit', reason: 'quit'})
				: step(changeDraft(ui, {type: 'edit', edit: 'delete-forward'}));
		}
		default:
			return undefined;
	}
}

function listAction(ui: UiState, action: Action, context: Context): Step | undefined {
	const peers = ui.focus === 'peers';
	const page = Math.max(1, context.frameOf(context.state, ui).timelineHeight - 1);
	switch (action) {
		case 'page-up':
			return step(peers ? movePeer(ui, context, -page) : scrollRows(ui, context, -page));
		case 'page-down':
			return step(peers ? movePeer(ui, context, page) : scrollRows(ui, context, page));
		case 'half-up':
			return step(peers ? movePeer(ui, context, -(page >> 1)) : scrollRows(ui, context, -(page >> 1)));
		case 'half-down':
			return step(peers ? movePeer(ui, context, page >> 1) : scrollRows(ui, context, page >> 1));
		case 'line-up':
			return step(scrollRows(ui, context, -1));
		case 'line-down':
			return step(scrollRows(ui, context, 1));
		case 'select-up':
			return step(peers ? movePeer(ui, context, -1) : selectBy(ui, context, -1));
		case 'select-down':
			return step(peers ? movePeer(ui, context, 1) : selectBy(ui, context, 1));
		case 'oldest':
			return step(peers ? movePeer(ui, context, Number.NEGATIVE_INFINITY) : goOldest(ui, context));
		case 'newest':
			return step(peers ? movePeer(ui, context, Number.POSITIVE_INFINITY) : goNewest(ui, context));
		case 'details':
			return step(peers ? openPeerDetails(ui, context) : openDetails(ui));
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

function screenAction(ui: UiState, action: Action, context: Context): Step {
	switch (action) {
		case 'next-pane':
			return step(nextFocus(ui, context, 1));
		case 'previous-pane':
			return step(nextFocus(ui, context, -1));
		case 'focus-timeline':
			return step(focusOn(ui, context, 'timeline'));
		case 'focus-peers':
			return step(focusOn(ui, context, 'peers'));
		case 'focus-input':
			return step(focusOn(ui, context, 'input'));
		case 'back':
			return leaveOr(ui, stepBack(ui, context));
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
			return leaveOr(ui, interrupt(ui, context));
		default:
			return step(ui);
	}
}

/** A visitor goes where others would be asked, or nothing would happen. */
function leaveOr(ui: UiState, next: UiState): Step {
	const asks = next.question?.type === 'quit' && ui.question === undefined;
	if (ui.visiting && ui.editor.text === '' && (next === ui || asks)) return step(ui, {type: 'quit', reason: 'quit'});
	return step(next);
}
