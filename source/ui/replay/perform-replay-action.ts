/** Performs the actions of the replay's key table. */

import {selectPeers} from '../../core/select-peers.js';
import {findPerson, firstOtherPeer, selectPeople} from '../../core/select-people.js';
import {entryText} from '../timeline/describe-entry.js';
import {plainName} from '../timeline/display-name.js';
import {nextTimeFormat} from '../timeline/format-time.js';
import {changeSpeed, startPlaying} from './playback.js';
import {
	enterReview,
	goEnd,
	goStart,
	goToBookmark,
	goToFraction,
	moveEvent,
	movePage,
	moveRow,
	moveTime,
	nextMatch,
	toggleBookmark,
} from './position.js';
import {startPrompt, withFilter} from './prompt-steps.js';
import type {ReplayAction} from './replay-bindings.js';
import {quoteName} from './replay-filter.js';
import {type ReplayContext, type ReplayEffect, type ReplayStep, step} from './replay-frame.js';
import {MAX_IDLE_MS, type ReplayUi, SEEK_STEP_MS, withFlash} from './replay-state.js';

/** Performs the action of a key. */
export function performReplayAction(ui: ReplayUi, action: ReplayAction, context: ReplayContext): ReplayStep {
	return performMove(ui, action, context) ?? performFind(ui, action, context) ?? performOther(ui, action, context);
}

/** Actions that move the position. Moving by row or event switches to review; moving by time does not interrupt playback. */
function performMove(ui: ReplayUi, action: ReplayAction, context: ReplayContext): ReplayStep | undefined {
	const review = () => enterReview(ui, context);
	if (action.startsWith('tenth-')) return step(goToFraction(ui, context, Number(action.slice(6)) / 10));
	switch (action) {
		case 'play':
			return step(ui.mode === 'playing' ? review() : startPlaying(ui, context));
		case 'row-up':
			return step(moveRow(review(), context, -1));
		case 'row-down':
			return step(moveRow(review(), context, 1));
		case 'page-up':
			return step(movePage(review(), context, -1));
		case 'page-down':
			return step(movePage(review(), context, 1));
		case 'event-back':
			return step(moveEvent(review(), context, -1));
		case 'event-forward':
			return step(moveEvent(review(), context, 1));
		case 'time-back':
			return step(moveTime(ui, context, -SEEK_STEP_MS));
		case 'time-forward':
			return step(moveTime(ui, context, SEEK_STEP_MS));
		case 'percent-back':
		case 'percent-forward': {
			const {start, end} = context.frameOf(context.history, ui);
			const by = Math.max(1, (end - start) / 10);
			return step(moveTime(ui, context, action === 'percent-forward' ? by : -by));
		}
		case 'start':
			return step(goStart(ui, context));
		case 'end':
			return step(goEnd(ui, context));
		case 'bookmark-next':
			return step(goToBookmark(ui, context, 1));
		case 'bookmark-previous':
			return step(goToBookmark(ui, context, -1));
		default:
			return undefined;
	}
}

function performFind(ui: ReplayUi, action: ReplayAction, context: ReplayContext): ReplayStep | undefined {
	switch (action) {
		case 'search':
		case 'go-to':
		case 'export':
			return step(startPrompt(ui, context, action));
		case 'filter':
			return step(ui.focus === 'peers' ? filterByPeer(ui, context) : startPrompt(ui, context, 'filter'));
		case 'search-next':
			return step(nextMatch(enterReview(ui, context), context, 1));
		case 'search-previous':
			return step(nextMatch(enterReview(ui, context), context, -1));
		case 'clear-filter':
			return step(withFlash({...withFilter(ui, context, undefined), search: ''}, 'Search and filter cleared'));
		default:
			return undefined;
	}
}

function performOther(ui: ReplayUi, action: ReplayAction, context: ReplayContext): ReplayStep {
	switch (action) {
		case 'slower':
			return step(changeSpeed(ui, -1));
		case 'faster':
			return step(changeSpeed(ui, 1));
		case 'normal-speed':
			return step({...ui, speed: 1});
		case 'skip-idle':
			return step(
				withFlash(
					{...ui, skipIdle: !ui.skipIdle},
					ui.skipIdle ? 'Pauses are played in full' : `Pauses are shortened to ${MAX_IDLE_MS / 1000} s`,
				),
			);
		case 'bookmark':
			return toggleBookmark(ui, context);
		case 'details':
			return step(openDetails(ui, context));
		case 'copy':
			return step(ui, ...copySelected(ui, context));
		case 'follow':
			return toggleFollow(ui);
		case 'next-pane':
			return step(togglePane(ui, context));
		case 'times':
			return step({...ui, times: nextTimeFormat(ui.times)});
		case 'addresses':
			return step({...ui, addresses: !ui.addresses});
		case 'help':
			return step({...enterReview(ui, context), overlay: {type: 'help', scroll: 0}});
		case 'back':
			return step(stepBack(ui, context));
		case 'quit':
			return step(ui, {type: 'quit'});
		case 'redraw':
		case 'suspend':
			return step(ui, {type: action});
		default:
			return step(ui);
	}
}

function toggleFollow(ui: ReplayUi): ReplayStep {
	const following = !ui.following;
	const next: ReplayUi = following
		? {...ui, following, selected: ui.mode === 'review' ? undefined : ui.selected, anchor: undefined}
		: {...ui, following};
	const text = following ? 'Following the file: new events appear at the end' : 'No longer following the file';
	return step(withFlash(next, text), {type: 'follow', on: following});
}

function openDetails(ui: ReplayUi, context: ReplayContext): ReplayUi {
	if (ui.focus === 'peers') {
		return ui.selectedPeer ? {...ui, overlay: {type: 'peer', peer: ui.selectedPeer, scroll: 0}} : ui;
	}
	const paused = enterReview(ui, context);
	const {selected} = context.frameOf(context.history, paused);
	return selected ? {...paused, overlay: {type: 'event', key: selected, scroll: 0}} : ui;
}

function copySelected(ui: ReplayUi, context: ReplayContext): ReplayEffect[] {
	const {selected, view, shownState} = context.frameOf(context.history, enterReview(ui, context));
	const entry = selected && view.at(view.positionOf(selected));
	return entry ? [{type: 'copy', text: entryText(shownState, entry)}] : [];
}

function filterByPeer(ui: ReplayUi, context: ReplayContext): ReplayUi {
	const view = selectPeers(context.history.state).find(({peer}) => peer === ui.selectedPeer);
	if (!view) return ui;
	const name = plainName(context.history.state, view.peer);
	const author = view.hasNameCollision ? `${name}#${view.fingerprint}` : name;
	return withFilter({...ui, focus: 'timeline'}, context, {text: `from:${quoteName(author)}`, author});
}

function togglePane(ui: ReplayUi, context: ReplayContext): ReplayUi {
	if (ui.focus === 'peers') return {...ui, focus: 'timeline'};
	const peers = selectPeople(context.frameOf(context.history, ui).stateAtPosition);
	const selected = findPerson(peers, ui.selectedPeer) ?? firstOtherPeer(peers);
	return {...ui, focus: 'peers', selectedPeer: selected?.peer};
}

/**
 * Handles Esc. Ends one thing, namely the first of these that is active: focus on the peers, playback, search, filter,
 * banner.
 */
function stepBack(ui: ReplayUi, context: ReplayContext): ReplayUi {
	if (ui.focus === 'peers') return {...ui, focus: 'timeline'};
	if (ui.mode === 'playing') return enterReview(ui, context);
	if (ui.search !== '') return {...ui, search: ''};
	if (ui.filter) return withFilter(ui, context, undefined);
	return {...ui, banner: ''};
}
