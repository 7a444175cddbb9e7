/**
 * Incremental index of the matches of a search. The timeline is divided into pages. A page is searched at once when the
 * user moves to a match and the match may be there. All other pages are searched in short time slices between frames,
 * so that typing stays responsive in a very long log.
 */

import {isWritten} from '../../core/event.js';
import {compareOrder, type OrderKey} from '../../core/event-order.js';
import {foldText} from '../../core/fold-text.js';
import {listPeers} from '../../core/roster.js';
import type {State} from '../../core/state.js';
import {searchTextOf} from '../../core/text-of.js';
import {findPage, type Timeline, type TimelineEntry} from '../../core/timeline.js';
import {matchesSearch} from '../timeline/match-search.js';
import type {EntryPredicate} from '../timeline/timeline-view.js';

type Page = Timeline['pages'][number];

/** Matches found so far. */
export interface Hits {
	readonly count: number;
	/** Whether all pages have been searched. */
	readonly complete: boolean;
	/** Hybrid clock times of the matches, ms, ascending. */
	readonly times: readonly number[];
}

export interface SearchIndex {
	/**
	 * The matches found so far that pass the filter. After all pages are searched, the result stays the same object
	 * until timeline, search or `passes` changes.
	 */
	hits(state: State, search: string, passes: EntryPredicate | undefined): Hits;
	/** Searches pages for about `ms` milliseconds by the clock `now`. Returns false when all pages are searched. */
	scan(state: State, search: string, ms: number, now: () => number): boolean;
	/**
	 * The match that passes the filter and is nearest to `key`, after it (1) or before it (-1). Without `key`, the last
	 * match.
	 */
	nearestHit(
		state: State,
		search: string,
		key: OrderKey | undefined,
		by: 1 | -1,
		passes: EntryPredicate,
	): TimelineEntry | undefined;
}

const NO_HITS: Hits = {count: 0, complete: true, times: []};

/** Creates the index of one screen. It keeps only the matches of the last search text in the last timeline. */
export function createSearchIndex(): SearchIndex {
	let currentSearch = '';
	let hitsByPage = new WeakMap<Page, readonly TimelineEntry[]>();
	let previousHits: typeof hitsByPage | undefined;
	let roster: State['roster'] | undefined;
	let matchingPeers = new Set<string>();
	let nextPage = 0;
	/** Corrections and withdrawals at the time of the search. If they change, all pages are searched again. */
	let texts: State['effects']['texts'] | undefined;
	let cachedHits: {pages: readonly Page[]; passes: EntryPredicate | undefined; hits: Hits} | undefined;

	function prepare(state: State, search: string): void {
		const isTextChanged = state.effects.texts !== texts;
		texts = state.effects.texts;
		if (isTextChanged || search !== currentSearch) {
			// If the new text contains the previous one, all matches of the new text are among the previous matches.
			previousHits = !isTextChanged && currentSearch !== '' && search.includes(currentSearch) ? hitsByPage : undefined;
			currentSearch = search;
			hitsByPage = new WeakMap();
			nextPage = 0;
			roster = undefined;
			cachedHits = undefined;
		}
		if (roster === state.roster) return;
		roster = state.roster;
		// The author of an entry is compared only for two kinds of peers: peers that had a matching name at some time,
		// and peers without a name, which are shown by their id.
		const named = listPeers(roster).filter(peer => peer.names.some(({name}) => foldText(name).includes(search)));
		const ids = listPeers(roster).filter(peer => peer.names.length === 0);
		matchingPeers = new Set([...named, ...ids].map(({peer}) => peer));
	}

	function searchPage(state: State, page: Page): readonly TimelineEntry[] {
		const cached = hitsByPage.get(page);
		if (cached) return cached;
		const hits = (previousHits?.get(page) ?? page).filter(entry =>
			isWritten(entry) && foldText(searchTextOf(state, entry)).includes(currentSearch)
				? true
				: (entry.type === 'notice' || entry.type === 'whisper' || matchingPeers.has(entry.peer)) &&
					matchesSearch(state, entry, currentSearch),
		);
		hitsByPage.set(page, hits);
		return hits;
	}

	return {
		hits(state, search, passes) {
			if (search === '') return NO_HITS;
			prepare(state, search);
			const {pages} = state.timeline;
			if (cachedHits?.pages === pages && cachedHits.passes === passes && cachedHits.hits.complete)
				return cachedHits.hits;
			const times: number[] = [];
			let searchedPages = 0;
			for (const page of pages) {
				const hits = hitsByPage.get(page);
				if (!hits) continue;
				searchedPages++;
				for (const hit of hits) if (!passes || passes(hit)) times.push(hit.ms);
			}
			cachedHits = {pages, passes, hits: {count: times.length, complete: searchedPages === pages.length, times}};
			return cachedHits.hits;
		},
		scan(state, search, ms, now) {
			prepare(state, search);
			if (search === '') return false;
			const {pages} = state.timeline;
			const deadline = now() + ms;
			if (nextPage >= pages.length && !cachedHits?.hits.complete) nextPage = 0;
			for (; nextPage < pages.length; nextPage++) {
				if (now() >= deadline) return true;
				searchPage(state, pages[nextPage] ?? []);
			}
			return false;
		},
		nearestHit(state, search, key, by, passes) {
			prepare(state, search);
			const {pages} = state.timeline;
			const start = key ? findPage(pages, key) : pages.length;
			for (let page = Math.min(start, pages.length - 1); page >= 0 && page < pages.length; page += by) {
				const hits = searchPage(state, pages[page] ?? []);
				const candidate = (hit: TimelineEntry) => (!key || compareOrder(hit, key) * by > 0) && passes(hit);
				const hit = by > 0 ? hits.find(candidate) : hits.findLast(candidate);
				if (hit && (key || by < 0)) return hit;
			}
			return undefined;
		},
	};
}
