/**
 * Search predicate over timeline entries, and a counter of matches that caches its counts by page. A search ignores case
 * and matches the text of an entry or the name of its author.
 */

import {isWritten, type PeerId, type Whisper} from '../../core/event.js';
import {compareOrder, type OrderKey} from '../../core/event-order.js';
import {foldText} from '../../core/fold-text.js';
import {findPeer} from '../../core/roster.js';
import {nameSeqOf} from '../../core/select-peers.js';
import type {State} from '../../core/state.js';
import {searchTextOf} from '../../core/text-of.js';
import {findIndexInPage, findPage, type TimelineEntry} from '../../core/timeline.js';
import {cleanForScreen, cleanLine} from '../text/clean-for-screen.js';
import {displayName} from './display-name.js';
import type {TimelineView} from './timeline-view.js';

type Pages = State['timeline']['pages'];

/** Whether an entry matches `search`, which is not empty and was normalised by foldText (case is ignored). */
export function matchesSearch(state: State, entry: TimelineEntry, search: string): boolean {
	if (isWritten(entry) && foldText(cleanForScreen(searchTextOf(state, entry))).includes(search)) return true;
	if (entry.type === 'notice') return foldText(entry.text).includes(search);
	if (entry.type === 'whisper')
		return foldText(cleanForScreen(entry.text)).includes(search) || subjectAt(state, entry).includes(search);
	return entry.seq > 0 && matchesAnyName(state, entry.peer, search) && nameAt(state, entry).includes(search);
}

function nameAt(state: State, entry: TimelineEntry): string {
	return foldText(displayName(state, entry.peer, entry.seq));
}

function subjectAt(state: State, entry: Whisper): string {
	return foldText(displayName(state, entry.subject, nameSeqOf(state, entry.subject, entry)));
}

interface NameMatches {
	readonly search: string;
	readonly byPeer: Map<PeerId, boolean>;
}

/**
 * For each roster: whether the names of each peer match the search. Names rarely change, so a search compares each name
 * once and not once per message.
 */
const nameMatchesByRoster = new WeakMap<State['roster'], NameMatches>();

function matchesAnyName({roster}: State, peer: PeerId, search: string): boolean {
	let cached = nameMatchesByRoster.get(roster);
	if (cached?.search !== search) {
		cached = {search, byPeer: new Map()};
		nameMatchesByRoster.set(roster, cached);
	}
	let matches = cached.byPeer.get(peer);
	if (matches === undefined) {
		const names = findPeer(roster, peer)?.names ?? [];
		matches = names.length === 0 || names.some(({name}) => foldText(cleanLine(name)).includes(search));
		cached.byPeer.set(peer, matches);
	}
	return matches;
}

/** Number of matching entries, and the rank of the selected one among them. */
export interface MatchCount {
	readonly count: number;
	/** Rank of the selected entry; the oldest match has rank 1. 0: the selected entry is not a match. */
	readonly rank: number;
}

export interface CountRequest {
	readonly state: State;
	readonly view: TimelineView;
	/** Search text, normalised by foldText (case is ignored); empty: no search. */
	readonly search: string;
	/** Whether the view shows every entry of the timeline. */
	readonly isUnfiltered: boolean;
	readonly selected: OrderKey | undefined;
}

/** Maximum number of entries that are searched in a filtered view. Matches in older entries are not counted. */
const MAX_COUNTED = 20_000;

/**
 * Creates a match counter. It caches counts by page: after a typed letter all pages are counted once, and after a new
 * message only its page is counted again.
 */
export function createMatchCounter(): (request: CountRequest) => MatchCount {
	let counted = new WeakMap<Pages[number], number>();
	/**
	 * Matches per page of the previous search text. If the new text contains it, a page without matches still has none.
	 */
	let previousCounts: typeof counted | undefined;
	let countedSearch = '';
	/** Corrections and withdrawals at the time of the count. If they change, all pages are counted again. */
	let countedTexts: State['effects']['texts'] | undefined;
	let countedUntil: OrderKey | undefined;
	return ({state, view, search, isUnfiltered, selected}) => {
		if (search === '') return {count: 0, rank: 0};
		const {texts, until} = state.effects;
		const isTextChanged = texts !== countedTexts || until !== countedUntil;
		countedTexts = texts;
		countedUntil = until;
		if (isTextChanged || search !== countedSearch) {
			previousCounts = !isTextChanged && countedSearch !== '' && search.includes(countedSearch) ? counted : undefined;
			counted = new WeakMap();
			countedSearch = search;
		}
		if (!isUnfiltered) return countInView(state, view, search, selected);
		const {pages} = state.timeline;
		const selectedPage = selected ? findPage(pages, selected) : pages.length;
		let count = 0;
		let rank = 0;
		for (const [index, page] of pages.entries()) {
			if (index === selectedPage && selected) rank = rankOf(state, page, search, selected, count);
			let matches = counted.get(page);
			if (matches === undefined) {
				matches = previousCounts?.get(page) === 0 ? 0 : countPage(state, page, search);
				counted.set(page, matches);
			}
			count += matches;
		}
		return {count, rank};
	};
}

function countPage(state: State, page: Pages[number], search: string): number {
	let count = 0;
	for (const entry of page) if (matchesSearch(state, entry, search)) count++;
	return count;
}

/** Rank of the entry at `key`; `before` is the number of matches in the pages before `page`. */
function rankOf(state: State, page: Pages[number], search: string, key: OrderKey, before: number): number {
	const index = findIndexInPage(page, key);
	const entry = page[index];
	if (!entry || compareOrder(entry, key) !== 0 || !matchesSearch(state, entry, search)) return 0;
	return before + countPage(state, page.slice(0, index + 1), search);
}

function countInView(state: State, view: TimelineView, search: string, selected: OrderKey | undefined): MatchCount {
	let count = 0;
	let rank = 0;
	for (let index = Math.max(0, view.length - MAX_COUNTED); index < view.length; index++) {
		const entry = view.at(index);
		if (!entry || !matchesSearch(state, entry, search)) continue;
		count++;
		if (selected && compareOrder(entry, selected) === 0) rank = count;
	}
	return {count, rank};
}
