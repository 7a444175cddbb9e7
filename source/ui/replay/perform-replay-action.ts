/** What each action of the replay's key table does. */

import {selectPeers} from '../../core/select-peers.js';
import {firstOtherPeer, selectPeople} from '../../core/select-people.js';
import {entryText} from '../timeline/describe-entry.js';
import {plainName} from '../timeline/display-name.js';
import {nextTimeFormat} from '../timeline/format-time.js';
import {changeSpeed, startPlaying} from './playback.js';
import {
	enterReview,
	goEnd,
	goStart,
	goToBookmark,
	goToPart,
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
import {type ReplayUi, SEEK_STEP_MS, withFlash} from './replay-state.js';

export function performReplayAction(ui: ReplayUi, action: ReplayAction, context: ReplayContext): ReplayStep {
	return performMove(ui, action, context) ?? performFind(ui, action, context) ?? performOther(ui, action, context);
}

/** The actions that move the position. Rows and events are looked at in review; by time one may move while playing. */
function performMove(ui: ReplayUi, action: ReplayAction, context: ReplayContext): ReplayStep | undefined {
	const review = () => enterReview(ui, context);
	if (action.startsWith('tenth-')) return step(goToPart(ui, context, Number(action.slice(6)) / 10));
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
		case 'event-on':
			return step(moveEvent(review(), context, 1));
		case 'time-back':
			return step(moveTime(ui, context, -SEEK_STEP_MS));
		case 'time-on':
			return step(moveTime(ui, context, SEEK_STEP_MS));
		case 'part-back':
		case 'part-on': {
			const {start, end} = context.frameOf(context.history, ui);
			const by = Math.max(1, (end - start) / 10);
			return step(moveTime(ui, context, action === 'part-on' ? by : -by));
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
		case 'clear':
			return step(withFlash({...withFilter(ui, context, undefined), search: ''}, 'everything is shown'));
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
		case 'squeeze':
			return step(
				withFlash({...ui, skipIdle: !ui.skipIdle}, ui.skipIdle ? 'silence plays in full' : 'silence is cut to 2 s'),
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
	return step(
		withFlash(next, following ? 'following the file: what is added comes in at the end' : 'no longer following'),
		{
			type: 'follow',
			on: following,
		},
	);
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
	const known = peers.some(({peer}) => peer === ui.selectedPeer);
	return {...ui, focus: 'peers', selectedPeer: known ? ui.selectedPeer : firstOtherPeer(peers)?.peer};
}

/** Esc: the nearest thing that is open closes. */
function stepBack(ui: ReplayUi, context: ReplayContext): ReplayUi {
	if (ui.focus === 'peers') return {...ui, focus: 'timeline'};
	if (ui.mode === 'playing') return enterReview(ui, context);
	if (ui.search !== '') return {...ui, search: ''};
	if (ui.filter) return withFilter(ui, context, undefined);
	return {...ui, banner: ''};
}
