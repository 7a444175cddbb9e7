/** A saved log, reduced as a live node would have: what was live counts as live. */
import {existsSync} from 'node:fs';
import {basename, join} from 'node:path';
import type {Batch} from '../core/batch.js';
import type {Input} from '../core/event.js';
import {initialState, reduceInputs} from '../core/reduce.js';
import type {State} from '../core/state.js';
import {UsageError} from '../core/usage-error.js';
import {createFeedTips, type FeedTips} from '../feed/feed-tips.js';
import type {DataDir} from '../storage/data-dir.js';
import {listLogs} from '../storage/list-logs.js';
import type {Damage, LogHeader, LogRecord} from '../storage/log.js';
import {openLogReader} from '../storage/log-reader.js';

export interface LoadedLog {
	readonly path: string;
	readonly header: LogHeader;
	readonly state: State;
	/** As they stand in the file. */
	readonly batches: readonly Batch[];
	readonly damage: readonly Damage[];
}

/** FILE as it was given, a name in the folder of logs, or the newest log. Throws UsageError. */
export function chooseLog(file: string | undefined, places: DataDir): string {
	if (file !== undefined) {
		const saved = join(places.logs, basename(file));
		return !existsSync(file) && basename(file) === file && existsSync(saved) ? saved : file;
	}
	const newest = listLogs(places.logs).find(log => 'header' in log);
	if (!newest) throw new UsageError(`there is no saved log in ${places.logs} yet; name a FILE`);
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
			state = reduceInputs(state, toInputs(records, tips));
			for (const record of records) if (record.type === 'batch') batches.push(record.batch);
		}
		return {path, header: reader.header, state, batches, damage: reader.damage};
	} finally {
		reader.close();
	}
}

/** Records of a log as the reducer takes them. */
export function toInputs(records: readonly LogRecord[], tips: FeedTips): Input[] {
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
