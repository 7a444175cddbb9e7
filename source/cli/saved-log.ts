/** Loads a saved log into a state, filters its timeline and prints it, for `replay` and `export`. */

import {existsSync} from 'node:fs';
import {basename, join} from 'node:path';
import type {Batch} from '../core/batch.js';
import {UsageError} from '../core/errors.js';
import {type Input, isWritten} from '../core/event.js';
import {matchesAuthor} from '../core/find-peers.js';
import {foldText} from '../core/fold-text.js';
import {initialState, reduceInputs} from '../core/reduce.js';
import type {State} from '../core/state.js';
import {searchTextOf} from '../core/text-of.js';
import type {TimelineEntry} from '../core/timeline.js';
import {entryAt, sliceTimeline} from '../core/timeline.js';
import {createFeedTips, type FeedTips} from '../feed/feed-tips.js';
import {resolveTime} from '../node/parse-time.js';
import type {DataDir} from '../storage/data-dir.js';
import type {Damage, LogHeader, LogRecord} from '../storage/log.js';
import {listLogs} from '../storage/log-directory.js';
import {openLogReader} from '../storage/log-reader.js';
import {type CliContext, exitCodes} from './context.js';
import type {EventFilter} from './options/options.js';
import type {Output} from './standard-output.js';

/** A log file that was read to its end. */
export interface LoadedLog {
	readonly path: string;
	readonly header: LogHeader;
	readonly state: State;
	/** All batches in the order of the file. */
	readonly batches: readonly Batch[];
	readonly damage: readonly Damage[];
}

/**
 * Returns the path of the log to open. `file`: the argument FILE, which is a path or the name of a log in the log
 * folder; undefined: the newest log. Throws UsageError if there is no log.
 */
export function resolveLogPath(file: string | undefined, dataDir: DataDir): string {
	if (file !== undefined) {
		const savedPath = join(dataDir.logs, basename(file));
		return !existsSync(file) && basename(file) === file && existsSync(savedPath) ? savedPath : file;
	}
	const newest = listLogs(dataDir.logs).find(log => 'header' in log);
	if (!newest) throw new UsageError(`No saved log in ${dataDir.logs}. Pass the path of a log file.`);
	return newest.path;
}

/**
 * Reads a log file and computes from its records the state of the node that wrote the log. Rejects with StorageError.
 */
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

/** Converts log records to inputs of the reducer. */
export function recordsToInputs(records: readonly LogRecord[], tips: FeedTips): Input[] {
	return records.map(record =>
		record.type === 'observation'
			? {type: 'observed', loggedAt: record.loggedAt, observation: record.observation}
			: {type: 'events', loggedAt: record.loggedAt, live: record.live, events: tips.restore(record.batch)},
	);
}

/** Returns one message for the user per damaged part of the file. */
export function describeDamage({damage, path}: Pick<LoadedLog, 'damage' | 'path'>): string[] {
	return damage.map(({offset, length, kind}) =>
		kind === 'torn'
			? `${path} ends with an incomplete record (byte ${offset}, ${length} bytes).`
			: `${path} is damaged at byte ${offset} (${length} bytes). The intact records are shown.`,
	);
}

export type EntryPredicate = (entry: TimelineEntry) => boolean;

/**
 * Creates the filter of `--author`, `--grep`, `--from` and `--to`. A time of day (14:05) means the first 14:05 in the
 * log; in `--to`, the first 14:05 at or after `--from`. Throws UsageError if the range is empty.
 */
export function createEntryFilter(state: State, filter: EventFilter): EntryPredicate {
	const {author, grep} = filter;
	const start = entryAt(state.timeline, 0)?.at ?? 0;
	const from = filter.from ? resolveTime(filter.from, start) : Number.NEGATIVE_INFINITY;
	const to = filter.to ? resolveTime(filter.to, Math.max(start, from)) : Number.POSITIVE_INFINITY;
	if (from >= to) throw new UsageError('--from must be before --to.');
	const end = entryAt(state.timeline, state.timeline.length - 1)?.at ?? start;
	if (
		filter.from?.type === 'clock' &&
		filter.to?.type === 'clock' &&
		startOfDay(to) > Math.max(startOfDay(from), startOfDay(end))
	)
		throw new UsageError(
			'--from is later than --to, and the log has no events of the next day. Add a date, or exchange the two.',
		);
	const searchText = grep === undefined ? undefined : foldText(grep);
	return entry => {
		if (entry.at < from || entry.at >= to) return false;
		if (searchText !== undefined && !foldText(searchedText(state, entry)).includes(searchText)) return false;
		return author === undefined || matchesAuthor(state, entry, author);
	};
}

/** Text of an entry that --grep searches; empty for an entry that is no message. */
function searchedText(state: State, entry: TimelineEntry): string {
	if (entry.type === 'whisper') return entry.text;
	return isWritten(entry) ? searchTextOf(state, entry) : '';
}

/** Local midnight at the start of the day that contains `ms`. */
function startOfDay(ms: number): number {
	return new Date(ms).setHours(0, 0, 0, 0);
}

/** Returns the exit code: `failed` if a filter is set and nothing was written, as grep does. */
export function exitCodeForMatches({options, printError, output}: CliContext, written: number): number {
	if (written > 0 || output.isClosed || Object.keys(options.filter).length === 0) return exitCodes.done;
	printError('No event in this log matches.');
	return exitCodes.failed;
}

const ROWS_PER_CHUNK = 512;

/**
 * Writes the matching entries until the output is closed, no faster than the output accepts them. `format` returns text
 * without a final newline, or undefined to skip an entry. Resolves to the number of entries written.
 */
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
