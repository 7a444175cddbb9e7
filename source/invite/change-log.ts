/**
 * Changes of the timeline since the window for guests (a page of the room over HTTP) opened, numbered from 1. The
 * position of a guest is the number of the last change that the guest received. A guest that was away continues with
 * the next change. To find the changes, two timelines are compared page by page, because an unchanged page of the
 * timeline stays the same object.
 */
import {isEffect} from '../core/effects.js';
import {eventId, type Input} from '../core/event.js';
import {findPosted} from '../core/find-posted.js';
import {MAX_WINDOW_CHANGES, MAX_WINDOW_CHANGES_AT_ONCE} from '../core/limits.js';
import type {State} from '../core/state.js';
import type {Timeline, TimelineEntry} from '../core/timeline.js';

/**
 * `row`: the row of this entry is new or has changed. `gone`: the entry with this id was removed from the timeline.
 * `reset`: one commit changed more than MAX_WINDOW_CHANGES_AT_ONCE rows, so guests get a new snapshot instead of the
 * changes.
 */
export type WindowChange =
	| {readonly type: 'row'; readonly entry: TimelineEntry}
	| {readonly type: 'gone'; readonly id: string}
	| {readonly type: 'reset'};

export interface ChangeLog {
	/** Number of the last change; 0 before the first change. */
	readonly position: number;
	/** Adds the changes that one commit of the store made. */
	note(state: State, inputs: readonly Input[]): void;
	/**
	 * Changes after a position. Undefined if some of these changes are no longer kept, or if the position is larger
	 * than the number of the last change.
	 */
	since(position: number): readonly WindowChange[] | undefined;
}

export function createChangeLog(initial: State): ChangeLog {
	let {timeline, pending} = initial;
	let changes: WindowChange[] = [];
	let dropped = 0;

	function push(added: readonly WindowChange[]): void {
		changes.push(...(added.length > MAX_WINDOW_CHANGES_AT_ONCE ? [{type: 'reset'} as const] : added));
		const surplus = changes.length - MAX_WINDOW_CHANGES;
		if (surplus <= 0) return;
		changes = changes.slice(surplus);
		dropped += surplus;
	}

	return {
		get position() {
			return dropped + changes.length;
		},
		note(state, inputs) {
			const {added, removed} = compareTimelines(timeline, state.timeline);
			// Effects (reactions, corrections, withdrawals) that take effect with this commit: those that arrived with
			// it, and earlier ones that were held back because their time was in the future.
			const effects = [
				...inputs.flatMap(input => (input.type === 'events' ? input.events : [])),
				...compareTimelines(pending, state.pending).removed,
			].filter(isEffect);
			({timeline, pending} = state);
			const isFew = effects.length <= MAX_WINDOW_CHANGES_AT_ONCE;
			const changed = isFew ? effects.flatMap(({target}) => findPosted(timeline, target) ?? []) : [];
			push([
				...(isFew ? [] : [{type: 'reset'} as const]),
				...removed.map(({peer, seq}): WindowChange => ({type: 'gone', id: eventId(peer, seq)})),
				...[...added, ...changed].map((entry): WindowChange => ({type: 'row', entry})),
			]);
		},
		since(position) {
			const from = position - dropped;
			return from < 0 || from > changes.length ? undefined : changes.slice(from);
		},
	};
}

/** Compares two timelines: returns the entries that only the new one has, and those that only the old one has. */
function compareTimelines(
	before: Timeline,
	after: Timeline,
): {readonly added: readonly TimelineEntry[]; readonly removed: readonly TimelineEntry[]} {
	if (before === after) return {added: [], removed: []};
	const [oldPages, newPages] = [new Set(before.pages), new Set(after.pages)];
	const oldEntries = new Set(before.pages.filter(page => !newPages.has(page)).flat());
	const newEntries = new Set(after.pages.filter(page => !oldPages.has(page)).flat());
	return {
		added: [...newEntries].filter(entry => !oldEntries.has(entry)),
		removed: [...oldEntries].filter(entry => !newEntries.has(entry)),
	};
}
