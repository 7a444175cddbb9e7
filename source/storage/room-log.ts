/**
 * Selection of the log file for a launch (run of the program): the file named by --log, the newest log of the room,
 * or a new file.
 */
import {randomBytes} from 'node:crypto';
import {existsSync} from 'node:fs';
import {basename, dirname, join, resolve} from 'node:path';
import {isEqualBytes} from '../codec/bytes.js';
import {StorageError} from './errors.js';
import {type FileLog, type OpenedFileLog, openFileLog} from './file-log.js';
import type {LogTimer} from './flusher.js';
import type {LogHeader} from './log.js';
import {
	formatLogName,
	isLogNameOfRoom,
	listLogs,
	listNewestLogs,
	MAX_SOUND_LOG_BYTES,
	summarizeLog,
} from './log-directory.js';

export interface RoomLogOptions {
	/** Folder of logs. */
	readonly folder: string;
	/** Header to write if a new log is created. `created` is the current time. */
	readonly header: Omit<LogHeader, 'format'>;
	/** Whether the room has a secret. If so, its newest log is reopened; otherwise each launch has a new log. */
	readonly hasSecret: boolean;
	/**
	 * Path given with --log. Only this file is used. If the file is missing, it is created. If its folder is missing,
	 * this is an error, because the path may be mistyped.
	 */
	readonly path?: string;
	readonly timer?: LogTimer;
}

export interface OpenedRoomLog extends OpenedFileLog {
	/** Whether the log file existed before this launch, so that it may contain records. */
	readonly reopened: boolean;
	/**
	 * Errors of logs of this room that cannot be opened, so that their history is missing in this launch. If a log
	 * was reopened, only logs newer than the reopened one are listed.
	 */
	readonly skipped: readonly StorageError[];
}

/** Selects and opens the log of a launch. Throws StorageError. */
export function openRoomLog(options: RoomLogOptions): OpenedRoomLog {
	const {path, header, hasSecret, timer} = options;
	if (path !== undefined) return openLogAtPath(path, options);
	const skipped: StorageError[] = [];
	for (const roomLog of hasSecret ? listRoomLogs(options) : []) {
		try {
			const opened = openFileLog(roomLog, {...(timer && {timer})});
			return {...opened, reopened: true, skipped: [...skipped, ...listUnreadableLogs(options, opened.log.path)]};
		} catch (error) {
			// If another instance of the program writes the newest log, this instance creates a new log and receives
			// the history from the other instance. It does not open an older log, which would be outdated. A log that
			// cannot be opened for another reason is skipped.
			if (!(error instanceof StorageError)) throw error;
			if (error.code === 'locked') return {...openNewLog(options.folder, header, timer), reopened: false, skipped: []};
			skipped.push(error);
		}
	}
	const unreadable = hasSecret ? listUnreadableLogs(options, '') : [];
	return {...openNewLog(options.folder, header, timer), reopened: false, skipped: [...skipped, ...unreadable]};
}

/**
 * Creates a new log file in the folder of logs. It replaces a log file that cannot be written any more. Throws
 * StorageError.
 */
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
		throw new StorageError('missing', 'no such folder for the log', folder, 'Create the folder, or check the path.');
	const opened = openFileLog(path, {create: header, ...(timer && {timer})});
	if (isEqualBytes(opened.log.header.roomTag, header.roomTag)) return {...opened, reopened, skipped: []};
	const {roomName} = opened.log.header;
	void opened.log.close();
	const advice = 'Use the same room and secret, or name another file.';
	throw new StorageError('not-a-log', `the log belongs to another room or secret: ${roomName}`, path, advice);
}

/** Number of logs of the room, the newest ones, that `findEarlierLog` inspects. */
const MAX_INSPECTED_LOGS = 4;
/** Size in bytes above which `findEarlierLog` does not read a log, because it certainly contains messages. */
const NON_EMPTY_LOG_BYTES = 64 * 1024;
/**
 * Number of events in the log of a launch in which nobody else was present and nothing was written: `joined` and
 * `left`.
 */
const EVENTS_OF_EMPTY_LAUNCH = 2;

/**
 * Newest log of the room, other than `current`, that is worth reading: it contains a message, or events of somebody
 * else. Undefined if there is none.
 */
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
		if (peers > 1 || events > EVENTS_OF_EMPTY_LAUNCH) return log.path;
	}
	return undefined;
}

/** Errors of the logs of this room that have no readable header and, according to their names, are newer than `path`. */
function listUnreadableLogs({folder, header}: RoomLogOptions, path: string): StorageError[] {
	return listLogs(folder).flatMap(log => {
		const name = basename(log.path);
		return 'error' in log && isLogNameOfRoom(header.roomName, name) && name > basename(path) ? [log.error] : [];
	});
}

/** Paths of the logs of this room that can be reopened, newest first. */
function listRoomLogs({folder, header}: RoomLogOptions): string[] {
	return listLogs(folder).flatMap(log =>
		'header' in log && log.size <= MAX_SOUND_LOG_BYTES && isEqualBytes(log.header.roomTag, header.roomTag)
			? [log.path]
			: [],
	);
}
