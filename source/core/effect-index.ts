/**
 * Index of effects. An effect is an event that changes how another event, its target, is shown. Effects are sorted by
 * target and stored in pages (arrays of limited length). An effect is stored even if its target has not arrived yet,
 * because the effects of a row are looked up only when the row is drawn. So the order of arrival does not matter.
 *
 * An index is immutable. Each effect is one event of a log, so MAX_EVENTS limits the size of an index.
 */
import {findFirstIndex} from './binary-search.js';
import type {EffectEvent, EventRef} from './event.js';
import {compareOrder, type OrderKey} from './event-order.js';

type EffectPage = readonly EffectEvent[];

export interface EffectIndex {
	/** Pages of effects, sorted by `compareEffects`. No page is empty. */
	readonly pages: readonly EffectPage[];
	readonly length: number;
}

/** Maximum number of effects in a page. */
export const EFFECT_PAGE_SIZE = 512;

/** Index without effects. It is frozen, because Immer (which updates the state) does not inspect frozen objects. */
export const emptyEffectIndex: EffectIndex = Object.freeze({pages: [], length: 0});

/**
 * Compares two effects by target, then by author, then by seq in the author's feed. Returns 0 only for the same
 * event.
 */
function compareEffects(a: EffectEvent, b: EffectEvent): number {
	return compareRefs(a.target, b.target) || compareRefs(a, b);
}

function compareRefs(a: EventRef, b: EventRef): number {
	if (a.peer !== b.peer) return a.peer < b.peer ? -1 : 1;
	return a.seq - b.seq;
}

/**
 * Adds effects in any order. Skips effects that the index already contains. Takes O(effects × log n + changed pages)
 * for n effects in the index.
 */
export function addEffects(index: EffectIndex, effects: readonly EffectEvent[]): EffectIndex {
	const old = index.pages;
	const added = effects.toSorted(compareEffects);
	const pages: EffectPage[] = [];
	let {length} = index;
	let copied = 0;
	for (let next = 0; next < added.length; ) {
		const number = Math.min(findPage(index, added[next]), Math.max(0, old.length - 1));
		const page = old[number] ?? [];
		const last = number >= old.length - 1 ? undefined : page.at(-1);
		const end = last ? findFirstIndex(next, added.length, at => isAfter(added[at], last)) : added.length;
		const merged = mergeEffects(page, added.slice(next, end));
		pages.push(...old.slice(copied, number), ...splitPage(merged));
		length += merged.length - page.length;
		copied = number + 1;
		next = end;
	}
	if (length === index.length) return index;
	pages.push(...old.slice(copied));
	return Object.freeze({pages, length});
}

/**
 * Number of the first page whose last effect equals `effect` or is sorted after it; the number of pages if there is
 * none.
 */
function findPage({pages}: EffectIndex, effect: EffectEvent | undefined): number {
	return effect ? findFirstIndex(0, pages.length, number => isAtOrAfter(pages[number]?.at(-1), effect)) : pages.length;
}

function isAfter(candidate: EffectEvent | undefined, effect: EffectEvent): boolean {
	return candidate === undefined || compareEffects(candidate, effect) > 0;
}

/**
 * Merges sorted effects into a page. Copies all effects between two insertions in one step, because most pages get
 * few insertions.
 */
function mergeEffects(page: EffectPage, added: readonly EffectEvent[]): EffectPage {
	const merged: EffectEvent[] = [];
	let copied = 0;
	let last: EffectEvent | undefined;
	for (const effect of added) {
		if (last && compareEffects(last, effect) === 0) continue;
		last = effect;
		const position = findFirstIndex(copied, page.length, at => isAtOrAfter(page[at], effect));
		const found = page[position];
		if (found && compareEffects(found, effect) === 0) continue;
		merged.push(...page.slice(copied, position), effect);
		copied = position;
	}
	if (merged.length === 0) return page;
	merged.push(...page.slice(copied));
	return merged;
}

function splitPage(page: EffectPage): EffectPage[] {
	if (page.length <= EFFECT_PAGE_SIZE) return [page];
	const size = Math.ceil(page.length / Math.ceil(page.length / EFFECT_PAGE_SIZE));
	return Array.from({length: Math.ceil(page.length / size)}, (_, part) => page.slice(part * size, (part + 1) * size));
}

interface EffectSearch {
	/** Maximum number of effects in the result. */
	readonly max?: number;
	/** If given, the search returns only effects of this author. */
	readonly author?: EventRef['peer'];
	/** Maximum number of effects of each author. The search keeps the effects with the lowest seqs. */
	readonly maxPerAuthor?: number;
	/**
	 * Returns true to leave out this effect and all later effects of its author. Each author whose effects are left
	 * out counts as one effect toward `max`.
	 */
	readonly isLeftOut?: (effect: EffectEvent) => boolean;
}

/**
 * Effects on one event, sorted by author and seq. Takes O(log n + result), and O(log n) more for each author who
 * wrote more than `maxPerAuthor` effects or is left out.
 */
export function effectsOn(index: EffectIndex, target: EventRef, search: EffectSearch = {}): EffectEvent[] {
	const {max = Number.POSITIVE_INFINITY, author, maxPerAuthor = Number.POSITIVE_INFINITY, isLeftOut} = search;
	const found: EffectEvent[] = [];
	let ofAuthor = 0;
	let leftOut = 0;
	let cursor = findCursor(index, effect => {
		const order = compareRefs(effect.target, target);
		return order > 0 || (order === 0 && (author === undefined || effect.peer >= author));
	});
	while (found.length + leftOut < max) {
		const effect = effectAt(index, cursor);
		if (!effect || compareRefs(effect.target, target) !== 0) break;
		if (author !== undefined && effect.peer !== author) break;
		ofAuthor = effect.peer === found.at(-1)?.peer ? ofAuthor + 1 : 1;
		const isUnwanted = isLeftOut?.(effect);
		if (ofAuthor > maxPerAuthor || isUnwanted) {
			if (isUnwanted) leftOut++;
			cursor = findCursor(index, other => {
				const order = compareRefs(other.target, target);
				return order > 0 || (order === 0 && other.peer > effect.peer);
			});
			continue;
		}
		found.push(effect);
		cursor = stepForward(index, cursor);
	}
	return found;
}

/**
 * The effects of one author on one event that have the highest seqs: at most `max`, the highest seq first. `until`:
 * only effects at or before this position in timeline order. The HLC of a feed rises with its seq, so a position in
 * timeline order is also a position in the feed. A binary search therefore finds these effects in O(log n + max).
 */
export function lastEffectsOn(
	index: EffectIndex,
	target: EventRef,
	author: EventRef['peer'],
	{max, until}: {readonly max: number; readonly until?: OrderKey | undefined},
): EffectEvent[] {
	const found: EffectEvent[] = [];
	let cursor = findCursor(index, effect => {
		const order = compareRefs(effect.target, target);
		if (order !== 0) return order > 0;
		if (effect.peer !== author) return effect.peer > author;
		return until !== undefined && compareOrder(effect, until) > 0;
	});
	while (found.length < max) {
		cursor = stepBack(index, cursor);
		const effect = effectAt(index, cursor);
		if (!effect || effect.peer !== author || compareRefs(effect.target, target) !== 0) break;
		found.push(effect);
	}
	return found;
}

/**
 * Authors of the first and of the last effect on one event, in the order of peer ids. Both are the same if one author
 * wrote all effects on the event. Empty if there is no effect.
 */
export function outerAuthorsOn(index: EffectIndex, target: EventRef): readonly EventRef['peer'][] {
	const [first] = effectsOn(index, target, {max: 1});
	if (!first) return [];
	const end = findCursor(index, effect => compareRefs(effect.target, target) > 0);
	const last = effectAt(index, stepBack(index, end));
	return [first.peer, last?.peer ?? first.peer];
}

/** Position of an effect in an index: number of its page, and position in this page, both from 0. */
interface Cursor {
	readonly page: number;
	readonly position: number;
}

/** Position of the first effect for which `isReached` is true. `isReached` must be true for all later effects too. */
function findCursor({pages}: EffectIndex, isReached: (effect: EffectEvent) => boolean): Cursor {
	const reached = (effect: EffectEvent | undefined) => effect === undefined || isReached(effect);
	const page = findFirstIndex(0, pages.length, number => reached(pages[number]?.at(-1)));
	const effects = pages[page] ?? [];
	return {page, position: findFirstIndex(0, effects.length, at => reached(effects[at]))};
}

function effectAt({pages}: EffectIndex, {page, position}: Cursor): EffectEvent | undefined {
	return pages[page]?.[position];
}

function stepForward({pages}: EffectIndex, {page, position}: Cursor): Cursor {
	return position + 1 < (pages[page]?.length ?? 0) ? {page, position: position + 1} : {page: page + 1, position: 0};
}

function stepBack({pages}: EffectIndex, {page, position}: Cursor): Cursor {
	return position > 0 ? {page, position: position - 1} : {page: page - 1, position: (pages[page - 1]?.length ?? 0) - 1};
}

/** Whether an index has this effect. Takes O(log n). */
export function hasEffect(index: EffectIndex, effect: EffectEvent): boolean {
	const page = index.pages[findPage(index, effect)];
	if (!page) return false;
	const found = page[findFirstIndex(0, page.length, position => isAtOrAfter(page[position], effect))];
	return found !== undefined && compareEffects(found, effect) === 0;
}

function isAtOrAfter(candidate: EffectEvent | undefined, effect: EffectEvent): boolean {
	return candidate === undefined || compareEffects(candidate, effect) >= 0;
}
