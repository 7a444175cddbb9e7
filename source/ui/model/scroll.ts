/** The reader's place: scrolling, selecting, jumping. Pure. */
import {compareOrder, type OrderKey} from '../../core/order.js';
import type {TimelineEntry} from '../../core/state.js';
import {type Item, itemAfter, itemAt, itemBefore} from '../timeline/items.js';
import {isMentionOfUs} from '../timeline/mentions.js';
import {type Anchor, firstAnchor, keyOf, scrollBy, showKey} from '../timeline/viewport.js';
import type {Context} from './model.js';
import type {UiState} from './ui-state.js';

/** Leaving the end sets what is new from here on; coming back to it ends that. */
export function withAnchor(ui: UiState, {state, frameOf}: Context, anchor: Anchor | undefined): UiState {
	if (anchor === undefined) return {...ui, anchor, leftEndAt: undefined};
	if (ui.anchor !== undefined) return {...ui, anchor};
	const {view, laid} = frameOf(state, ui);
	const newest = view.at(view.length - 1);
	if (!newest) return {...ui, anchor};
	const key = keyOf(newest);
	return {...ui, anchor, leftEndAt: key, marker: laid.cut === -1 ? key : ui.marker};
}

export function scrollRows(ui: UiState, context: Context, rows: number): UiState {
	const {laid, timelineHeight, viewport} = context.frameOf(context.state, ui);
	if (viewport.slots.length === 0) return ui;
	const scrolled = withAnchor(ui, context, scrollBy(laid, timelineHeight, ui.anchor, rows));
	return keepSelectionSeen(scrolled, context);
}

/** Selected is always something that is seen; where a jump left its mark while one writes, scrolling away ends it. */
export function keepSelectionSeen(ui: UiState, context: Context): UiState {
	if (!ui.selected || ui.focus === 'peers' || ui.prompt) return ui;
	const place = placeAmongSeen(ui.selected, ui, context);
	if (!place || place.by === 0) return ui;
	return {...ui, selected: ui.focus === 'timeline' ? keyOfItem(place.nearest) : undefined};
}

export function isSelectionSeen(ui: UiState, context: Context): boolean {
	return ui.selected !== undefined && placeAmongSeen(ui.selected, ui, context)?.by === 0;
}

/** Whether a row lies above (-1), among (0) or below (1) what is seen, and the seen item nearest to it. */
function placeAmongSeen(key: OrderKey, ui: UiState, {state, frameOf}: Context) {
	const {viewport, view} = frameOf(state, ui);
	const position = view.positionOf(key);
	const seen = viewport.slots.filter(slot => slot.row >= 0).map(slot => slot.item);
	const [first] = seen;
	const last = seen.at(-1);
	if (!first || !last) return undefined;
	if (position < first.from) return {by: -1, nearest: first};
	return position >= last.to ? {by: 1, nearest: last} : {by: 0, nearest: last};
}

function keyOfItem(item: Item): OrderKey | undefined {
	const [entry] = item.entries;
	return entry && keyOf(entry);
}

export function selectLast(ui: UiState, context: Context): UiState {
	const {viewport} = context.frameOf(context.state, ui);
	const last = viewport.slots.findLast(slot => slot.row >= 0);
	return {...ui, selected: last ? keyOfItem(last.item) : undefined};
}

export function selectBy(ui: UiState, context: Context, by: 1 | -1): UiState {
	if (!ui.selected) return selectLast(ui, context);
	const {laid, view} = context.frameOf(context.state, ui);
	const item = itemAt(view, Math.min(view.positionOf(ui.selected), view.length - 1), laid.cut);
	if (!item) return ui;
	const next = by < 0 ? itemBefore(view, item, laid.cut) : itemAfter(view, item, laid.cut);
	const key = next && keyOfItem(next);
	return key ? showSelected({...ui, selected: key}, context, key) : scrollRows(ui, context, by);
}

export function showSelected(ui: UiState, context: Context, key: OrderKey): UiState {
	const {laid, timelineHeight} = context.frameOf(context.state, ui);
	return withAnchor(ui, context, showKey(laid, timelineHeight, ui.anchor, key));
}

/** Goes there and selects it. */
export function jumpTo(ui: UiState, context: Context, key: OrderKey): UiState {
	return showSelected({...ui, selected: key}, context, key);
}

export function goOldest(ui: UiState, context: Context): UiState {
	const {laid, view} = context.frameOf(context.state, ui);
	const first = view.at(0);
	const moved = withAnchor(ui, context, firstAnchor(laid));
	return first && ui.focus === 'timeline' ? {...moved, selected: keyOf(first)} : moved;
}

export function goNewest(ui: UiState, context: Context): UiState {
	const moved = withAnchor(ui, context, undefined);
	return ui.focus === 'timeline' ? selectLast(moved, context) : moved;
}

/** The nearest entry before or after the reader's place that passes. */
export function findFrom(
	ui: UiState,
	context: Context,
	by: 1 | -1,
	test: (entry: TimelineEntry) => boolean,
): OrderKey | undefined {
	const {view, viewport} = context.frameOf(context.state, ui);
	const seen = viewport.slots.find(slot => slot.row >= 0)?.item;
	const start = ui.selected ? view.positionOf(ui.selected) : by < 0 && viewport.atEnd ? view.length : (seen?.from ?? 0);
	for (let index = start + by; index >= 0 && index < view.length; index += by) {
		const entry = view.at(index);
		if (entry && test(entry)) return keyOf(entry);
	}
	return undefined;
}

/** The first entry behind the unread rule. */
export function firstUnread(ui: UiState, context: Context): OrderKey | undefined {
	const {laid, view} = context.frameOf(context.state, ui);
	const entry = laid.cut >= 0 ? view.at(laid.cut) : undefined;
	return entry && keyOf(entry);
}

/** Everything up to now is read. */
export function markRead(ui: UiState): UiState {
	return {...ui, marker: undefined, leftEndAt: undefined};
}

/** Messages that count as new below, at most `limit`, and how many of them speak to us. */
export function countNewBelow(ui: UiState, context: Context, limit: number): {messages: number; forUs: number} {
	if (!ui.leftEndAt || !ui.anchor) return {messages: 0, forUs: 0};
	const {view} = context.frameOf(context.state, ui);
	let messages = 0;
	let forUs = 0;
	for (let index = view.length - 1; index >= 0 && messages < limit; index--) {
		const entry = view.at(index);
		if (!entry || compareOrder(entry, ui.leftEndAt) <= 0) break;
		if (entry.type !== 'posted') continue;
		messages++;
		if (isMentionOfUs(context.state, entry)) forUs++;
	}
	return {messages, forUs};
}
