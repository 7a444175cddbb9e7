/**
 * Items are what the reader moves by: one entry, or a run of peers coming and going that is told in one line. Found from
 * any position by looking at the neighbours only.
 */
import type {TimelineEntry} from '../../core/state.js';
import {dayOf} from './day.js';
import type {TimelineView} from './timeline-view.js';

export interface Item {
	/** Positions in the view: [from, to). */
	readonly from: number;
	readonly to: number;
	/** In order; several only in a run. */
	readonly entries: readonly TimelineEntry[];
}

/** Fewer are shown one by one. */
export const MIN_RUN = 3;
/** How far a run is followed in each direction. */
const MAX_RUN = 256;

export function isComingOrGoing(entry: TimelineEntry): boolean {
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

/** Whether the entry at `index` goes on with the run of the one before: the same day, and no unread rule between. */
function joins(view: TimelineView, index: number, cut: number): boolean {
	const before = view.at(index - 1);
	const entry = view.at(index);
	if (!before || !entry || index === cut) return false;
	return isComingOrGoing(before) && isComingOrGoing(entry) && dayOf(before.at) === dayOf(entry.at);
}

/** The item that holds a position. `cut`: a position where a run must begin anew (the unread rule stands there). */
export function itemAt(view: TimelineView, position: number, cut = -1): Item | undefined {
	const entry = view.at(position);
	if (!entry) return undefined;
	let from = position;
	let to = position + 1;
	while (position - from < MAX_RUN && joins(view, from, cut)) from--;
	while (to - position < MAX_RUN && joins(view, to, cut)) to++;
	if (to - from < MIN_RUN) return {from: position, to: position + 1, entries: [entry]};
	const entries: TimelineEntry[] = [];
	for (let index = from; index < to; index++) {
		const member = view.at(index);
		if (member) entries.push(member);
	}
	return {from, to, entries};
}

/** The one before, never overlapping. */
export function itemBefore(view: TimelineView, item: Item, cut = -1): Item | undefined {
	const before = itemAt(view, item.from - 1, cut);
	return before && before.to > item.from
		? {...before, to: item.from, entries: before.entries.slice(0, item.from - before.from)}
		: before;
}

export function itemAfter(view: TimelineView, item: Item, cut = -1): Item | undefined {
	const after = itemAt(view, item.to, cut);
	return after && after.from < item.to
		? {...after, from: item.to, entries: after.entries.slice(item.to - after.from)}
		: after;
}
