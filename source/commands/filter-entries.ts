/** Which rows of a timeline `--author`, `--grep`, `--from` and `--to` leave. */
import type {State, TimelineEntry} from '../core/state.js';
import {entryAt} from '../core/timeline.js';
import {isWrittenBy} from '../core/written-by.js';
import type {EventFilter} from './options.js';
import {resolveTime} from './parse-time.js';

export type EntryTest = (entry: TimelineEntry) => boolean;

/** Times of day count from the first row on; `to` from `from` on. */
export function createEntryTest(state: State, filter: EventFilter): EntryTest {
	const {author, grep} = filter;
	const start = entryAt(state.timeline, 0)?.at ?? 0;
	const from = filter.from ? resolveTime(filter.from, start) : Number.NEGATIVE_INFINITY;
	const to = filter.to ? resolveTime(filter.to, Math.max(start, from)) : Number.POSITIVE_INFINITY;
	const wanted = grep?.normalize('NFC').toLowerCase();
	return entry => {
		if (entry.at < from || entry.at >= to) return false;
		if (
			wanted !== undefined &&
			!(entry.type === 'posted' && entry.text.normalize('NFC').toLowerCase().includes(wanted))
		)
			return false;
		return author === undefined || isWrittenBy(state, entry, author);
	};
}
