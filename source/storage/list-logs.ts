import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import {lastSeq} from '../core/batch.js';
import type {PeerId} from '../core/ids.js';
import {type StorageError, systemCode, toStorageError} from './errors.js';
import type {Damage, LogHeader} from './log.js';
import {LogFile} from './log-file.js';
import {isLogNameOf, LOG_SUFFIX} from './log-name.js';
import {openLogReader} from './log-reader.js';
import {readHead} from './read-head.js';

export type ListedLog =
	| {readonly path: string; readonly size: number; readonly header: LogHeader}
	/** It cannot be opened as a log. */
	| {readonly path: string; readonly error: StorageError};

export interface LogSummary {
	/** Feed events, each counted once. */
	readonly events: number;
	/** Distinct authors. */
	readonly peers: number;
	readonly damage: readonly Damage[];
}

/** All logs of a folder, newest first, unreadable ones last; only their headers are read. A missing folder has none. */
export function listLogs(folder: string): ListedLog[] {
	const logs = namesOf(folder).map(name => readListed(join(folder, name)));
	return logs.sort((a, b) => createdOf(b) - createdOf(a) || (a.path < b.path ? 1 : -1));
}

/** The newest logs of a room, by their names: nothing else is opened. */
export function newestLogs(folder: string, room: string, most: number, except?: string): ListedLog[] {
	const names = namesOf(folder).filter(name => isLogNameOf(room, name) && join(folder, name) !== except);
	return names
		.sort()
		.slice(-most)
		.reverse()
		.map(name => readListed(join(folder, name)));
}

/** Reads a whole log to say what is in it. Throws StorageError. */
export async function summarizeLog(path: string): Promise<LogSummary> {
	const reader = openLogReader(path);
	const highest = new Map<PeerId, number>();
	let events = 0;
	try {
		for await (const records of reader.read()) {
			for (const record of records) {
				if (record.type !== 'batch') continue;
				const {peer, firstSeq} = record.batch;
				const known = highest.get(peer) ?? 0;
				const last = lastSeq(record.batch);
				if (last <= known) continue;
				events += last - Math.max(known, firstSeq - 1);
				highest.set(peer, last);
			}
		}
		return {events, peers: highest.size, damage: reader.damage};
	} finally {
		reader.close();
	}
}

function namesOf(folder: string): string[] {
	try {
		return readdirSync(folder).filter(name => name.endsWith(LOG_SUFFIX));
	} catch (error) {
		if (systemCode(error) === 'ENOENT') return [];
		throw toStorageError(error, 'cannot read the folder of logs', folder);
	}
}

function readListed(path: string): ListedLog {
	let file: LogFile | undefined;
	try {
		file = new LogFile(path, 'read');
		return {path, size: file.size, header: readHead(file).header};
	} catch (error) {
		return {path, error: toStorageError(error, 'cannot read the log', path)};
	} finally {
		file?.close();
	}
}

function createdOf(log: ListedLog): number {
	return 'header' in log ? log.header.created : -1;
}
