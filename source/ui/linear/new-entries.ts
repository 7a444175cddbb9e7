/** Which rows of the timeline a commit brought, in the order in which they came. Pure. */
import type {Input} from '../../core/event.js';
import {compareOrder, type OrderKey} from '../../core/order.js';
import type {State, TimelineEntry} from '../../core/state.js';
import {entryAt, positionOf} from '../../core/timeline.js';

export interface NewEntries {
	readonly live: readonly TimelineEntry[];
	/** History that came in. */
	readonly earlier: number;
}

export function newEntries(state: State, inputs: readonly Input[]): NewEntries {
	const live: TimelineEntry[] = [];
	let earlier = 0;
	for (const input of inputs) {
		if (input.type === 'events' && !input.live) earlier += input.events.length;
		for (const key of keysOf(input)) {
			const entry = shownAt(state, key);
			if (entry) live.push(entry);
		}
	}
	return {live, earlier};
}

function keysOf(input: Input): readonly OrderKey[] {
	if (input.type === 'observed') return [input.observation];
	return input.type === 'events' && input.live ? input.events : [];
}

function shownAt(state: State, key: OrderKey): TimelineEntry | undefined {
	const entry = entryAt(state.timeline, positionOf(state.timeline, key));
	return entry && compareOrder(entry, key) === 0 ? entry : undefined;
}
