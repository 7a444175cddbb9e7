/**
 * Where a search matches. Pages of the timeline are searched when somebody goes there, the others a few at a time in
 * between, so that a letter typed over a million events is felt by nobody.
 */
import type {OrderKey} from '../../core/event-order.js';
import {compareOrder} from '../../core/event-order.js';
import {listPeers} from '../../core/roster.js';
import type {State} from '../../core/state.js';
import type {Timeline, TimelineEntry} from '../../core/timeline.js';
import {findPage} from '../../core/timeline.js';
import {matchesSearch} from '../timeline/match-search.js';
import type {EntryPredicate} from '../timeline/timeline-view.js';

type Page = Timeline['pages'][number];

export interface Hits {
	/** So far. */
	readonly count: number;
	/** All pages were searched. */
	readonly complete: boolean;
	/** Order times (ms) of those found so far, rising. */
	readonly times: readonly number[];
}

export interface SearchIndex {
	/** What is known of the hits that pass. The same value once all is searched, for the same `passes`. */
	hits(state: State, search: string, passes: EntryPredicate | undefined): Hits;
	/** Searches for up to about `ms` of `now()`'s time; false once all is searched. */
	scan(state: State, search: string, ms: number, now: () => number): boolean;
	/** The nearest hit behind or before `key` (undefined: the end) that passes. */
	nearestHit(
		state: State,
		search: string,
		key: OrderKey | undefined,
		by: 1 | -1,
		passes: EntryPredicate,
	): TimelineEntry | undefined;
}

const NO_HITS: Hits = {count: 0, complete: true, times: []};

export function createSearchIndex(): SearchIndex {
	let currentSearch = '';
	let hitsByPage = new WeakMap<Page, readonly TimelineEntry[]>();
	let previousHits: typeof hitsByPage | undefined;
	let roster: State['roster'] | undefined;
	let matchingPeers = new Set<string>();
	let next = 0;
	let cachedHits: {pages: readonly Page[]; passes: EntryPredicate | undefined; hits: Hits} | undefined;

	function prepare(state: State, search: string): void {
		if (search !== currentSearch) {
			// What holds the longer text holds the shorter one: only those hits need another look.
			previousHits = currentSearch !== '' && search.includes(currentSearch) ? hitsByPage : undefined;
			currentSearch = search;
			hitsByPage = new WeakMap();
			next = 0;
			roster = undefined;
			cachedHits = undefined;
		}
		if (roster === state.roster) return;
		roster = state.roster;
		// Most hits are in texts: names are looked at only of those whom the search may mean.
		const named = listPeers(roster).filter(peer => peer.names.some(({name}) => name.toLowerCase().includes(search)));
		const ids = listPeers(roster).filter(peer => peer.names.length === 0);
		matchingPeers = new Set([...named, ...ids].map(({peer}) => peer));
	}

	function search(state: State, page: Page): readonly TimelineEntry[] {
		const done = hitsByPage.get(page);
		if (done) return done;
		const hits = (previousHits?.get(page) ?? page).filter(entry =>
			entry.type === 'posted' && entry.text.toLowerCase().includes(currentSearch)
				? true
				: (entry.type === 'notice' || matchingPeers.has(entry.peer)) && matchesSearch(state, entry, currentSearch),
		);
		hitsByPage.set(page, hits);
		return hits;
	}

	return {
		hits(state, wanted, passes) {
			if (wanted === '') return NO_HITS;
			prepare(state, wanted);
			const {pages} = state.timeline;
			if (cachedHits?.pages === pages && cachedHits.passes === passes && cachedHits.hits.complete)
				return cachedHits.hits;
			const times: number[] = [];
			let searched = 0;
			for (const page of pages) {
				const hits = hitsByPage.get(page);
				if (!hits) continue;
				searched++;
				for (const hit of hits) if (!passes || passes(hit)) times.push(hit.ms);
			}
			cachedHits = {pages, passes, hits: {count: times.length, complete: searched === pages.length, times}};
			return cachedHits.hits;
		},
		scan(state, wanted, ms, now) {
			prepare(state, wanted);
			if (wanted === '') return false;
			const {pages} = state.timeline;
			const until = now() + ms;
			if (next >= pages.length && !cachedHits?.hits.complete) next = 0;
			for (; next < pages.length; next++) {
				if (now() >= until) return true;
				search(state, pages[next] ?? []);
			}
			return false;
		},
		nearestHit(state, wanted, key, by, passes) {
			prepare(state, wanted);
			const {pages} = state.timeline;
			const start = key ? findPage(pages, key) : pages.length;
			for (let place = Math.min(start, pages.length - 1); place >= 0 && place < pages.length; place += by) {
				const hits = search(state, pages[place] ?? []);
				const isBeyond = (hit: TimelineEntry) => !key || compareOrder(hit, key) * by > 0;
				const hit =
					by > 0 ? hits.find(one => isBeyond(one) && passes(one)) : hits.findLast(one => isBeyond(one) && passes(one));
				if (hit && (key || by < 0)) return hit;
			}
			return undefined;
		},
	};
}
