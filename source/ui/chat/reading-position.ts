/** Reading position of the timeline: scrolling, selecting, jumping, and the counts of unread messages. */
import {isWritten} from '../../core/event.js';
import {compareOrder, type OrderKey} from '../../core/event-order.js';
import {entryAt, type TimelineEntry} from '../../core/timeline.js';
import {wallTimeOf} from '../timeline/describe-unread.js';
import {isMentionOfUs} from '../timeline/mentions.js';
import {itemAfter, itemAt, itemBefore, type TimelineItem} from '../timeline/timeline-view.js';
import {type Anchor, anchorShowing, firstAnchor, keyOf, scrollAnchor} from '../timeline/viewport.js';
import type {UiState} from './chat-state.js';
import {type ChatContext, openingAnchor} from './frame.js';

/**
 * Sets the anchor. When the view leaves the end, the newest entry is recorded, and later entries count as new. A return
 * to the end clears this record.
 */
function withAnchor(ui: UiState, {state, frameOf}: ChatContext, anchor: Anchor | undefined): UiState {
	if (anchor === undefined) return {...ui, anchor, newestWhenLeftEnd: undefined};
	if (ui.anchor !== undefined) return {...ui, anchor};
	const {view, laidOut} = frameOf(state, ui);
	const newest = view.at(view.length - 1);
	if (!newest) return {...ui, anchor};
	const key = keyOf(newest);
	const moved = {...ui, anchor, newestWhenLeftEnd: key};
	return laidOut.unreadBoundary === -1 ? {...moved, unreadMarker: key, unreadSince: wallTimeOf(state)} : moved;
}

/** Scrolls by a number of rows. A negative number scrolls towards older entries. */
export function scrollRows(ui: UiState, context: ChatContext, rows: number): UiState {
	const {laidOut, timelineHeight, viewport} = context.frameOf(context.state, ui);
	if (viewport.slots.length === 0) return ui;
	const scrolled = withAnchor(ui, context, scrollAnchor(laidOut, timelineHeight, ui.anchor, rows));
	return keepSelectionVisible(scrolled, context);
}

/**
 * Keeps the selection visible after scrolling: selects the nearest visible item if the timeline has the focus. If the
 * input has the focus, the selection is cleared instead.
 */
export function keepSelectionVisible(ui: UiState, context: ChatContext): UiState {
	if (!ui.selected || ui.focus === 'peers' || ui.prompt) return ui;
	const location = locateInViewport(ui.selected, ui, context);
	if (!location || location.by === 0) return ui;
	return {...ui, selected: ui.focus === 'timeline' ? keyOfItem(location.nearest) : undefined};
}

export function isSelectionVisible(ui: UiState, context: ChatContext): boolean {
	return ui.selected !== undefined && locateInViewport(ui.selected, ui, context)?.by === 0;
}

/**
 * Returns whether an entry is above (-1), in (0) or below (1) the viewport, and the visible item nearest to the entry.
 */
function locateInViewport(key: OrderKey, ui: UiState, {state, frameOf}: ChatContext) {
	const {viewport, view} = frameOf(state, ui);
	const position = view.positionOf(key);
	const visible = viewport.slots.filter(slot => slot.row >= 0).map(slot => slot.item);
	const [first] = visible;
	const last = visible.at(-1);
	if (!first || !last) return undefined;
	if (position < first.from) return {by: -1, nearest: first};
	return position >= last.to ? {by: 1, nearest: last} : {by: 0, nearest: last};
}

function keyOfItem(item: TimelineItem): OrderKey | undefined {
	const [entry] = item.entries;
	return entry && keyOf(entry);
}

/** Selects the last item that is visible in the timeline pane. */
export function selectLast(ui: UiState, context: ChatContext): UiState {
	const {viewport} = context.frameOf(context.state, ui);
	const last = viewport.slots.findLast(slot => slot.row >= 0);
	return {...ui, selected: last ? keyOfItem(last.item) : undefined};
}

/** Selects the item before or after the selected one, and scrolls to it. */
export function selectBy(ui: UiState, context: ChatContext, by: 1 | -1): UiState {
	if (!ui.selected) return selectLast(ui, context);
	const {laidOut, view} = context.frameOf(context.state, ui);
	const item = itemAt(view, Math.min(view.positionOf(ui.selected), view.length - 1), laidOut.unreadBoundary);
	if (!item) return ui;
	const next = by < 0 ? itemBefore(view, item, laidOut.unreadBoundary) : itemAfter(view, item, laidOut.unreadBoundary);
	const key = next && keyOfItem(next);
	return key ? showSelected({...ui, selected: key}, context, key) : scrollRows(ui, context, by);
}

function showSelected(ui: UiState, context: ChatContext, key: OrderKey): UiState {
	const {laidOut, timelineHeight} = context.frameOf(context.state, ui);
	return withAnchor(ui, context, anchorShowing(laidOut, timelineHeight, ui.anchor, key));
}

/** Scrolls to an entry and selects it. */
export function jumpTo(ui: UiState, context: ChatContext, key: OrderKey): UiState {
	return showSelected({...ui, selected: key}, context, key);
}

export function goOldest(ui: UiState, context: ChatContext): UiState {
	const {laidOut, view} = context.frameOf(context.state, ui);
	const first = view.at(0);
	const moved = withAnchor(ui, context, firstAnchor(laidOut));
	return first && ui.focus === 'timeline' ? {...moved, selected: keyOf(first)} : moved;
}

export function goNewest(ui: UiState, context: ChatContext): UiState {
	const moved = withAnchor(ui, context, undefined);
	return ui.focus === 'timeline' ? selectLast(moved, context) : {...moved, selected: undefined};
}

/** The nearest entry that passes the test, before (-1) or after (1) the reading position. */
export function findEntryFrom(
	ui: UiState,
	context: ChatContext,
	by: 1 | -1,
	test: (entry: TimelineEntry) => boolean,
): OrderKey | undefined {
	const {view, viewport} = context.frameOf(context.state, ui);
	const first = viewport.slots.find(slot => slot.row >= 0)?.item;
	const start = ui.selected
		? view.positionOf(ui.selected)
		: by < 0 && viewport.atEnd
			? view.length
			: (first?.from ?? 0);
	for (let index = start + by; index >= 0 && index < view.length; index += by) {
		const entry = view.at(index);
		if (entry && test(entry)) return keyOf(entry);
	}
	return undefined;
}

/**
 * Clears `opensAtUnread`, so that the view no longer stays at the unread rule. A view that is not at the end of the
 * timeline keeps its reading position.
 */
export function endOpening(ui: UiState, context: ChatContext): UiState {
	if (!ui.opensAtUnread) return ui;
	const {laidOut, viewport} = context.frameOf(context.state, ui);
	const anchor = viewport.atEnd ? undefined : openingAnchor(ui, laidOut);
	const opened = {...ui, opensAtUnread: false};
	return anchor ? withAnchor(opened, context, anchor) : opened;
}

/** The oldest unread message that the filters of the screen do not hide. */
export function oldestUnreadKey(ui: UiState, context: ChatContext): OrderKey | undefined {
	const {view} = context.frameOf(context.state, ui);
	const {messages} = context.unread;
	for (let index = 0; index < messages.length; index++) {
		const message = entryAt(messages, index);
		const shown = message && view.at(view.positionOf(message));
		if (message && shown && compareOrder(message, shown) === 0) return keyOf(message);
	}
	return undefined;
}

/** The first entry after the unread rule. */
export function firstUnreadKey(ui: UiState, context: ChatContext): OrderKey | undefined {
	const {laidOut, view} = context.frameOf(context.state, ui);
	const entry = laidOut.unreadBoundary >= 0 ? view.at(laidOut.unreadBoundary) : undefined;
	return entry && keyOf(entry);
}

/** Removes the unread rule. */
export function markRead(ui: UiState): UiState {
	return {...ui, unreadMarker: undefined, unreadSince: undefined, opensAtUnread: false, newestWhenLeftEnd: undefined};
}

/** Number of new messages below the viewport, at most `limit`, and how many of them mention this user. */
export function countNewBelow(ui: UiState, context: ChatContext, limit: number): {messages: number; mentions: number} {
	if (!ui.newestWhenLeftEnd || !ui.anchor) return {messages: 0, mentions: 0};
	const {view} = context.frameOf(context.state, ui);
	let messages = 0;
	let mentions = 0;
	for (let index = view.length - 1; index >= 0 && messages < limit; index--) {
		const entry = view.at(index);
		if (!entry || compareOrder(entry, ui.newestWhenLeftEnd) <= 0) break;
		if (!isWritten(entry) && entry.type !== 'whisper') continue;
		messages++;
		if (isMentionOfUs(context.state, entry)) mentions++;
	}
	return {messages, mentions};
}
