/**
 * Which rows are looked at. The reader's place is an anchor, an event and a row inside it, never a number of rows from an
 * end: so new messages, older ones that come in above, a new width or a filter do not move what is being read.
 */
import type {OrderKey} from '../../core/event-order.js';
import type {TimelineEntry} from '../../core/timeline.js';
import {localDayNumber} from './format-time.js';
import type {TimelineView} from './timeline-view.js';
import {itemAfter, itemAt, itemBefore, type TimelineItem} from './timeline-view.js';

export type Rule = 'day' | 'unread';

/** The row at the top of the view. `row` counts the rows of the item; those of its rules are negative. */
export interface Anchor {
	readonly key: OrderKey;
	readonly row: number;
}

/** How a timeline lies: what rows an item has at the present width. */
export interface LaidOutTimeline {
	readonly view: TimelineView;
	/** Position before which the unread rule stands, or -1. */
	readonly unreadBoundary: number;
	/** Rows of an item, at least 1. */
	height(item: TimelineItem): number;
}

export interface Slot {
	readonly item: TimelineItem;
	/** From 0; negative for rules. */
	readonly row: number;
	readonly rule?: Rule;
}

export interface Viewport {
	readonly slots: readonly Slot[];
	/** Nothing is below. */
	readonly atEnd: boolean;
	/** Nothing is above. */
	readonly atStart: boolean;
	/** Entries below the last that is seen at all. */
	readonly entriesBelow: number;
}

export function rulesOf({view, unreadBoundary}: LaidOutTimeline, item: TimelineItem): Rule[] {
	const [entry] = item.entries;
	const before = view.at(item.from - 1);
	const rules: Rule[] = [];
	if (entry && (!before || localDayNumber(before.at) !== localDayNumber(entry.at))) rules.push('day');
	if (item.from === unreadBoundary && unreadBoundary > 0) rules.push('unread');
	return rules;
}

function slotOf(laid: LaidOutTimeline, item: TimelineItem, row: number): Slot {
	if (row >= 0) return {item, row};
	const rule = rulesOf(laid, item).at(row);
	return rule ? {item, row, rule} : {item, row};
}

function slotBefore(laid: LaidOutTimeline, slot: Slot): Slot | undefined {
	if (slot.row > -rulesOf(laid, slot.item).length) return slotOf(laid, slot.item, slot.row - 1);
	const item = itemBefore(laid.view, slot.item, laid.unreadBoundary);
	return item && slotOf(laid, item, laid.height(item) - 1);
}

function slotAfter(laid: LaidOutTimeline, slot: Slot): Slot | undefined {
	if (slot.row < laid.height(slot.item) - 1) return slotOf(laid, slot.item, slot.row + 1);
	const item = itemAfter(laid.view, slot.item, laid.unreadBoundary);
	return item && slotOf(laid, item, 0 - rulesOf(laid, item).length);
}

function lastSlot(laid: LaidOutTimeline): Slot | undefined {
	const item = itemAt(laid.view, laid.view.length - 1, laid.unreadBoundary);
	return item && slotOf(laid, item, laid.height(item) - 1);
}

function anchoredSlot(laid: LaidOutTimeline, anchor: Anchor): Slot | undefined {
	const position = Math.min(laid.view.positionOf(anchor.key), laid.view.length - 1);
	const item = itemAt(laid.view, position, laid.unreadBoundary);
	if (!item) return undefined;
	const row = Math.max(-rulesOf(laid, item).length, Math.min(anchor.row, laid.height(item) - 1));
	return slotOf(laid, item, row);
}

/** `height` rows from the anchor on; without one, or where less would be left, the last ones. */
export function resolveViewport(laid: LaidOutTimeline, height: number, anchor: Anchor | undefined): Viewport {
	const slots: Slot[] = [];
	let slot = anchor && anchoredSlot(laid, anchor);
	while (slot && slots.length < height) {
		slots.push(slot);
		slot = slotAfter(laid, slot);
	}
	if (slots.length === height && slots.length > 0) return toViewport(laid, slots, slot === undefined);
	return toViewport(laid, lastSlots(laid, height), true);
}

function lastSlots(laid: LaidOutTimeline, height: number): Slot[] {
	const slots: Slot[] = [];
	let slot = lastSlot(laid);
	while (slot && slots.length < height) {
		slots.unshift(slot);
		slot = slotBefore(laid, slot);
	}
	return slots;
}

function toViewport(laid: LaidOutTimeline, slots: readonly Slot[], atEnd: boolean): Viewport {
	const first = slots[0];
	const last = slots.at(-1);
	return {
		slots,
		atEnd,
		atStart: first === undefined || slotBefore(laid, first) === undefined,
		entriesBelow: last ? laid.view.length - last.item.to : 0,
	};
}

export function anchorAt(slot: Slot | undefined): Anchor | undefined {
	const entry = slot?.item.entries[0];
	return slot && entry && {key: keyOf(entry), row: slot.row};
}

export function keyOf({ms, counter, peer, seq}: TimelineEntry): OrderKey {
	return {ms, counter, peer, seq};
}

/** Moves the view by rows; undefined at the end: from there it follows. */
export function scrollAnchor(
	laid: LaidOutTimeline,
	height: number,
	anchor: Anchor | undefined,
	rows: number,
): Anchor | undefined {
	let slot = resolveViewport(laid, height, anchor).slots[0];
	for (let left = Math.abs(rows); left > 0 && slot; left--) {
		const next = rows < 0 ? slotBefore(laid, slot) : slotAfter(laid, slot);
		if (!next) break;
		slot = next;
	}
	const moved = anchorAt(slot);
	return resolveViewport(laid, height, moved).atEnd ? undefined : moved;
}

/** The very first row. */
export function firstAnchor(laid: LaidOutTimeline): Anchor | undefined {
	const item = itemAt(laid.view, 0, laid.unreadBoundary);
	return item && anchorAt(slotOf(laid, item, 0 - rulesOf(laid, item).length));
}

/** The same place if the item at `key` is seen whole; else one that shows it, a third from the top. */
export function anchorShowing(
	laid: LaidOutTimeline,
	height: number,
	anchor: Anchor | undefined,
	key: OrderKey,
): Anchor | undefined {
	const viewport = resolveViewport(laid, height, anchor);
	const item = itemAt(laid.view, Math.min(laid.view.positionOf(key), laid.view.length - 1), laid.unreadBoundary);
	if (!item) return anchor;
	const seen = viewport.slots.filter(slot => slot.row >= 0 && slot.item.from === item.from).length;
	if (seen >= Math.min(laid.height(item), height)) return anchor;
	let slot = slotOf(laid, item, 0);
	const above = Math.max(0, Math.min(Math.floor(height / 3), height - laid.height(item)));
	for (let left = above; left > 0; left--) slot = slotBefore(laid, slot) ?? slot;
	const moved = anchorAt(slot);
	return resolveViewport(laid, height, moved).atEnd ? undefined : moved;
}
