/** Unread messages in words: how many there are, since when, and how many of them mention this user. */
import {memoiseByKey} from '../../core/memoise.js';
import type {State} from '../../core/state.js';
import {hasEntry, sliceTimeline, type Timeline, type TimelineEntry} from '../../core/timeline.js';
import type {Unread} from '../../node/reading.js';
import {formatMoment, formatTime, localDayNumber} from './format-time.js';
import {isMentionOfUs} from './mentions.js';

export const noUnread: Unread = {messages: {pages: [], starts: new Float64Array(0), length: 0}};

/** Maximum number of unread messages that are searched for mentions. Only the newest ones are searched. */
const MAX_MENTION_SEARCH = 10_000;

const memoiseMentions = memoiseByKey<Timeline, readonly TimelineEntry[]>();

/** The unread messages that mention this user, in the order of the timeline. */
export function unreadMentions(state: State, {messages}: Unread): readonly TimelineEntry[] {
	if (messages.length === 0) return [];
	return memoiseMentions(messages, [state.roster], () =>
		sliceTimeline(messages, Math.max(0, messages.length - MAX_MENTION_SEARCH), messages.length).filter(entry =>
			isMentionOfUs(state, entry),
		),
	);
}

export function isUnread({messages}: Unread, entry: TimelineEntry): boolean {
	return messages.length > 0 && hasEntry(messages, entry);
}

/** Newest wall clock time in the state, ms. The running node updates it at least once a minute. */
export function wallTimeOf({loggedAt, ephemeral}: State): number {
	return Math.max(loggedAt, ephemeral.now);
}

/** Formats `10:42`, or `2026-11-22 10:42` for another day than that of `now`. */
export function formatSince(at: number, now: number): string {
	return localDayNumber(at) === localDayNumber(now) ? formatTime(at, 'minutes') : formatMoment(at).slice(0, -3);
}

/** Formats `12 new since 10:42, 2 mention you`. Undefined if nothing is unread or the log is new. */
export function describeUnread(state: State, unread: Unread, now: number): string | undefined {
	const count = unread.messages.length;
	if (count === 0 || unread.since === undefined) return undefined;
	const mentions = unreadMentions(state, unread).length;
	const mentioned = mentions === 0 ? '' : mentions === 1 ? ', 1 mentions you' : `, ${mentions} mention you`;
	return `${count} new since ${formatSince(unread.since, now)}${mentioned}`;
}
