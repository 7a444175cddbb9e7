import {randomBytes} from 'node:crypto';
import {existsSync} from 'node:fs';
import {dirname, join, resolve} from 'node:path';
import {isEqualBytes} from '../codec/bytes.js';
import {StorageError} from './errors.js';
import {type FileLog, type OpenedFileLog, openFileLog} from './file-log.js';
import type {LogTimer} from './flusher.js';
import type {LogHeader} from './log.js';
import {formatLogName, listLogs, listNewestLogs, summarizeLog} from './log-directory.js';

export interface RoomLogOptions {
	/** Folder of logs. */
	readonly folder: string;
	/** `created` is now, ms. */
	readonly header: Omit<LogHeader, 'format'>;
	/** In a room with a secret the newest log of the room is reopened; else each launch has its own. */
	readonly hasSecret: boolean;
	/** --log: this file and no other, made if it is not there, in a folder that is: a slip of the fingers makes no tree. */
	readonly path?: string;
	readonly timer?: LogTimer;
}

export interface OpenedRoomLog extends OpenedFileLog {
	/** It was there before, so its records are to be read. */
	readonly reopened: boolean;
}

/** Chooses and opens the log of a launch (design.md, 1 and 4). Throws StorageError. */
export function openRoomLog(options: RoomLogOptions): OpenedRoomLog {
	const {path, header, hasSecret, timer} = options;
	if (path !== undefined) return openLogAtPath(path, options);
	for (const earlier of hasSecret ? listRoomLogs(options) : []) {
		try {
			return {...openFileLog(earlier, {...(timer && {timer})}), reopened: true};
		} catch (error) {
			// Another instance writes it: a fresh file, filled by syncing with that one. Others may be opened by their turn.
			if (!(error instanceof StorageError)) throw error;
			if (error.code === 'locked') break;
		}
	}
	return {...openNewLog(options.folder, header, timer), reopened: false};
}

/** A new log in the folder, to go on in when another can no longer be written. Throws StorageError. */
export function createRoomLog(folder: string, header: Omit<LogHeader, 'format'>, timer?: LogTimer): FileLog {
	return openNewLog(folder, header, timer).log;
}

function openNewLog(folder: string, header: Omit<LogHeader, 'format'>, timer?: LogTimer): OpenedFileLog {
	const name = formatLogName(header.roomName, new Date(header.created), randomBytes(2));
	return openFileLog(join(folder, name), {create: header, ...(timer && {timer})});
}

function openLogAtPath(path: string, {header, timer}: RoomLogOptions): OpenedRoomLog {
	const reopened = existsSync(path);
	const folder = dirname(resolve(path));
	if (!existsSync(folder))
		throw new StorageError('missing', 'no such folder for the log', folder, 'Make it first, or check the path.');
	const opened = openFileLog(path, {create: header, ...(timer && {timer})});
	if (isEqualBytes(opened.log.header.roomTag, header.roomTag)) return {...opened, reopened};
	const {roomName} = opened.log.header;
	void opened.log.close();
	const advice = 'Name that room (and its secret) or another file.';
	throw new StorageError('not-a-log', `the log is of another room or secret: ${roomName}`, path, advice);
}

/** How many of the newest are looked into for one that holds something. */
const MAX_INSPECTED_LOGS = 4;
const NON_EMPTY_LOG_BYTES = 64 * 1024;

/** The newest log of the room, other than `current`, in which somebody else is or something was said; undefined if none. */
export async function findEarlierLog(
	folder: string,
	header: Pick<LogHeader, 'roomName' | 'roomTag'>,
	current: string | undefined,
): Promise<string | undefined> {
	const logs = listNewestLogs(folder, header.roomName, MAX_INSPECTED_LOGS, current);
	for (const log of logs) {
		if (!('header' in log) || !isEqualBytes(log.header.roomTag, header.roomTag)) continue;
		if (log.size > NON_EMPTY_LOG_BYTES) return log.path;
		const {events, peers} = await summarizeLog(log.path);
		if (peers > 1 || events > 2) return log.path;
	}
	return undefined;
}

/** Logs of this room, newest first. */
function listRoomLogs({folder, header}: RoomLogOptions): string[] {
	return listLogs(folder).flatMap(log =>
		'header' in log && isEqualBytes(log.header.roomTag, header.roomTag) ? [log.path] : [],
	);
}
