/**
 * The timeline as pages of at most PAGE_SIZE entries in total order (lessons.md: one flat array of 100,000 costs 8 ms a
 * push, pages 0.05 ms). Opaque to Immer: it is replaced, never drafted, and frozen at its top, where Immer stops. Pages
 * are not frozen: V8 reads a frozen array five times and slices it thirty times slower.
 */

import {findFirstIndex} from './binary-search.js';
import type {FeedEvent, Observation} from './event.js';
import {compareOrder, type OrderKey} from './event-order.js';

export interface Timeline {
	/** None is empty. */
	readonly pages: readonly TimelinePage[];
	/** `starts[i]`: entries before page i. */
	readonly starts: Float64Array;
	readonly length: number;
}

export const emptyTimeline: Timeline = Object.freeze({pages: [], starts: new Float64Array(0), length: 0});

/** `same`: how many pages at the start are those of `base`. Its table of starts is shared if it still holds. */
function makeTimeline(pages: readonly TimelinePage[], base: Timeline, sharedPages: number): Timeline {
	const last = pages.length - 1;
	if (last < 0) return emptyTimeline;
	let {starts} = base;
	if (starts.length !== pages.length || sharedPages < last) {
		starts = new Float64Array(pages.length);
		const kept = Math.min(sharedPages + 1, base.starts.length, pages.length);
		starts.set(base.starts.subarray(0, kept));
		for (let index = Math.max(1, kept); index <= last; index++) {
			starts[index] = (starts[index - 1] ?? 0) + (pages[index - 1]?.length ?? 0);
		}
	}
	return Object.freeze({pages, starts, length: (starts[last] ?? 0) + (pages[last]?.length ?? 0)});
}

/** Number of the page that holds position `index`, which must be in the timeline. */
function findPageAt({starts}: Timeline, index: number): number {
	return findFirstIndex(1, starts.length, page => (starts[page] ?? 0) > index) - 1;
}

function isStrictlySorted(entries: readonly TimelineEntry[]): boolean {
	return entries.every((entry, index) => {
		const before = entries[index - 1];
		return before === undefined || compareOrder(before, entry) < 0;
	});
}

/** The common case: all entries stand behind the last one. Where they fit into its page, one copy of it is enough. */
function appendEntries(timeline: Timeline, entries: readonly TimelineEntry[]): Timeline {
	const old = timeline.pages;
	const last = old.at(-1) ?? [];
	const count = last.length + entries.length;
	if (last.length > 0 && count <= PAGE_SIZE && isStrictlySorted(entries)) {
		return makeTimeline(old.with(-1, [...last, ...entries]), timeline, old.length - 1);
	}
	const isFull = last.length === 0 || last.length >= PAGE_SIZE;
	const sharedPages = isFull ? old.length : old.length - 1;
	const pages = old.slice(0, sharedPages);
	appendPages(pages, mergePage(isFull ? [] : last, entries, 0, entries.length), true);
	return makeTimeline(pages, timeline, sharedPages);
}

/** Inserts entries given in rising order; an entry whose key is already there is left out. O(entries + touched pages). */
export function insertEntries(timeline: Timeline, entries: readonly TimelineEntry[]): Timeline {
	const first = entries[0];
	if (first === undefined) return timeline;
	const old = timeline.pages;
	const sharedPages = findPage(old, first);
	if (sharedPages === old.length) return appendEntries(timeline, entries);
	const pages = old.slice(0, sharedPages);
	let next = sharedPages;
	let consumed = 0;
	let changed = false;
	for (let key: TimelineEntry | undefined = first; key !== undefined; key = entries[consumed]) {
		const target = Math.min(findPage(old, key, next), old.length - 1);
		for (; next < target; next++) pages.push(old[next] ?? []);
		const page = old[next] ?? [];
		const last = page.at(-1);
		const atEnd = next === old.length - 1;
		const end = atEnd || last === undefined ? entries.length : findRunEnd(entries, consumed, last);
		const merged = mergePage(page, entries, consumed, end);
		changed ||= merged.length !== page.length;
		appendPages(pages, merged, atEnd);
		next++;
		consumed = end;
	}
	if (!changed) return timeline;
	for (; next < old.length; next++) pages.push(old[next] ?? []);
	return makeTimeline(pages, timeline, sharedPages);
}

/** Without the entry of exactly this key, or the same timeline. */
export function removeEntry(timeline: Timeline, key: OrderKey): Timeline {
	const number = findPage(timeline.pages, key);
	const page = timeline.pages[number];
	if (page === undefined) return timeline;
	const place = findIndexInPage(page, key);
	const entry = page[place];
	if (entry === undefined || compareOrder(entry, key) !== 0) return timeline;
	const remaining = page.toSpliced(place, 1);
	const pages = remaining.length === 0 ? timeline.pages.toSpliced(number, 1) : timeline.pages.with(number, remaining);
	return makeTimeline(pages, timeline, number);
}

/** Without its first `count` entries. O(pages). */
export function dropFirst(timeline: Timeline, count: number): Timeline {
	if (count <= 0) return timeline;
	if (count >= timeline.length) return emptyTimeline;
	const number = findPageAt(timeline, count);
	const [page, ...more] = timeline.pages.slice(number);
	const remaining = (page ?? []).slice(count - (timeline.starts[number] ?? 0));
	return makeTimeline([remaining, ...more], emptyTimeline, 0);
}

/** The entry at a position from 0, or undefined. O(log pages). */
export function entryAt(timeline: Timeline, index: number): TimelineEntry | undefined {
	if (index < 0 || index >= timeline.length) return undefined;
	const number = findPageAt(timeline, index);
	return timeline.pages[number]?.[index - (timeline.starts[number] ?? 0)];
}

/** Position of the first entry not before `key` (length if none). O(log n). */
export function positionOf(timeline: Timeline, key: OrderKey): number {
	const number = findPage(timeline.pages, key);
	const page = timeline.pages[number];
	if (page === undefined) return timeline.length;
	return (timeline.starts[number] ?? 0) + findIndexInPage(page, key);
}

/** Whether an entry of exactly this key is there. O(log n). */
export function hasEntry(timeline: Timeline, key: OrderKey): boolean {
	const page = timeline.pages[findPage(timeline.pages, key)] ?? [];
	const entry = page[findIndexInPage(page, key)];
	return entry !== undefined && compareOrder(entry, key) === 0;
}

/** Entries `from` (inclusive) to `to` (exclusive), clamped. */
export function sliceTimeline(timeline: Timeline, from: number, to: number): TimelineEntry[] {
	const slice: TimelineEntry[] = [];
	const end = Math.min(to, timeline.length);
	let index = Math.max(0, from);
	if (index >= end) return slice;
	for (let number = findPageAt(timeline, index); index < end; number++) {
		const start = timeline.starts[number] ?? 0;
		const part = (timeline.pages[number] ?? []).slice(index - start, end - start);
		for (const entry of part) slice.push(entry);
		index = start + (timeline.pages[number]?.length ?? 0);
	}
	return slice;
}

/** Steps on single pages of the timeline: finding, merging, cutting. */

export const PAGE_SIZE = 512;

export type TimelinePage = readonly TimelineEntry[];

/** First page from `from` on whose last entry is not before `key`; the number of pages if none. */
export function findPage(pages: readonly TimelinePage[], key: OrderKey, from = 0): number {
	return findFirstIndex(from, pages.length, index => {
		const last = pages[index]?.at(-1);
		return last !== undefined && compareOrder(last, key) >= 0;
	});
}

/** First place in a page whose entry is not before `key`; its length if none. */
export function findIndexInPage(page: TimelinePage, key: OrderKey): number {
	return findFirstIndex(0, page.length, index => {
		const entry = page[index];
		return entry !== undefined && compareOrder(entry, key) >= 0;
	});
}

/** Merges entries [from, to) into a page; equal keys keep what the page has. */
export function mergePage(
	page: TimelinePage,
	entries: readonly TimelineEntry[],
	from: number,
	to: number,
): TimelineEntry[] {
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
export function appendPages(pages: TimelinePage[], entries: TimelineEntry[], atEnd: boolean): void {
	const count = Math.ceil(entries.length / PAGE_SIZE);
	if (count === 1) {
		pages.push(entries);
		return;
	}
	const size = atEnd ? PAGE_SIZE : Math.ceil(entries.length / count);
	for (let start = 0; start < entries.length; start += size) {
		pages.push(entries.slice(start, start + size));
	}
}

/** Index after the last of `entries` from `from` on that belongs into the page that ends with `last`. */
export function findRunEnd(entries: readonly TimelineEntry[], from: number, last: OrderKey): number {
	return findFirstIndex(from, entries.length, index => {
		const entry = entries[index];
		return entry !== undefined && compareOrder(entry, last) > 0;
	});
}

/** A row of the timeline: a fact that is shown. `late`: it was live and more than 60 s behind. */
export type TimelineEntry = (FeedEvent | Observation) & {readonly late?: true};
