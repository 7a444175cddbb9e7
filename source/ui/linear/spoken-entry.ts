/** How an entry reads aloud: who, what, then where and when. Pure. */

import type {Input} from '../../core/event.js';
import {compareOrder, type OrderKey} from '../../core/event-order.js';
import type {State} from '../../core/state.js';
import type {TimelineEntry} from '../../core/timeline.js';
import {entryAt, positionOf} from '../../core/timeline.js';
import {cleanForScreen} from '../text/clean-for-screen.js';
import {entryText} from '../timeline/describe-entry.js';
import {displayAddress, displayName} from '../timeline/display-name.js';
import {formatTime} from '../timeline/format-time.js';
import {isMentionOfUs} from '../timeline/mentions.js';

export function formatSpokenEntry(state: State, entry: TimelineEntry): string {
	const time = formatTime(entry.at, 'minutes');
	if (entry.type !== 'posted') {
		return `${entry.type === 'notice' ? 'Notice: ' : ''}${entryText(state, entry)}, ${time}`;
	}
	const own = state.launch?.peer;
	const text = cleanForScreen(entry.text).replaceAll('\n', '\n    ');
	const name = entry.peer === own ? 'You' : displayName(state, entry.peer, entry.seq);
	const address = entry.peer === own ? '' : displayAddress(state, entry.peer);
	const said = entry.action ? `* ${name} ${text}` : `${name}${isMentionOfUs(state, entry) ? ' to you' : ''}: ${text}`;
	return `${said} (${[address, time].filter(Boolean).join(', ')})`;
}

/** Which rows of the timeline a commit brought, in the order in which they came. Pure. */

export interface NewEntries {
	readonly live: readonly TimelineEntry[];
	/** History that came in. */
	readonly backfilled: number;
}

export function collectNewEntries(state: State, inputs: readonly Input[]): NewEntries {
	const live: TimelineEntry[] = [];
	let backfilled = 0;
	for (const input of inputs) {
		if (input.type === 'events' && !input.live) backfilled += input.events.length;
		for (const key of orderKeysOf(input)) {
			const entry = entryWithKey(state, key);
			if (entry) live.push(entry);
		}
	}
	return {live, backfilled};
}

function orderKeysOf(input: Input): readonly OrderKey[] {
	if (input.type === 'observed') return [input.observation];
	return input.type === 'events' && input.live ? input.events : [];
}

function entryWithKey(state: State, key: OrderKey): TimelineEntry | undefined {
	const entry = entryAt(state.timeline, positionOf(state.timeline, key));
	return entry && compareOrder(entry, key) === 0 ? entry : undefined;
}
