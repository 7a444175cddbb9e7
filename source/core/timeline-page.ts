/** Steps on single pages of the timeline: finding, merging, cutting. */
import {compareOrder, type OrderKey} from './order.js';
import {findFirstIndex} from './search.js';
import type {TimelineEntry} from './state.js';

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
export function findInPage(page: TimelinePage, key: OrderKey): number {
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
export function pushPages(pages: TimelinePage[], entries: TimelineEntry[], atEnd: boolean): void {
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
export function runEnd(entries: readonly TimelineEntry[], from: number, last: OrderKey): number {
	return findFirstIndex(from, entries.length, index => {
		const entry = entries[index];
		return entry !== undefined && compareOrder(entry, last) > 0;
	});
}
