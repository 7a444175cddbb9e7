/**
 * Where a search matches. Pages of the timeline are searched when somebody goes there, the others a few at a time in
 * between, so that a letter typed over a million events is felt by nobody.
 */
import type {OrderKey} from '../../core/order.js';
import {compareOrder} from '../../core/order.js';
import {listPeers} from '../../core/roster.js';
import type {State, TimelineEntry} from '../../core/state.js';
import type {Timeline} from '../../core/timeline.js';
import {findPage} from '../../core/timeline-page.js';
import {matchesSearch} from '../model/search-step.js';
import type {EntryTest} from '../timeline/timeline-view.js';

type Page = Timeline['pages'][number];

export interface Hits {
	/** So far. */
	readonly count: number;
	/** All pages were searched. */
	readonly complete: boolean;
	/** Order times (ms) of those found so far, rising. */
	readonly times: readonly number[];
}

export interface Finder {
	/** What is known of the hits that pass. The same value once all is searched, for the same `passes`. */
	hits(state: State, search: string, passes: EntryTest | undefined): Hits;
	/** Searches for up to about `ms` of `now()`'s time; false once all is searched. */
	work(state: State, search: string, ms: number, now: () => number): boolean;
	/** The nearest hit behind or before `key` (undefined: the end) that passes. */
	next(
		state: State,
		search: string,
		key: OrderKey | undefined,
		by: 1 | -1,
		passes: EntryTest,
	): TimelineEntry | undefined;
}

const NO_HITS: Hits = {count: 0, complete: true, times: []};

export function createFinder(): Finder {
	let of = '';
	let found = new WeakMap<Page, readonly TimelineEntry[]>();
	let wider: typeof found | undefined;
	let roster: State['roster'] | undefined;
	let people = new Set<string>();
	let next = 0;
	let known: {pages: readonly Page[]; passes: EntryTest | undefined; hits: Hits} | undefined;

	function prepare(state: State, search: string): void {
		if (search !== of) {
			// What holds the longer text holds the shorter one: only those hits need another look.
			wider = of !== '' && search.includes(of) ? found : undefined;
			of = search;
			found = new WeakMap();
			next = 0;
			roster = undefined;
			known = undefined;
		}
		if (roster === state.roster) return;
		roster = state.roster;
		// Most hits are in texts: names are looked at only of those whom the search may mean.
		const named = listPeers(roster).filter(peer => peer.names.some(({name}) => name.toLowerCase().includes(search)));
		const ids = listPeers(roster).filter(peer => peer.names.length === 0);
		people = new Set([...named, ...ids].map(({peer}) => peer));
	}

	function search(state: State, page: Page): readonly TimelineEntry[] {
		const done = found.get(page);
		if (done) return done;
		const hits = (wider?.get(page) ?? page).filter(entry =>
			entry.type === 'posted' && entry.text.toLowerCase().includes(of)
				? true
				: (entry.type === 'notice' || people.has(entry.peer)) && matchesSearch(state, entry, of),
		);
		found.set(page, hits);
		return hits;
	}

	return {
		hits(state, wanted, passes) {
			if (wanted === '') return NO_HITS;
			prepare(state, wanted);
			const {pages} = state.timeline;
			if (known?.pages === pages && known.passes === passes && known.hits.complete) return known.hits;
			const times: number[] = [];
			let searched = 0;
			for (const page of pages) {
				const hits = found.get(page);
				if (!hits) continue;
				searched++;
				for (const hit of hits) if (!passes || passes(hit)) times.push(hit.ms);
			}
			known = {pages, passes, hits: {count: times.length, complete: searched === pages.length, times}};
			return known.hits;
		},
		work(state, wanted, ms, now) {
			prepare(state, wanted);
			if (wanted === '') return false;
			const {pages} = state.timeline;
			const until = now() + ms;
			if (next >= pages.length && !known?.hits.complete) next = 0;
			for (; next < pages.length; next++) {
				if (now() >= until) return true;
				search(state, pages[next] ?? []);
			}
			return false;
		},
		next(state, wanted, key, by, passes) {
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
