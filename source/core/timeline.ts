/**
 * The timeline as frozen pages of at most PAGE_SIZE entries in total order (lessons.md: one flat array of 100,000 costs
 * 8 ms a push, pages 0.05 ms). Opaque to Immer: it is replaced, never drafted; frozen, so that Immer stops there.
 */
import {compareOrder, type OrderKey} from './order.js';
import {findFirstIndex} from './search.js';
import type {TimelineEntry} from './state.js';

export const PAGE_SIZE = 512;

export type TimelinePage = readonly TimelineEntry[];

export interface Timeline {
	readonly pages: readonly TimelinePage[];
	/** `ends[i]`: entries up to and including page i. */
	readonly ends: Float64Array;
	readonly length: number;
}

export const emptyTimeline: Timeline = Object.freeze({pages: Object.freeze([]), ends: new Float64Array(0), length: 0});

/** Pages are never empty; `from` is the first page whose end may differ from `base`. */
function makeTimeline(pages: readonly TimelinePage[], base: Timeline, from: number): Timeline {
	if (pages.length === 0) return emptyTimeline;
	const ends = new Float64Array(pages.length);
	ends.set(base.ends.subarray(0, from));
	let length = from === 0 ? 0 : (base.ends[from - 1] ?? 0);
	for (let index = from; index < pages.length; index++) {
		length += pages[index]?.length ?? 0;
		ends[index] = length;
	}
	return Object.freeze({pages, ends, length});
}

/** First page from `from` on whose last entry is not before `key`; the number of pages if none. */
function findPage(pages: readonly TimelinePage[], key: OrderKey, from = 0): number {
	return findFirstIndex(from, pages.length, index => {
		const last = pages[index]?.at(-1);
		return last !== undefined && compareOrder(last, key) >= 0;
	});
}

/** Number of the page that holds position `index`; the number of pages if none. */
function findPageAt(timeline: Timeline, index: number): number {
	return findFirstIndex(0, timeline.pages.length, page => (timeline.ends[page] ?? 0) > index);
}

function findInPage(page: TimelinePage, key: OrderKey): number {
	return findFirstIndex(0, page.length, index => {
		const entry = page[index];
		return entry !== undefined && compareOrder(entry, key) >= 0;
	});
}

/** Merges entries [from, to) into a page; equal keys keep what the page has. */
function mergePage(page: TimelinePage, entries: readonly TimelineEntry[], from: number, to: number): TimelineEntry[] {
	const merged: TimelineEntry[] = [];
	let place = 0;
	for (let index = from; index < to; index++) {
		const entry = entries[index];
		if (entry === undefined) continue;
		let old = page[place];
		while (old !== undefined && compareOrder(old, entry) < 0) {
			merged.push(old);
			old = page[++place];
		}
		if (old !== undefined && compareOrder(old, entry) === 0) continue;
		const last = merged.at(-1);
		if (last === undefined || compareOrder(last, entry) < 0) merged.push(entry);
	}
	for (; place < page.length; place++) {
		const old = page[place];
		if (old !== undefined) merged.push(old);
	}
	return merged;
}

/** Cuts into full pages at the end of the timeline, else into even ones, which leaves room for more. */
function pushPages(pages: TimelinePage[], entries: TimelineEntry[], atEnd: boolean): void {
	const count = Math.ceil(entries.length / PAGE_SIZE);
	if (count === 1) {
		pages.push(Object.freeze(entries));
		return;
	}
	const size = atEnd ? PAGE_SIZE : Math.ceil(entries.length / count);
	for (let start = 0; start < entries.length; start += size) {
		pages.push(Object.freeze(entries.slice(start, start + size)));
	}
}

/** Index after the last of `entries` from `from` on that belongs into the page that ends with `last`. */
function runEnd(entries: readonly TimelineEntry[], from: number, last: OrderKey): number {
	return findFirstIndex(from, entries.length, index => {
		const entry = entries[index];
		return entry !== undefined && compareOrder(entry, last) > 0;
	});
}

/** Inserts entries given in rising order; an entry whose key is already there is left out. O(entries + touched pages). */
export function insertEntries(timeline: Timeline, entries: readonly TimelineEntry[]): Timeline {
	const first = entries[0];
	if (first === undefined) return timeline;
	const old = timeline.pages;
	let firstTouched = Math.min(findPage(old, first), Math.max(0, old.length - 1));
	if (old[firstTouched]?.length === PAGE_SIZE && findPage(old, first) === old.length) firstTouched = old.length;
	const pages = old.slice(0, firstTouched);
	let next = firstTouched;
	let done = 0;
	let changed = false;
	while (done < entries.length) {
		const key = entries[done];
		if (key === undefined) break;
		const target = Math.max(next, Math.min(findPage(old, key, next), old.length - 1));
		for (; next < target; next++) {
			const page = old[next];
			if (page !== undefined) pages.push(page);
		}
		const page = old[next] ?? [];
		const last = page.at(-1);
		const atEnd = next >= old.length - 1;
		const end = atEnd || last === undefined ? entries.length : runEnd(entries, done, last);
		const merged = mergePage(page, entries, done, end);
		if (merged.length === page.length) pages.push(page);
		else {
			changed = true;
			pushPages(pages, merged, atEnd);
		}
		next++;
		done = end;
	}
	if (!changed) return timeline;
	for (; next < old.length; next++) {
		const page = old[next];
		if (page !== undefined) pages.push(page);
	}
	return makeTimeline(Object.freeze(pages), timeline, firstTouched);
}

/** Without the entry of exactly this key, or the same timeline. */
export function removeEntry(timeline: Timeline, key: OrderKey): Timeline {
	const number = findPage(timeline.pages, key);
	const page = timeline.pages[number];
	if (page === undefined) return timeline;
	const place = findInPage(page, key);
	const entry = page[place];
	if (entry === undefined || compareOrder(entry, key) !== 0) return timeline;
	const rest = page.toSpliced(place, 1);
	const pages =
		rest.length === 0 ? timeline.pages.toSpliced(number, 1) : timeline.pages.with(number, Object.freeze(rest));
	return makeTimeline(Object.freeze(pages), timeline, number);
}

/** Without its first `count` entries. O(pages). */
export function dropFirst(timeline: Timeline, count: number): Timeline {
	if (count <= 0) return timeline;
	const number = findPageAt(timeline, count);
	const page = timeline.pages[number];
	if (page === undefined) return emptyTimeline;
	const rest = Object.freeze(page.slice(count - (timeline.ends[number - 1] ?? 0)));
	return makeTimeline(Object.freeze([rest, ...timeline.pages.slice(number + 1)]), emptyTimeline, 0);
}

/** The entry at a position from 0, or undefined. O(log pages). */
export function entryAt(timeline: Timeline, index: number): TimelineEntry | undefined {
	const number = findPageAt(timeline, index);
	return timeline.pages[number]?.[index - (timeline.ends[number - 1] ?? 0)];
}

/** Position of the first entry not before `key` (length if none). O(log n). */
export function positionOf(timeline: Timeline, key: OrderKey): number {
	const number = findPage(timeline.pages, key);
	const page = timeline.pages[number];
	if (page === undefined) return timeline.length;
	return (timeline.ends[number - 1] ?? 0) + findInPage(page, key);
}

/** Whether an entry of exactly this key is there. O(log n). */
export function hasEntry(timeline: Timeline, key: OrderKey): boolean {
	const entry = entryAt(timeline, positionOf(timeline, key));
	return entry !== undefined && compareOrder(entry, key) === 0;
}

/** Entries `from` (inclusive) to `to` (exclusive), clamped. */
export function sliceTimeline(timeline: Timeline, from: number, to: number): TimelineEntry[] {
	const slice: TimelineEntry[] = [];
	const end = Math.min(to, timeline.length);
	let index = Math.max(0, from);
	let number = findPageAt(timeline, index);
	for (; index < end; number++) {
		const start = timeline.ends[number - 1] ?? 0;
		const part = (timeline.pages[number] ?? []).slice(index - start, end - start);
		for (const entry of part) slice.push(entry);
		index += part.length;
	}
	return slice;
}
