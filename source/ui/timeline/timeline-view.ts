/**
 * The timeline as the reader wants to see it: all of it, or what passes a filter. Filtered pages are remembered by the
 * page they come from, so that one more event among a million filters one page again.
 */
import {compareOrder, type OrderKey} from '../../core/order.js';
import {findFirstIndex} from '../../core/search.js';
import type {TimelineEntry} from '../../core/state.js';
import {entryAt, positionOf, type Timeline} from '../../core/timeline.js';

export type EntryTest = (entry: TimelineEntry) => boolean;

export interface TimelineView {
	readonly length: number;
	at(index: number): TimelineEntry | undefined;
	/** Position of the first entry not before `key`; the length if none. */
	positionOf(key: OrderKey): number;
}

export function viewAll(timeline: Timeline): TimelineView {
	return {
		length: timeline.length,
		at: index => entryAt(timeline, index),
		positionOf: key => positionOf(timeline, key),
	};
}

type Page = Timeline['pages'][number];

/** A function from timeline to view for one filter: make it once a filter, call it once a state. */
export function createFilter(test: EntryTest): (timeline: Timeline) => TimelineView {
	const kept = new WeakMap<Page, Page>();
	let last: {timeline: Timeline; view: TimelineView} | undefined;

	function filterPage(page: Page): Page {
		const known = kept.get(page);
		if (known) return known;
		const filtered = page.filter(test);
		kept.set(page, filtered);
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
