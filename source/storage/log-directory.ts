/** Names and listings of the log files in a folder. */
import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import {lastSeq} from '../core/batch.js';
import type {PeerId} from '../core/event.js';
import {MAX_LOG_BYTES} from '../core/limits.js';
import {systemErrorCode} from '../core/system-error.js';
import {type StorageError, toStorageError} from './errors.js';
import type {Damage, LogHeader} from './log.js';
import {LogFile} from './log-file.js';
import {openLogReader, readHeader} from './log-reader.js';

const LOG_SUFFIX = '.p2plog';
/**
 * Maximum size in bytes of a log that the program opens without being told to by the user. A node writes logs of at
 * most half this size, so a larger file is not a valid log.
 */
export const MAX_SOUND_LOG_BYTES = 2 * MAX_LOG_BYTES;
/** Maximum number of characters of the room name in the name of a log file. */
const MAX_ROOM_LENGTH = 40;

/**
 * Name of a log file: `<room>-<YYYY-MM-DDTHH-MM-SS>-<4 hexadecimal digits>.p2plog`, in local time. `random` is 2 bytes long
 * and distinguishes two launches in the same second.
 */
export function formatLogName(room: string, at: Date, random: Uint8Array): string {
	const twoDigits = (value: number) => String(value).padStart(2, '0');
	const day = `${at.getFullYear()}-${twoDigits(at.getMonth() + 1)}-${twoDigits(at.getDate())}`;
	const time = `${twoDigits(at.getHours())}-${twoDigits(at.getMinutes())}-${twoDigits(at.getSeconds())}`;
	const digits = Buffer.from(random).toString('hex').slice(0, 4);
	return `${toFileSafeName(room)}-${day}T${time}-${digits}${LOG_SUFFIX}`;
}

/**
 * Whether a file of this name can be a log of the room. File names contain shortened room names, so only the header
 * of the file tells for certain.
 */
export function isLogNameOfRoom(room: string, name: string): boolean {
	const start = `${toFileSafeName(room)}-`;
	return name.startsWith(start) && /^\d{4}-\d\d-\d\dT[\d-]+-[0-9a-f]{4}\.p2plog$/.test(name.slice(start.length));
}

/**
 * Converts a room name to a part of a file name: replaces everything but letters and digits of any script, `.`, `_`
 * and `-` by `_`. The result is never a path, an option or the name of a hidden file.
 */
function toFileSafeName(room: string): string {
	const safe = room
		.normalize('NFC')
		.replaceAll(/[^\p{L}\p{M}\p{N}._-]/gu, '_')
		.replace(/^[._-]+/, '');
	return [...safe].slice(0, MAX_ROOM_LENGTH).join('') || 'room';
}

export type LogListing =
	| {readonly path: string; readonly size: number; readonly header: LogHeader}
	/** The file cannot be opened as a log. */
	| {readonly path: string; readonly error: StorageError};

export interface LogSummary {
	/** Number of feed events in the log; events that were logged twice are counted once. */
	readonly events: number;
	/** Number of authors of these events. */
	readonly peers: number;
	readonly damage: readonly Damage[];
}

/**
 * All logs of a folder, the newest first, those that cannot be read last. Only the headers of the logs are read. If
 * the folder is missing, there are no logs.
 */
export function listLogs(folder: string): LogListing[] {
	const logs = readLogNames(folder).map(name => readLogListing(join(folder, name)));
	return logs.sort((a, b) => creationTimeOf(b) - creationTimeOf(a) || (a.path < b.path ? 1 : -1));
}

/**
 * At most `limit` logs of a room, without `excludedPath`: those with the latest times in their names, newest first.
 * Only these logs are opened.
 */
export function listNewestLogs(folder: string, room: string, limit: number, excludedPath?: string): LogListing[] {
	const names = readLogNames(folder).filter(name => isLogNameOfRoom(room, name) && join(folder, name) !== excludedPath);
	return names
		.sort()
		.slice(-limit)
		.reverse()
		.map(name => readLogListing(join(folder, name)));
}

/** Counts the events and authors of a log by reading the whole log. Throws StorageError. */
export async function summarizeLog(path: string): Promise<LogSummary> {
	const reader = openLogReader(path);
	const highest = new Map<PeerId, number>();
	let events = 0;
	try {
		for await (const records of reader.read()) {
			for (const record of records) {
				if (record.type !== 'batch') continue;
				const {peer, firstSeq} = record.batch;
				const counted = highest.get(peer) ?? 0;
				const last = lastSeq(record.batch);
				if (last <= counted) continue;
				events += last - Math.max(counted, firstSeq - 1);
				highest.set(peer, last);
			}
		}
		return {events, peers: highest.size, damage: reader.damage};
	} finally {
		reader.close();
	}
}

function readLogNames(folder: string): string[] {
	try {
		return readdirSync(folder).filter(name => name.endsWith(LOG_SUFFIX));
	} catch (error) {
		if (systemErrorCode(error) === 'ENOENT') return [];
		throw toStorageError(error, 'cannot read the folder of logs', folder);
	}
}

function readLogListing(path: string): LogListing {
	let file: LogFile | undefined;
	try {
		file = new LogFile(path, 'read');
		return {path, size: file.size, header: readHeader(file).header};
	} catch (error) {
		return {path, error: toStorageError(error, 'cannot read the log', path)};
	} finally {
		file?.close();
	}
}

function creationTimeOf(log: LogListing): number {
	return 'header' in log ? log.header.created : -1;
}
