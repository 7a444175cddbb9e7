/**
 * Reading position of a log, in the file LOG.read.json beside it: the position in the log up to which the user has
 * read. The position is a byte offset, not a time or an event. So every event that arrives later is unread, even if
 * its author wrote it earlier.
 */
import {describeSystemError, systemErrorCode} from '../core/system-error.js';
import {replaceFileInBackground} from './atomic-file.js';
import type {LogPlace} from './log.js';
import {readTextFile} from './regular-file.js';

const FORMAT = 1;
const POSITION_SUFFIX = '.read.json';
const MAX_FILE_BYTES = 4096;
const MARKER_PATTERN = /^[0-9a-f]{2,64}$/;

/** Path of the file with the reading position of a log. */
export function readingPositionPath(log: string): string {
	return `${log}${POSITION_SUFFIX}`;
}

/**
 * Reads the reading position of a log as a byte offset. `end`: position of the end of the log. The offset is
 * undefined if there is no file with a reading position. Never throws: a file that is damaged or belongs to another
 * log is treated as missing, with a warning for the user.
 */
export function readReadingPosition(end: LogPlace): {readonly offset?: number; readonly warning?: string} {
	const file = readingPositionPath(end.path);
	try {
		const position = parsePosition(readTextFile(file, MAX_FILE_BYTES));
		if (!position) throw new Error('the file is damaged');
		if (position.marker !== end.marker) throw new Error('the file belongs to another log');
		return {offset: Math.min(position.offset, end.offset)};
	} catch (error) {
		if (systemErrorCode(error) === 'ENOENT') return {};
		return {warning: `All messages count as read, because ${file} cannot be used: ${describeSystemError(error)}.`};
	}
}

/** Saves the reading position of a log. Rejects with the error of the system. */
export async function writeReadingPosition({path, marker, offset}: LogPlace): Promise<void> {
	await replaceFileInBackground(readingPositionPath(path), `${JSON.stringify({format: FORMAT, marker, offset})}\n`);
}

function parsePosition(text: string): {readonly marker: string; readonly offset: number} | undefined {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return undefined;
	}
	if (typeof value !== 'object' || value === null) return undefined;
	if (!('format' in value && 'marker' in value && 'offset' in value) || value.format !== FORMAT) return undefined;
	const {marker, offset} = value;
	if (typeof marker !== 'string' || !MARKER_PATTERN.test(marker)) return undefined;
	if (typeof offset !== 'number' || !Number.isSafeInteger(offset) || offset < 0) return undefined;
	return {marker, offset};
}
