/** A saved log, reduced as a live node would have: what was live counts as live. */
import {existsSync} from 'node:fs';
import {basename, join} from 'node:path';
import {UsageError} from '../core/errors.js';
import type {Batch, Input} from '../core/event.js';
import {matchesAuthor} from '../core/find-peers.js';
import {initialState, reduceInputs} from '../core/reduce.js';
import type {State} from '../core/state.js';
import type {TimelineEntry} from '../core/timeline.js';
import {entryAt, sliceTimeline} from '../core/timeline.js';
import {createFeedTips, type FeedTips} from '../feed/feed-tips.js';
import type {DataDir} from '../storage/data-dir.js';
import type {Damage, LogHeader, LogRecord} from '../storage/log.js';
import {listLogs} from '../storage/log-directory.js';
import {openLogReader} from '../storage/log-reader.js';
import {type CliContext, exitCodes, type Output} from './context.js';
import {resolveTime} from './options/option-values.js';
import type {EventFilter} from './options/options.js';

export interface LoadedLog {
	readonly path: string;
	readonly header: LogHeader;
	readonly state: State;
	/** As they stand in the file. */
	readonly batches: readonly Batch[];
	readonly damage: readonly Damage[];
}

/** FILE as it was given, a name in the folder of logs, or the newest log. Throws UsageError. */
export function resolveLogPath(file: string | undefined, dataDir: DataDir): string {
	if (file !== undefined) {
		const savedPath = join(dataDir.logs, basename(file));
		return !existsSync(file) && basename(file) === file && existsSync(savedPath) ? savedPath : file;
	}
	const newest = listLogs(dataDir.logs).find(log => 'header' in log);
	if (!newest) throw new UsageError(`there is no saved log in ${dataDir.logs} yet; name a FILE`);
	return newest.path;
}

/** Throws StorageError. */
export async function loadLog(path: string): Promise<LoadedLog> {
	const reader = openLogReader(path);
	const tips = createFeedTips({roomTag: reader.header.roomTag});
	const batches: Batch[] = [];
	let state = initialState;
	try {
		for await (const records of reader.read()) {
			state = reduceInputs(state, recordsToInputs(records, tips));
			for (const record of records) if (record.type === 'batch') batches.push(record.batch);
		}
		return {path, header: reader.header, state, batches, damage: reader.damage};
	} finally {
		reader.close();
	}
}

/** Records of a log as the reducer takes them. */
export function recordsToInputs(records: readonly LogRecord[], tips: FeedTips): Input[] {
	return records.map(record =>
		record.type === 'observation'
			? {type: 'observed', loggedAt: record.loggedAt, observation: record.observation}
			: {type: 'events', loggedAt: record.loggedAt, live: record.live, events: tips.restore(record.batch)},
	);
}

/** What is missing, as lines for people. */
export function describeDamage({damage, path}: Pick<LoadedLog, 'damage' | 'path'>): string[] {
	return damage.map(({offset, length, kind}) =>
		kind === 'torn'
			? `${path} ends in the middle of a record (byte ${offset}, ${length} bytes)`
			: `${path} is damaged at byte ${offset} (${length} bytes); the rest is shown`,
	);
}

/** Which rows of a timeline `--author`, `--grep`, `--from` and `--to` leave. */

export type EntryPredicate = (entry: TimelineEntry) => boolean;

/** Times of day count from the first row on; `to` from `from` on. Throws UsageError when that is no span of this log. */
export function createEntryFilter(state: State, filter: EventFilter): EntryPredicate {
	const {author, grep} = filter;
	const start = entryAt(state.timeline, 0)?.at ?? 0;
	const from = filter.from ? resolveTime(filter.from, start) : Number.NEGATIVE_INFINITY;
	const to = filter.to ? resolveTime(filter.to, Math.max(start, from)) : Number.POSITIVE_INFINITY;
	if (from >= to) throw new UsageError('--from must be before --to');
	const end = entryAt(state.timeline, state.timeline.length - 1)?.at ?? start;
	if (
		filter.from?.type === 'clock' &&
		filter.to?.type === 'clock' &&
		startOfDay(to) > Math.max(startOfDay(from), startOfDay(end))
	)
		throw new UsageError('--from is later than --to, and the log does not reach the next day');
	const searchText = grep?.normalize('NFC').toLowerCase();
	return entry => {
		if (entry.at < from || entry.at >= to) return false;
		if (
			searchText !== undefined &&
			!(entry.type === 'posted' && entry.text.normalize('NFC').toLowerCase().includes(searchText))
		)
			return false;
		return author === undefined || matchesAuthor(state, entry, author);
	};
}

/** Midnight before `ms`, local time; not a number stays one. */
function startOfDay(ms: number): number {
	return new Date(ms).setHours(0, 0, 0, 0);
}

/** As grep: nothing found among what was asked for is said, and is no success. */
export function exitCodeForMatches({options, printError, output}: CliContext, written: number): number {
	if (written > 0 || output.isClosed || Object.keys(options.filter).length === 0) return exitCodes.done;
	printError('nothing in this log matches');
	return exitCodes.failed;
}

const ROWS_PER_CHUNK = 512;

/** Writes the rows that pass, at the reader's pace, until it has gone. `format`: lines without the newline at the end. How many. */
export async function printEntries(
	output: Output,
	state: State,
	matches: EntryPredicate,
	format: (entry: TimelineEntry) => string | undefined,
): Promise<number> {
	let written = 0;
	for (let from = 0; from < state.timeline.length && !output.isClosed; from += ROWS_PER_CHUNK) {
		const lines = sliceTimeline(state.timeline, from, from + ROWS_PER_CHUNK)
			.filter(matches)
			.flatMap(entry => format(entry) ?? []);
		written += lines.length;
		if (lines.length > 0) output.write(`${lines.join('\n')}\n`);
		await output.whenWritable();
	}
	return written;
}
