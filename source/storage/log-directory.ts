import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import {lastSeq, type PeerId} from '../core/event.js';
import {systemErrorCode} from '../core/system-error.js';
import {type StorageError, toStorageError} from './errors.js';
import type {Damage, LogHeader} from './log.js';
import {LogFile} from './log-file.js';
import {openLogReader, readHeader} from './log-reader.js';

/** Names of log files: `<room>-<YYYY-MM-DDTHH-MM-SS>-<4 hexadecimal digits>.p2plog`, local time. */
export const LOG_SUFFIX = '.p2plog';

const MAX_ROOM_LENGTH = 40;

/** `random`: 2 bytes, so that two launches in one second differ. */
export function formatLogName(room: string, at: Date, random: Uint8Array): string {
	const twoDigits = (value: number) => String(value).padStart(2, '0');
	const day = `${at.getFullYear()}-${twoDigits(at.getMonth() + 1)}-${twoDigits(at.getDate())}`;
	const time = `${twoDigits(at.getHours())}-${twoDigits(at.getMinutes())}-${twoDigits(at.getSeconds())}`;
	const digits = Buffer.from(random).toString('hex').slice(0, 4);
	return `${toFileSafeName(room)}-${day}T${time}-${digits}${LOG_SUFFIX}`;
}

/** Whether a name may be of this room: names of rooms are cut and cleaned, so its header decides. Sorts by time. */
export function isLogNameOfRoom(room: string, name: string): boolean {
	const start = `${toFileSafeName(room)}-`;
	return name.startsWith(start) && /^\d{4}-\d\d-\d\dT[\d-]+-[0-9a-f]{4}\.p2plog$/.test(name.slice(start.length));
}

/** Letters and digits of any script stay; what could be a path, an option or a hidden file does not. */
function toFileSafeName(room: string): string {
	const safe = room
		.normalize('NFC')
		.replaceAll(/[^\p{L}\p{M}\p{N}._-]/gu, '_')
		.replace(/^[._-]+/, '');
	return [...safe].slice(0, MAX_ROOM_LENGTH).join('') || 'room';
}

export type LogListing =
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
export function listLogs(folder: string): LogListing[] {
	const logs = readLogNames(folder).map(name => readLogListing(join(folder, name)));
	return logs.sort((a, b) => creationTimeOf(b) - creationTimeOf(a) || (a.path < b.path ? 1 : -1));
}

/** The newest logs of a room, by their names: nothing else is opened. */
export function listNewestLogs(folder: string, room: string, limit: number, excludedPath?: string): LogListing[] {
	const names = readLogNames(folder).filter(name => isLogNameOfRoom(room, name) && join(folder, name) !== excludedPath);
	return names
		.sort()
		.slice(-limit)
		.reverse()
		.map(name => readLogListing(join(folder, name)));
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
