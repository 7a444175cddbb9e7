/** Which rows of a timeline `--author`, `--grep`, `--from` and `--to` leave. */
import type {State, TimelineEntry} from '../core/state.js';
import {entryAt} from '../core/timeline.js';
import {UsageError} from '../core/usage-error.js';
import {isWrittenBy} from '../core/written-by.js';
import {type Context, exitCodes} from './context.js';
import type {EventFilter} from './options.js';
import {resolveTime} from './parse-time.js';

export type EntryTest = (entry: TimelineEntry) => boolean;

/** Times of day count from the first row on; `to` from `from` on. Throws UsageError when that is no span of this log. */
export function createEntryTest(state: State, filter: EventFilter): EntryTest {
	const {author, grep} = filter;
	const start = entryAt(state.timeline, 0)?.at ?? 0;
	const from = filter.from ? resolveTime(filter.from, start) : Number.NEGATIVE_INFINITY;
	const to = filter.to ? resolveTime(filter.to, Math.max(start, from)) : Number.POSITIVE_INFINITY;
	if (from >= to) throw new UsageError('--from must be before --to');
	const end = entryAt(state.timeline, state.timeline.length - 1)?.at ?? start;
	if (filter.from?.type === 'clock' && filter.to?.type === 'clock' && dayOf(to) > Math.max(dayOf(from), dayOf(end)))
		throw new UsageError('--from is later than --to, and the log does not reach the next day');
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

/** Midnight before `ms`, local time; not a number stays one. */
function dayOf(ms: number): number {
	return new Date(ms).setHours(0, 0, 0, 0);
}

/** As grep: nothing found among what was asked for is said, and is no success. */
export function judgeFound({options, complain, output}: Context, written: number): number {
	if (written > 0 || output.ended || Object.keys(options.filter).length === 0) return exitCodes.done;
	complain('nothing in this log matches');
	return exitCodes.failed;
}
