/** Moving the position: by row, by event, by time. In review it is a row; while playing it is a moment. Pure. */
import type {OrderKey} from '../../core/order.js';
import {findFirstIndex} from '../../core/search.js';
import {entryAt} from '../../core/timeline.js';
import {type Item, itemAfter, itemAt, itemBefore} from '../timeline/items.js';
import {keyOf, scrollBy, showKey} from '../timeline/viewport.js';
import type {ReplayContext} from './replay-context.js';
import {indexOf, type ReplayFrame} from './replay-frame.js';
import type {ReplayUi} from './replay-state.js';

/** Review at the row that was newest. */
export function pause(ui: ReplayUi, context: ReplayContext): ReplayUi {
	if (ui.mode === 'review') return ui;
	const {history, frameOf} = context;
	const {view} = frameOf(history, ui);
	const newest = ui.index >= history.length ? undefined : view.at(view.length - 1);
	const review: ReplayUi = {...ui, mode: 'review', selected: undefined, anchor: undefined};
	if (ui.index >= history.length) return review;
	return newest ? selectKey(review, context, keyOf(newest)) : selectAt(review, context, 0);
}

/** Selects a row and shows it; the last row follows the end. */
export function selectKey(ui: ReplayUi, context: ReplayContext, key: OrderKey): ReplayUi {
	const {laid, timelineHeight, view} = context.frameOf(context.history, ui);
	const selected = view.length > 0 && view.positionOf(key) >= view.length - 1 ? undefined : key;
	return {...ui, selected, anchor: showKey(laid, timelineHeight, ui.anchor, key)};
}

/** The row at a position of the view, clamped. */
export function selectAt(ui: ReplayUi, context: ReplayContext, position: number): ReplayUi {
	const {view} = context.frameOf(context.history, ui);
	const entry = view.at(Math.max(0, Math.min(position, view.length - 1)));
	return entry ? selectKey(ui, context, keyOf(entry)) : ui;
}

/** Position of the selected row in the view. */
export function selectedAt({view, selected}: ReplayFrame): number {
	return selected ? Math.min(view.positionOf(selected), view.length - 1) : view.length - 1;
}

/** One row of what is seen: a run of comings and goings is one, and its last event is the position. */
export function moveRow(ui: ReplayUi, context: ReplayContext, by: 1 | -1): ReplayUi {
	const frame = context.frameOf(context.history, ui);
	const item = itemAt(frame.view, selectedAt(frame));
	if (!item) return ui;
	const next = by < 0 ? itemBefore(frame.view, item) : itemAfter(frame.view, item);
	const key = next && keyOfItem(next);
	if (key) return selectKey(ui, context, key);
	return by < 0 ? selectAt(ui, context, 0) : goEnd(ui, context);
}

function keyOfItem(item: Item): OrderKey | undefined {
	const last = item.entries.at(-1);
	return last && keyOf(last);
}

export function moveEvent(ui: ReplayUi, context: ReplayContext, by: 1 | -1): ReplayUi {
	const frame = context.frameOf(context.history, ui);
	return selectAt(ui, context, selectedAt(frame) + by);
}

/** A screenful: the view and the position move together. */
export function movePage(ui: ReplayUi, context: ReplayContext, by: 1 | -1): ReplayUi {
	const {laid, timelineHeight, viewport} = context.frameOf(context.history, ui);
	if (by < 0 && viewport.atStart) return selectAt(ui, context, 0);
	if (by > 0 && viewport.atEnd) return goEnd(ui, context);
	const anchor = scrollBy(laid, timelineHeight, ui.anchor ?? topOf(viewport), by * Math.max(1, timelineHeight - 1));
	const scrolled: ReplayUi = {...ui, anchor};
	const {slots, atStart, atEnd} = context.frameOf(context.history, scrolled).viewport;
	if (by < 0 && atStart) return selectAt(scrolled, context, 0);
	if (by > 0 && atEnd) return goEnd(scrolled, context);
	const seen = slots.filter(slot => slot.row === 0);
	const item = (by < 0 ? seen[0] : seen.at(-1))?.item;
	const key = item && keyOfItem(item);
	return key ? {...scrolled, selected: key} : scrolled;
}

function topOf({slots}: ReplayFrame['viewport']): ReplayUi['anchor'] {
	const [slot] = slots;
	const entry = slot?.item.entries[0];
	return slot && entry && {key: keyOf(entry), row: slot.row};
}

export function goStart(ui: ReplayUi, context: ReplayContext): ReplayUi {
	if (ui.mode === 'review') return selectAt(ui, context, 0);
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
	const index = indexOf(context.history, key);
	return {...ui, index, time: context.history.timeAt(index - 1)};
}

/** To the first row at `ms` or behind it; while playing, to that moment. */
export function goToTime(ui: ReplayUi, context: ReplayContext, ms: number): ReplayUi {
	const {history} = context;
	if (ui.mode === 'playing') {
		const time = Math.max(history.timeAt(0), Math.min(ms, history.timeAt(history.length - 1)));
		return {...ui, time, index: history.indexAt(time)};
	}
	return selectAt(ui, context, firstAt(context.frameOf(history, ui), ms));
}

/** Position of the first row of the view that is not before `ms`. */
export function firstAt({view}: ReplayFrame, ms: number): number {
	return findFirstIndex(0, view.length, position => (view.at(position)?.ms ?? 0) >= ms);
}

/** By time; in review always to another row, if there is one. */
export function moveTime(ui: ReplayUi, context: ReplayContext, byMs: number): ReplayUi {
	const frame = context.frameOf(context.history, ui);
	if (ui.mode === 'playing') return goToTime(ui, context, ui.time + byMs);
	const at = selectedAt(frame);
	const found = firstAt(frame, frame.time + byMs + (byMs < 0 ? 1 : 0));
	return selectAt(ui, context, byMs < 0 ? Math.min(found - 1, at - 1) : Math.max(found, at + 1));
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
