/**
 * Formats timeline entries as sentences for a screen reader, and finds the entries that a change of the node's state
 * added.
 */
import {isEffect, isKnownEffect} from '../../core/effects.js';
import {type FeedEvent, type Input, isWritten, type Observation} from '../../core/event.js';
import {compareOrder, type OrderKey} from '../../core/event-order.js';
import {isOurs} from '../../core/own-sessions.js';
import type {State} from '../../core/state.js';
import type {TimelineEntry} from '../../core/timeline.js';
import {entryAt, positionOf} from '../../core/timeline.js';
import {describeEffect, quoteOf} from '../timeline/describe-effect.js';
import {describeEntry, entryText} from '../timeline/describe-entry.js';
import {displayAddress, displayName} from '../timeline/display-name.js';
import {formatTime} from '../timeline/format-time.js';
import {isMentionOfUs} from '../timeline/mentions.js';
import {markedMessageText} from '../timeline/message-text.js';
import {joinParts} from '../timeline/text-parts.js';

/** An entry as one line: name and text, then address and time, so that a listener can skip address and time. */
export function formatSpokenEntry(state: State, entry: TimelineEntry): string {
	const time = formatTime(entry.at, 'minutes');
	if (entry.type === 'whisper') return `${joinParts(describeEntry(state, entry)).replaceAll('\n', '\n    ')} (${time})`;
	if (isEffect(entry) && isOurs(state, entry.peer)) {
		const [, ...act] = describeEffect(state, entry) ?? [];
		return `You${joinParts(act)}, ${time}`;
	}
	if (!isWritten(entry)) {
		return `${entry.type === 'notice' ? 'Notice: ' : ''}${entryText(state, entry)}, ${time}`;
	}
	const isOwn = isOurs(state, entry.peer);
	const text = markedMessageText(state, entry).replaceAll('\n', '\n    ');
	const name = isOwn ? 'You' : displayName(state, entry.peer, entry.seq);
	const address = isOwn ? '' : displayAddress(state, entry.peer);
	const isPredicate = entry.type === 'shared' || entry.action === true;
	const sentence = isPredicate
		? `* ${name} ${text}`
		: `${name}${isMentionOfUs(state, entry) ? ' to you' : ''}: ${text}`;
	const answered =
		entry.type === 'posted' && entry.replyTo
			? ` (in reply to ${joinParts(quoteOf(state, entry.replyTo, entry).parts)})`
			: '';
	return `${sentence}${answered} (${[address, time].filter(Boolean).join(', ')})`;
}

/** What one change of the node's state added to the timeline. */
export interface NewEntries {
	/** Entries that arrived live, not as history, in order of arrival. */
	readonly live: readonly TimelineEntry[];
	/** Number of events that arrived as history in the same change. */
	readonly backfilled: number;
}

/** The timeline entries that `inputs` added to `state`. */
export function collectNewEntries(state: State, inputs: readonly Input[]): NewEntries {
	const live: TimelineEntry[] = [];
	let backfilled = 0;
	for (const input of inputs) {
		if (input.type === 'events' && !input.live) backfilled += input.events.length;
		for (const key of orderKeysOf(input)) {
			const entry = isShownEffect(state, key) ? key : entryWithKey(state, key);
			if (entry) live.push(entry);
		}
	}
	return {live, backfilled};
}

/** Whether an event is an effect on a message that this node has. */
function isShownEffect(state: State, event: FeedEvent | Observation): boolean {
	return isEffect(event) && isKnownEffect(state.effects, event) && describeEffect(state, event) !== undefined;
}

function orderKeysOf(input: Input): readonly (FeedEvent | Observation)[] {
	if (input.type === 'observed') return input.live === false ? [] : [input.observation];
	return input.type === 'events' && input.live ? input.events : [];
}

function entryWithKey(state: State, key: OrderKey): TimelineEntry | undefined {
	const entry = entryAt(state.timeline, positionOf(state.timeline, key));
	return entry && compareOrder(entry, key) === 0 ? entry : undefined;
}

/** Whether these inputs report that the history of a peer has been received completely. */
export function isSynced(inputs: readonly Input[]): boolean {
	return inputs.some(input => input.type === 'ephemeral' && input.event.type === 'synced');
}
