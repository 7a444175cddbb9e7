/**
 * Functions that move the position: by row, event or time, to bookmarks and to matches of the search. In review the
 * position is a row. During playback it is a time.
 */

import {findFirstIndex} from '../../core/binary-search.js';
import {isPeerId} from '../../core/event.js';
import {type OrderKey, toSortableString} from '../../core/event-order.js';
import {foldText} from '../../core/fold-text.js';
import {entryAt, type TimelineEntry} from '../../core/timeline.js';
import {itemAfter, itemAt, itemBefore, type TimelineItem} from '../timeline/timeline-view.js';
import {anchorAt, anchorShowing, keyOf, scrollAnchor} from '../timeline/viewport.js';
import {passesFilter} from './replay-filter.js';
import {isInView, type ReplayContext, type ReplayFrame, type ReplayStep, recordIndexOf, step} from './replay-frame.js';
import {type ReplayUi, withFlash} from './replay-state.js';

/** Switches to review, at the newest row that playback has shown. */
export function enterReview(ui: ReplayUi, context: ReplayContext): ReplayUi {
	if (ui.mode === 'review') return ui;
	const {history, frameOf} = context;
	const {view} = frameOf(history, ui);
	const newest = ui.index >= history.length ? undefined : view.at(view.length - 1);
	const review: ReplayUi = {...ui, mode: 'review', selected: undefined, anchor: undefined};
	if (ui.index >= history.length) return review;
	return newest ? selectKey(review, context, keyOf(newest)) : selectPosition(review, context, 0);
}

/**
 * Selects a row and scrolls to it. If the row is the last one, the end of the log is selected instead, so that the
 * position follows a growing log.
 */
export function selectKey(ui: ReplayUi, context: ReplayContext, key: OrderKey): ReplayUi {
	const {laidOut, timelineHeight, view} = context.frameOf(context.history, ui);
	const selected = view.length > 0 && view.positionOf(key) >= view.length - 1 ? undefined : key;
	return {...ui, selected, anchor: anchorShowing(laidOut, timelineHeight, ui.anchor, key)};
}

/** Selects the row at an index of the view. The index is clamped. */
function selectPosition(ui: ReplayUi, context: ReplayContext, position: number): ReplayUi {
	const {view} = context.frameOf(context.history, ui);
	const entry = view.at(Math.max(0, Math.min(position, view.length - 1)));
	return entry ? selectKey(ui, context, keyOf(entry)) : ui;
}

/** Index of the selected row in the view. */
function selectedPosition({view, selected}: ReplayFrame): number {
	return selected ? Math.min(view.positionOf(selected), view.length - 1) : view.length - 1;
}

/**
 * Moves by one item. A presence group (arrivals and departures on one line) is one item, of which the last event is
 * selected.
 */
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

/** Moves by one event. Unlike moveRow, it stops at every event of a presence group. */
export function moveEvent(ui: ReplayUi, context: ReplayContext, by: 1 | -1): ReplayUi {
	const frame = context.frameOf(context.history, ui);
	return selectPosition(ui, context, selectedPosition(frame) + by);
}

/** Moves by a page: scrolls, and selects the first or last visible item. */
export function movePage(ui: ReplayUi, context: ReplayContext, by: 1 | -1): ReplayUi {
	const {laidOut, timelineHeight, viewport} = context.frameOf(context.history, ui);
	if (by < 0 && viewport.atStart) return selectPosition(ui, context, 0);
	if (by > 0 && viewport.atEnd) return goEnd(ui, context);
	const anchor = scrollAnchor(
		laidOut,
		timelineHeight,
		ui.anchor ?? anchorAt(viewport.slots[0]),
		by * Math.max(1, timelineHeight - 1),
	);
	const scrolled: ReplayUi = {...ui, anchor};
	const {slots, atStart, atEnd} = context.frameOf(context.history, scrolled).viewport;
	if (by < 0 && atStart) return selectPosition(scrolled, context, 0);
	if (by > 0 && atEnd) return goEnd(scrolled, context);
	const firstRows = slots.filter(slot => slot.row === 0);
	const item = (by < 0 ? firstRows[0] : firstRows.at(-1))?.item;
	const key = item && keyOfItem(item);
	return key ? {...scrolled, selected: key} : scrolled;
}

/** Moves to the start of the log. */
export function goStart(ui: ReplayUi, context: ReplayContext): ReplayUi {
	if (ui.mode === 'review') return selectPosition(ui, context, 0);
	const index = Math.min(1, context.history.length);
	return {...ui, index, time: context.history.timeAt(0)};
}

/** Moves to the end of the log. */
export function goEnd(ui: ReplayUi, {history}: ReplayContext): ReplayUi {
	if (ui.mode === 'review') return {...ui, selected: undefined, anchor: undefined};
	return {...ui, index: history.length, time: history.timeAt(history.length - 1)};
}

/** Moves to an entry, both in review and during playback. */
function goToKey(ui: ReplayUi, context: ReplayContext, key: OrderKey): ReplayUi {
	if (ui.mode === 'review') return selectKey(ui, context, key);
	const index = recordIndexOf(context.history, key);
	return {...ui, index, time: context.history.timeAt(index - 1)};
}

/** Moves to a time (ms). During playback the position becomes that time; in review, the first row at or after it. */
export function goToTime(ui: ReplayUi, context: ReplayContext, ms: number): ReplayUi {
	const {history} = context;
	if (ui.mode === 'playing') {
		const time = Math.max(history.timeAt(0), Math.min(ms, history.timeAt(history.length - 1)));
		return {...ui, time, index: history.indexAt(time)};
	}
	return selectPosition(ui, context, firstPositionFrom(context.frameOf(history, ui), ms));
}

/** Index of the first row of the view at or after the time `ms`. */
function firstPositionFrom({view}: ReplayFrame, ms: number): number {
	return findFirstIndex(0, view.length, position => (view.at(position)?.ms ?? 0) >= ms);
}

/**
 * Moves by time (ms). In review it moves by at least one row, unless the first or last row of the log is already
 * selected.
 */
export function moveTime(ui: ReplayUi, context: ReplayContext, byMs: number): ReplayUi {
	const frame = context.frameOf(context.history, ui);
	if (ui.mode === 'playing') return goToTime(ui, context, ui.time + byMs);
	const current = selectedPosition(frame);
	const target = firstPositionFrom(frame, frame.time + byMs + (byMs < 0 ? 1 : 0));
	return selectPosition(ui, context, byMs < 0 ? Math.min(target, current) - 1 : Math.max(target, current + 1));
}

/** Moves to a fraction (0 to 1) of the duration of the log. */
export function goToFraction(ui: ReplayUi, context: ReplayContext, fraction: number): ReplayUi {
	const {start, end} = context.frameOf(context.history, ui);
	return goToTime(ui, context, start + (end - start) * fraction);
}

/** Moves to the entry with a number, counted from 1 and including entries that the filter hides. */
export function goToRank(ui: ReplayUi, context: ReplayContext, rank: number): ReplayUi {
	const {timeline} = context.history.state;
	const entry = entryAt(timeline, Math.max(0, Math.min(rank, timeline.length) - 1));
	return entry ? goToKey(ui, context, keyOf(entry)) : ui;
}

const ORDER_STRING = /^([0-9a-f]{14})-([0-9a-f]{4})-([0-9a-f]{64})-([0-9a-f]{14})$/;

/** Parses a string that toSortableString returned. Returns undefined for any other string. */
export function parseOrderString(order: string): OrderKey | undefined {
	const [, ms = '', counter = '', peer = '', seq = ''] = ORDER_STRING.exec(order) ?? [];
	if (!isPeerId(peer)) return undefined;
	const number = (hex: string) => Number.parseInt(hex, 16);
	return {ms: number(ms), counter: number(counter), peer, seq: number(seq)};
}

/**
 * Sets or removes the bookmark of the row at the position. A bookmark is the order string of its row, which is the same in
 * every copy of the log. Bookmarks are saved in a file of their own next to the log, never in the log.
 */
export function toggleBookmark(ui: ReplayUi, context: ReplayContext): ReplayStep {
	const paused = enterReview(ui, context);
	const {selected} = context.frameOf(context.history, paused);
	if (!selected) return step(ui);
	const order = toSortableString(selected);
	const wasSet = ui.bookmarks.includes(order);
	const orders = wasSet ? ui.bookmarks.filter(other => other !== order) : [...ui.bookmarks, order].sort();
	const next = withFlash(
		{...ui, bookmarks: orders},
		wasSet ? 'Bookmark removed' : 'Bookmark set. ] and [ go to bookmarks',
	);
	return step(next, {type: 'save-bookmarks', orders, set: !wasSet});
}

/** Moves to the next or previous bookmark that passes the filter. */
export function goToBookmark(ui: ReplayUi, context: ReplayContext, by: 1 | -1): ReplayUi {
	const {view} = context.frameOf(context.history, {...ui, mode: 'review'});
	const {selected} = context.frameOf(context.history, enterReview(ui, context));
	const current = selected ? toSortableString(selected) : '';
	const candidates = ui.bookmarks.filter(order => (by > 0 ? order > current : order < current));
	for (const order of by > 0 ? candidates : candidates.reverse()) {
		const key = parseOrderString(order);
		if (key && isInView(view, key)) return goToKey(ui, context, key);
	}
	if (ui.bookmarks.length === 0) return withFlash(ui, 'No bookmarks yet. b sets one');
	return withFlash(ui, by > 0 ? 'No later bookmark' : 'No earlier bookmark');
}

/** Searches while the user types: selects the match at or after the position, else the nearest one before it. */
export function updateSearch(ui: ReplayUi, context: ReplayContext, typed: string): ReplayUi {
	const {restore} = ui.prompt ?? {};
	const search = foldText(typed);
	const from: ReplayUi = {...ui, search, ...(restore && {selected: restore.selected, anchor: restore.anchor})};
	if (search === '') return from;
	const selected = selectedEntryOf(from, context);
	const {history, searchIndex} = context;
	const passes = filterPredicate(from, context);
	const atOrAfter =
		selected && searchIndex.nearestHit(history.state, search, {...keyOf(selected), seq: selected.seq - 1}, 1, passes);
	const found = atOrAfter ?? findMatch(from, context, -1);
	return found ? selectKey(from, context, keyOf(found)) : from;
}

/**
 * Moves to the next or previous match. If there is no further match in this direction, continues from the other end of
 * the log.
 */
export function nextMatch(ui: ReplayUi, context: ReplayContext, by: 1 | -1): ReplayUi {
	if (ui.search === '') return withFlash(ui, 'No search yet. / starts one');
	const found = findMatch(ui, context, by);
	if (found) return selectKey(ui, context, keyOf(found));
	const wrappedMatch = findWrappedMatch(ui, context, by);
	if (!wrappedMatch) return withFlash(ui, `No match for “${ui.search}”`);
	const message = by > 0 ? 'No later match. This is the first one' : 'No earlier match. This is the last one';
	return withFlash(selectKey(ui, context, keyOf(wrappedMatch)), message);
}

function findMatch(ui: ReplayUi, context: ReplayContext, by: 1 | -1): TimelineEntry | undefined {
	const {history, searchIndex} = context;
	return searchIndex.nearestHit(
		history.state,
		ui.search,
		selectedEntryOf(ui, context),
		by,
		filterPredicate(ui, context),
	);
}

/**
 * The match to which nextMatch moves if there is no further match in its direction: the first match of the log when
 * moving forward, else the last.
 */
function findWrappedMatch(ui: ReplayUi, context: ReplayContext, by: 1 | -1): TimelineEntry | undefined {
	const {history, searchIndex} = context;
	const {timeline} = history.state;
	const passes = filterPredicate(ui, context);
	if (by < 0) return searchIndex.nearestHit(history.state, ui.search, undefined, -1, passes);
	const first = entryAt(timeline, 0);
	return first && searchIndex.nearestHit(history.state, ui.search, {...keyOf(first), seq: -1}, 1, passes);
}

function selectedEntryOf(ui: ReplayUi, {history, frameOf}: ReplayContext): TimelineEntry | undefined {
	const {view, selected} = frameOf(history, ui);
	return selected && view.at(view.positionOf(selected));
}

function filterPredicate({filter}: ReplayUi, {history}: ReplayContext): (entry: TimelineEntry) => boolean {
	return entry => !filter || passesFilter(history.state, entry, filter);
}
