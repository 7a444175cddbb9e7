/**
 * Views of the timeline (everything, or the entries that pass a filter) and the items of a view. An item is the unit by
 * which the selection moves: one entry, or a presence group, which is a run of arrivals and departures shown on one
 * line.
 */

import {findFirstIndex} from '../../core/binary-search.js';
import {compareOrder, type OrderKey} from '../../core/event-order.js';
import type {TimelineEntry} from '../../core/timeline.js';
import {entryAt, positionOf, type Timeline} from '../../core/timeline.js';
import {localDayNumber} from './format-time.js';

export type EntryPredicate = (entry: TimelineEntry) => boolean;

/** Entries in timeline order, addressed by position. */
export interface TimelineView {
	readonly length: number;
	at(index: number): TimelineEntry | undefined;
	/** Position of the first entry that is not before `key`, or the length if there is none. */
	positionOf(key: OrderKey): number;
}

/** The view of all entries. */
export function viewAll(timeline: Timeline): TimelineView {
	return {
		length: timeline.length,
		at: index => entryAt(timeline, index),
		positionOf: key => positionOf(timeline, key),
	};
}

type Page = Timeline['pages'][number];

/**
 * Creates the view of one filter, as a function of the timeline. The filtered entries of each page of the timeline are
 * cached, so that after a new event only its page is filtered again.
 */
export function createFilteredView(test: EntryPredicate): (timeline: Timeline) => TimelineView {
	const filteredPages = new WeakMap<Page, Page>();
	let last: {timeline: Timeline; view: TimelineView} | undefined;

	function filterPage(page: Page): Page {
		const cached = filteredPages.get(page);
		if (cached) return cached;
		const filtered = page.filter(test);
		filteredPages.set(page, filtered);
		return filtered;
	}

	return timeline => {
		if (last?.timeline === timeline) return last.view;
		const pages = timeline.pages.map(filterPage).filter(page => page.length > 0);
		last = {timeline, view: viewPages(pages)};
		return last.view;
	};
}

function viewPages(pages: readonly Page[]): TimelineView {
	const ends: number[] = [];
	let length = 0;
	for (const page of pages) {
		length += page.length;
		ends.push(length);
	}

	return {
		length,
		at(index) {
			if (index < 0 || index >= length) return undefined;
			const page = findFirstIndex(0, ends.length, position => (ends[position] ?? 0) > index);
			return pages[page]?.[index - (ends[page - 1] ?? 0)];
		},
		positionOf(key) {
			const page = findFirstIndex(0, pages.length, position => {
				const newest = pages[position]?.at(-1);
				return newest !== undefined && compareOrder(newest, key) >= 0;
			});
			const entries = pages[page];
			if (!entries) return length;
			const inside = findFirstIndex(0, entries.length, position => {
				const entry = entries[position];
				return entry !== undefined && compareOrder(entry, key) >= 0;
			});
			return (ends[page - 1] ?? 0) + inside;
		},
	};
}

export interface TimelineItem {
	/** First position of the item in the view. `to`: the position after the last one. */
	readonly from: number;
	readonly to: number;
	/** Entries of the item in timeline order: one, or several in a presence group. */
	readonly entries: readonly TimelineEntry[];
	/** Set for an item of one entry: the entry above it, if no rule is drawn between the two. */
	readonly previous?: TimelineEntry;
}

/**
 * Minimum number of entries of a presence group. The entries of a shorter run are shown one by one, unless they are
 * about one peer.
 */
const MIN_GROUP_ENTRIES = 3;
/** Maximum number of entries that are examined in each direction to find where a presence group begins and ends. */
const MAX_GROUP_REACH = 256;

function isPresenceChange(entry: TimelineEntry): boolean {
	switch (entry.type) {
		case 'joined':
		case 'left':
		case 'lost':
		case 'returned':
		case 'peer-connected':
			return true;
		default:
			return false;
	}
}

/**
 * Whether the entry at `index` belongs to the presence group of the entry before it: both are on the same day, with no
 * unread rule between them.
 */
function continuesGroup(view: TimelineView, index: number, unreadBoundary: number): boolean {
	const before = view.at(index - 1);
	const entry = view.at(index);
	if (!before || !entry || index === unreadBoundary) return false;
	return isPresenceChange(before) && isPresenceChange(entry) && localDayNumber(before.at) === localDayNumber(entry.at);
}

/** Whether there are exactly two entries at the positions `[from, to)`, and both are changes of the same peer. */
function isRunOfOnePeer(view: TimelineView, from: number, to: number): boolean {
	const peerAt = (index: number) => {
		const entry = view.at(index);
		return entry && 'subject' in entry ? entry.subject : entry?.peer;
	};
	return to - from === 2 && peerAt(from) === peerAt(from + 1);
}

/** The item that contains a position. No group extends across `unreadBoundary`, the position of the unread rule. */
export function itemAt(view: TimelineView, position: number, unreadBoundary = -1): TimelineItem | undefined {
	const entry = view.at(position);
	if (!entry) return undefined;
	let from = position;
	let to = position + 1;
	while (position - from < MAX_GROUP_REACH && continuesGroup(view, from, unreadBoundary)) from--;
	while (to - position < MAX_GROUP_REACH && continuesGroup(view, to, unreadBoundary)) to++;
	if (to - from < MIN_GROUP_ENTRIES && !isRunOfOnePeer(view, from, to)) {
		const before = position === unreadBoundary ? undefined : view.at(position - 1);
		const previous = before && localDayNumber(before.at) === localDayNumber(entry.at) ? before : undefined;
		return {from: position, to: position + 1, entries: [entry], ...(previous && {previous})};
	}
	const entries: TimelineEntry[] = [];
	for (let index = from; index < to; index++) {
		const member = view.at(index);
		if (member) entries.push(member);
	}
	return {from, to, entries};
}

/**
 * The item before `item`. Entries that are also in `item` are left out: groups have a maximum length, so groups that
 * are computed from two positions can overlap.
 */
export function itemBefore(view: TimelineView, item: TimelineItem, unreadBoundary = -1): TimelineItem | undefined {
	const before = itemAt(view, item.from - 1, unreadBoundary);
	return before && before.to > item.from
		? {...before, to: item.from, entries: before.entries.slice(0, item.from - before.from)}
		: before;
}

/** The item after `item`. Entries that are also in `item` are left out, as in itemBefore. */
export function itemAfter(view: TimelineView, item: TimelineItem, unreadBoundary = -1): TimelineItem | undefined {
	const after = itemAt(view, item.to, unreadBoundary);
	return after && after.from < item.to
		? {...after, from: item.to, entries: after.entries.slice(item.to - after.from)}
		: after;
}
