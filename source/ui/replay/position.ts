/** Moving the position: by row, by event, by time. In review it is a row; while playing it is a moment. Pure. */

import {findFirstIndex} from '../../core/binary-search.js';
import {isPeerId} from '../../core/event.js';
import {type OrderKey, toSortableString} from '../../core/event-order.js';
import type {TimelineEntry} from '../../core/timeline.js';
import {entryAt} from '../../core/timeline.js';
import {itemAfter, itemAt, itemBefore, type TimelineItem} from '../timeline/timeline-view.js';
import {anchorAt, anchorShowing, keyOf, scrollAnchor} from '../timeline/viewport.js';
import {passesFilter} from './replay-filter.js';
import {isInView, type ReplayContext, type ReplayFrame, type ReplayStep, recordIndexOf, step} from './replay-frame.js';
import {type ReplayUi, withFlash} from './replay-state.js';

/** Review at the row that was newest. */
export function enterReview(ui: ReplayUi, context: ReplayContext): ReplayUi {
	if (ui.mode === 'review') return ui;
	const {history, frameOf} = context;
	const {view} = frameOf(history, ui);
	const newest = ui.index >= history.length ? undefined : view.at(view.length - 1);
	const review: ReplayUi = {...ui, mode: 'review', selected: undefined, anchor: undefined};
	if (ui.index >= history.length) return review;
	return newest ? selectKey(review, context, keyOf(newest)) : selectPosition(review, context, 0);
}

/** Selects a row and shows it; the last row follows the end. */
export function selectKey(ui: ReplayUi, context: ReplayContext, key: OrderKey): ReplayUi {
	const {laidOut, timelineHeight, view} = context.frameOf(context.history, ui);
	const selected = view.length > 0 && view.positionOf(key) >= view.length - 1 ? undefined : key;
	return {...ui, selected, anchor: anchorShowing(laidOut, timelineHeight, ui.anchor, key)};
}

/** The row at a position of the view, clamped. */
export function selectPosition(ui: ReplayUi, context: ReplayContext, position: number): ReplayUi {
	const {view} = context.frameOf(context.history, ui);
	const entry = view.at(Math.max(0, Math.min(position, view.length - 1)));
	return entry ? selectKey(ui, context, keyOf(entry)) : ui;
}

/** Position of the selected row in the view. */
export function selectedPosition({view, selected}: ReplayFrame): number {
	return selected ? Math.min(view.positionOf(selected), view.length - 1) : view.length - 1;
}

/** One row of what is seen: a run of comings and goings is one, and its last event is the position. */
export function moveRow(ui: ReplayUi, context: ReplayContext, by: 1 | -1): ReplayUi {
	const frame = context.frameOf(context.history, ui);
	const item = itemAt(frame.view, selectedPosition(frame));
	if (!item) return ui;
	const next = by < 0 ? itemBefore(frame.view, item) : itemAfter(frame.view, item);
	const key = next && keyOfItem(next);
	if (key) return selectKey(ui, context, key);
	return by < 0 ? selectPosition(ui, context, 0) : goEnd(ui, context);
}

function keyOfItem(item: TimelineItem): OrderKey | undefined {
	const last = item.entries.at(-1);
	return last && keyOf(last);
}

export function moveEvent(ui: ReplayUi, context: ReplayContext, by: 1 | -1): ReplayUi {
	const frame = context.frameOf(context.history, ui);
	return selectPosition(ui, context, selectedPosition(frame) + by);
}

/** A screenful: the view and the position move together. */
export function movePage(ui: ReplayUi, context: ReplayContext, by: 1 | -1): ReplayUi {
	const {laidOut: laid, timelineHeight, viewport} = context.frameOf(context.history, ui);
	if (by < 0 && viewport.atStart) return selectPosition(ui, context, 0);
	if (by > 0 && viewport.atEnd) return goEnd(ui, context);
	const anchor = scrollAnchor(
		laid,
		timelineHeight,
		ui.anchor ?? anchorAt(viewport.slots[0]),
		by * Math.max(1, timelineHeight - 1),
	);
	const scrolled: ReplayUi = {...ui, anchor};
	const {slots, atStart, atEnd} = context.frameOf(context.history, scrolled).viewport;
	if (by < 0 && atStart) return selectPosition(scrolled, context, 0);
	if (by > 0 && atEnd) return goEnd(scrolled, context);
	const seen = slots.filter(slot => slot.row === 0);
	const item = (by < 0 ? seen[0] : seen.at(-1))?.item;
	const key = item && keyOfItem(item);
	return key ? {...scrolled, selected: key} : scrolled;
}

export function goStart(ui: ReplayUi, context: ReplayContext): ReplayUi {
	if (ui.mode === 'review') return selectPosition(ui, context, 0);
	const index = Math.min(1, context.history.length);
	return {...ui, index, time: context.history.timeAt(0)};
}

export function goEnd(ui: ReplayUi, {history}: ReplayContext): ReplayUi {
	if (ui.mode === 'review') return {...ui, selected: undefined, anchor: undefined};
	return {...ui, index: history.length, time: history.timeAt(history.length - 1)};
}

/** To a row, in either mode. */
export function goToKey(ui: ReplayUi, context: ReplayContext, key: OrderKey): ReplayUi {
	if (ui.mode === 'review') return selectKey(ui, context, key);
	const index = recordIndexOf(context.history, key);
	return {...ui, index, time: context.history.timeAt(index - 1)};
}

/** To the first row at `ms` or behind it; while playing, to that moment. */
export function goToTime(ui: ReplayUi, context: ReplayContext, ms: number): ReplayUi {
	const {history} = context;
	if (ui.mode === 'playing') {
		const time = Math.max(history.timeAt(0), Math.min(ms, history.timeAt(history.length - 1)));
		return {...ui, time, index: history.indexAt(time)};
	}
	return selectPosition(ui, context, firstPositionFrom(context.frameOf(history, ui), ms));
}

/** Position of the first row of the view that is not before `ms`. */
export function firstPositionFrom({view}: ReplayFrame, ms: number): number {
	return findFirstIndex(0, view.length, position => (view.at(position)?.ms ?? 0) >= ms);
}

/** By time; in review always to another row, if there is one. */
export function moveTime(ui: ReplayUi, context: ReplayContext, byMs: number): ReplayUi {
	const frame = context.frameOf(context.history, ui);
	if (ui.mode === 'playing') return goToTime(ui, context, ui.time + byMs);
	const at = selectedPosition(frame);
	const found = firstPositionFrom(frame, frame.time + byMs + (byMs < 0 ? 1 : 0));
	return selectPosition(ui, context, byMs < 0 ? Math.min(found - 1, at - 1) : Math.max(found, at + 1));
}

/** To a part of the whole time, 0 to 1. */
export function goToPart(ui: ReplayUi, context: ReplayContext, part: number): ReplayUi {
	const {start, end} = context.frameOf(context.history, ui);
	return goToTime(ui, context, start + (end - start) * part);
}

/** Row number `count` from 1, hidden ones counted. */
export function goToRank(ui: ReplayUi, context: ReplayContext, count: number): ReplayUi {
	const {timeline} = context.history.state;
	const entry = entryAt(timeline, Math.max(0, Math.min(count, timeline.length) - 1));
	return entry ? goToKey(ui, context, keyOf(entry)) : ui;
}

/** Bookmarks: rows by their order, which holds in any copy of the log. Kept beside the log, never in it. Pure. */

const ORDER_STRING = /^([0-9a-f]{14})-([0-9a-f]{4})-([0-9a-f]{64})-([0-9a-f]{14})$/;

/** The key that `orderString` wrote. */
export function parseOrderString(order: string): OrderKey | undefined {
	const [, ms = '', counter = '', peer = '', seq = ''] = ORDER_STRING.exec(order) ?? [];
	if (!isPeerId(peer)) return undefined;
	const number = (hex: string) => Number.parseInt(hex, 16);
	return {ms: number(ms), counter: number(counter), peer, seq: number(seq)};
}

/** Sets or takes away the mark of the row at the position. */
export function toggleBookmark(ui: ReplayUi, context: ReplayContext): ReplayStep {
	const paused = enterReview(ui, context);
	const {selected} = context.frameOf(context.history, paused);
	if (!selected) return step(ui);
	const order = toSortableString(selected);
	const wasMarked = ui.bookmarks.includes(order);
	const orders = wasMarked ? ui.bookmarks.filter(known => known !== order) : [...ui.bookmarks, order].sort();
	const next = withFlash(
		{...ui, bookmarks: orders},
		wasMarked ? 'bookmark taken away' : 'bookmark set: ] and [ come back',
	);
	return step(next, {type: 'save-bookmarks', orders, set: !wasMarked});
}

/** To the next or previous mark that the filter leaves. */
export function goToBookmark(ui: ReplayUi, context: ReplayContext, by: 1 | -1): ReplayUi {
	const {view} = context.frameOf(context.history, {...ui, mode: 'review'});
	const {selected} = context.frameOf(context.history, enterReview(ui, context));
	const here = selected ? toSortableString(selected) : '';
	const beyond = ui.bookmarks.filter(order => (by > 0 ? order > here : order < here));
	for (const order of by > 0 ? beyond : beyond.reverse()) {
		const key = parseOrderString(order);
		if (key && isInView(view, key)) return goToKey(ui, context, key);
	}
	if (ui.bookmarks.length === 0) return withFlash(ui, 'no bookmarks yet: b sets one');
	return withFlash(ui, by > 0 ? 'no later bookmark' : 'no earlier bookmark');
}

/** Search: while typing the match at the position or the next one is shown; n goes on in time, N back, both round the end. */

export function updateSearch(ui: ReplayUi, context: ReplayContext, typed: string): ReplayUi {
	const {before} = ui.prompt ?? {};
	const search = typed.toLowerCase();
	const from: ReplayUi = {...ui, search, ...(before && {selected: before.selected, anchor: before.anchor})};
	if (search === '') return from;
	const here = selectedEntryOf(from, context);
	const {history, searchIndex} = context;
	const passes = filterPredicate(from, context);
	const hereOrLater =
		here && searchIndex.nearestHit(history.state, search, {...keyOf(here), seq: here.seq - 1}, 1, passes);
	const found = hereOrLater ?? findMatch(from, context, -1);
	return found ? selectKey(from, context, keyOf(found)) : from;
}

export function nextMatch(ui: ReplayUi, context: ReplayContext, by: 1 | -1): ReplayUi {
	if (ui.search === '') return withFlash(ui, 'no search yet: /');
	const found = findMatch(ui, context, by);
	if (found) return selectKey(ui, context, keyOf(found));
	const wrappedMatch = findWrappedMatch(ui, context, by);
	if (!wrappedMatch) return withFlash(ui, `nothing matches “${ui.search}”`);
	const message = by > 0 ? 'no later match: the first one' : 'no earlier match: the last one';
	return withFlash(selectKey(ui, context, keyOf(wrappedMatch)), message);
}

function findMatch(ui: ReplayUi, context: ReplayContext, by: 1 | -1): TimelineEntry | undefined {
	const {history, searchIndex: finder} = context;
	return finder.nearestHit(history.state, ui.search, selectedEntryOf(ui, context), by, filterPredicate(ui, context));
}

/** From the other end. */
function findWrappedMatch(
	ui: ReplayUi,
	{history, searchIndex: finder, ...rest}: ReplayContext,
	by: 1 | -1,
): TimelineEntry | undefined {
	const {timeline} = history.state;
	const passes = filterPredicate(ui, {history, searchIndex: finder, ...rest});
	if (by < 0) return finder.nearestHit(history.state, ui.search, undefined, -1, passes);
	const first = entryAt(timeline, 0);
	return first && finder.nearestHit(history.state, ui.search, {...keyOf(first), seq: -1}, 1, passes);
}

function selectedEntryOf(ui: ReplayUi, {history, frameOf}: ReplayContext): TimelineEntry | undefined {
	const {view, selected} = frameOf(history, ui);
	return selected && view.at(view.positionOf(selected));
}

function filterPredicate({filter}: ReplayUi, {history}: ReplayContext): (entry: TimelineEntry) => boolean {
	return entry => !filter || passesFilter(history.state, entry, filter);
}
