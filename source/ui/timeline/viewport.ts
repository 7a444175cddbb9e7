/**
 * Visible rows of the timeline. The reading position is an anchor: an entry and a row inside it. It is never a number
 * of rows from an end. So the text that is being read does not move when messages or history arrive, when the terminal
 * is resized, or when a filter changes.
 */
import type {OrderKey} from '../../core/event-order.js';
import type {TimelineEntry} from '../../core/timeline.js';
import {localDayNumber} from './format-time.js';
import {itemAfter, itemAt, itemBefore, type TimelineItem, type TimelineView} from './timeline-view.js';

/** Kind of a rule, which is a line above an item: it marks the start of a day, or the start of the unread entries. */
export type Rule = 'day' | 'unread';

/**
 * The row at the top of the viewport. `row`: index of the row in the item of the entry at `key`, from 0; rules above
 * the item have negative numbers.
 */
export interface Anchor {
	readonly key: OrderKey;
	readonly row: number;
}

/** A view of the timeline, with the number of rows that each item needs at the current width. */
export interface LaidOutTimeline {
	readonly view: TimelineView;
	/** Position of the first unread entry, above which the unread rule is drawn; -1 if there is none. */
	readonly unreadBoundary: number;
	/** Number of rows of an item, at least 1. */
	height(item: TimelineItem): number;
}

/** One terminal row of the viewport. */
export interface Slot {
	readonly item: TimelineItem;
	/** Index of the row within the item, from 0; negative for the rules above the item. */
	readonly row: number;
	readonly rule?: Rule;
}

export interface Viewport {
	readonly slots: readonly Slot[];
	/** Whether the last row of the timeline is visible. */
	readonly atEnd: boolean;
	/** Whether the first row of the timeline is visible. */
	readonly atStart: boolean;
	/** Number of entries below the last visible one. */
	readonly entriesBelow: number;
}

function rulesOf({view, unreadBoundary}: LaidOutTimeline, item: TimelineItem): Rule[] {
	const [entry] = item.entries;
	const before = view.at(item.from - 1);
	const rules: Rule[] = [];
	if (entry && (!before || localDayNumber(before.at) !== localDayNumber(entry.at))) rules.push('day');
	if (item.from === unreadBoundary && unreadBoundary > 0) rules.push('unread');
	return rules;
}

function slotOf(laidOut: LaidOutTimeline, item: TimelineItem, row: number): Slot {
	if (row >= 0) return {item, row};
	const rule = rulesOf(laidOut, item).at(row);
	return rule ? {item, row, rule} : {item, row};
}

function slotBefore(laidOut: LaidOutTimeline, slot: Slot): Slot | undefined {
	if (slot.row > -rulesOf(laidOut, slot.item).length) return slotOf(laidOut, slot.item, slot.row - 1);
	const item = itemBefore(laidOut.view, slot.item, laidOut.unreadBoundary);
	return item && slotOf(laidOut, item, laidOut.height(item) - 1);
}

function slotAfter(laidOut: LaidOutTimeline, slot: Slot): Slot | undefined {
	if (slot.row < laidOut.height(slot.item) - 1) return slotOf(laidOut, slot.item, slot.row + 1);
	const item = itemAfter(laidOut.view, slot.item, laidOut.unreadBoundary);
	return item && slotOf(laidOut, item, 0 - rulesOf(laidOut, item).length);
}

function lastSlot(laidOut: LaidOutTimeline): Slot | undefined {
	const item = itemAt(laidOut.view, laidOut.view.length - 1, laidOut.unreadBoundary);
	return item && slotOf(laidOut, item, laidOut.height(item) - 1);
}

function anchoredSlot(laidOut: LaidOutTimeline, anchor: Anchor): Slot | undefined {
	const position = Math.min(laidOut.view.positionOf(anchor.key), laidOut.view.length - 1);
	const item = itemAt(laidOut.view, position, laidOut.unreadBoundary);
	if (!item) return undefined;
	const row = Math.max(-rulesOf(laidOut, item).length, Math.min(anchor.row, laidOut.height(item) - 1));
	return slotOf(laidOut, item, row);
}

/**
 * The first `height` rows from the anchor on. Without an anchor, or if fewer rows follow the anchor, the last `height`
 * rows of the timeline.
 */
export function resolveViewport(laidOut: LaidOutTimeline, height: number, anchor: Anchor | undefined): Viewport {
	const slots: Slot[] = [];
	let slot = anchor && anchoredSlot(laidOut, anchor);
	while (slot && slots.length < height) {
		slots.push(slot);
		slot = slotAfter(laidOut, slot);
	}
	if (slots.length === height && slots.length > 0) return toViewport(laidOut, slots, slot === undefined);
	return toViewport(laidOut, lastSlots(laidOut, height), true);
}

function lastSlots(laidOut: LaidOutTimeline, height: number): Slot[] {
	const slots: Slot[] = [];
	let slot = lastSlot(laidOut);
	while (slot && slots.length < height) {
		slots.unshift(slot);
		slot = slotBefore(laidOut, slot);
	}
	return slots;
}

function toViewport(laidOut: LaidOutTimeline, slots: readonly Slot[], atEnd: boolean): Viewport {
	const first = slots[0];
	const last = slots.at(-1);
	return {
		slots,
		atEnd,
		atStart: first === undefined || slotBefore(laidOut, first) === undefined,
		entriesBelow: last ? laidOut.view.length - last.item.to : 0,
	};
}

/** The anchor that puts a slot at the top of the viewport. */
export function anchorAt(slot: Slot | undefined): Anchor | undefined {
	const entry = slot?.item.entries[0];
	return slot && entry && {key: keyOf(entry), row: slot.row};
}

/** Copies the order key of an entry. A state that stored the entry instead would keep the whole entry in memory. */
export function keyOf({ms, counter, peer, seq}: TimelineEntry): OrderKey {
	return {ms, counter, peer, seq};
}

/**
 * The anchor after scrolling by `rows` (negative: up), or undefined at the end of the timeline, where new entries
 * scroll the viewport.
 */
export function scrollAnchor(
	laidOut: LaidOutTimeline,
	height: number,
	anchor: Anchor | undefined,
	rows: number,
): Anchor | undefined {
	let slot = resolveViewport(laidOut, height, anchor).slots[0];
	for (let remaining = Math.abs(rows); remaining > 0 && slot; remaining--) {
		const next = rows < 0 ? slotBefore(laidOut, slot) : slotAfter(laidOut, slot);
		if (!next) break;
		slot = next;
	}
	const moved = anchorAt(slot);
	return resolveViewport(laidOut, height, moved).atEnd ? undefined : moved;
}

/** The anchor of the first row of the timeline. */
export function firstAnchor(laidOut: LaidOutTimeline): Anchor | undefined {
	const item = itemAt(laidOut.view, 0, laidOut.unreadBoundary);
	return item && anchorAt(slotOf(laidOut, item, 0 - rulesOf(laidOut, item).length));
}

/**
 * The given anchor if the whole item at `key` is visible; otherwise an anchor that shows the item at a third of the
 * height of the viewport.
 */
export function anchorShowing(
	laidOut: LaidOutTimeline,
	height: number,
	anchor: Anchor | undefined,
	key: OrderKey,
): Anchor | undefined {
	const viewport = resolveViewport(laidOut, height, anchor);
	const item = itemAt(
		laidOut.view,
		Math.min(laidOut.view.positionOf(key), laidOut.view.length - 1),
		laidOut.unreadBoundary,
	);
	if (!item) return anchor;
	const visibleRows = viewport.slots.filter(slot => slot.row >= 0 && slot.item.from === item.from).length;
	if (visibleRows >= Math.min(laidOut.height(item), height)) return anchor;
	let slot = slotOf(laidOut, item, 0);
	const rowsAbove = Math.max(0, Math.min(Math.floor(height / 3), height - laidOut.height(item)));
	for (let remaining = rowsAbove; remaining > 0; remaining--) slot = slotBefore(laidOut, slot) ?? slot;
	const moved = anchorAt(slot);
	return resolveViewport(laidOut, height, moved).atEnd ? undefined : moved;
}
