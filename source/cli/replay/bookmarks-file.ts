/** File with the bookmarks of a log: FILE.bookmarks.json in the same folder, because replay never changes the log itself. */
import {rm} from 'node:fs/promises';
import {basename} from 'node:path';
import {systemErrorCode} from '../../core/system-error.js';
import {replaceFileAtomically} from '../../storage/atomic-file.js';
import {readTextFile} from '../../storage/regular-file.js';

const BOOKMARKS_FORMAT = 1;
const MAX_BOOKMARKS = 10_000;
/** Maximum size of a bookmarks file. A bookmark needs about 110 bytes. */
const MAX_FILE_BYTES = 2 * 1024 * 1024;
const BOOKMARKS_SUFFIX = '.bookmarks.json';

/** Path of the bookmarks file of a log. */
export function bookmarksPath(log: string): string {
	return `${log}${BOOKMARKS_SUFFIX}`;
}

/**
 * Reads the sort keys of the events with a bookmark, ascending. The list is empty if there is no file. Rejects if the
 * format is unknown.
 */
export async function readBookmarks(log: string): Promise<readonly string[]> {
	const path = bookmarksPath(log);
	const text = readIfExists(path);
	if (text === undefined) return [];
	const orders = parseBookmarks(text);
	if (!orders) throw new Error(`${basename(path)} has an unknown format. Bookmarks are not loaded or saved.`);
	return orders;
}

function readIfExists(path: string): string | undefined {
	try {
		return readTextFile(path, MAX_FILE_BYTES);
	} catch (error) {
		if (systemErrorCode(error) === 'ENOENT') return undefined;
		throw error;
	}
}

function parseBookmarks(text: string): readonly string[] | undefined {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return undefined;
	}
	if (typeof value !== 'object' || value === null || !('format' in value) || value.format !== BOOKMARKS_FORMAT)
		return undefined;
	if (!('bookmarks' in value) || !Array.isArray(value.bookmarks)) return undefined;
	const orders = value.bookmarks.filter(order => typeof order === 'string').slice(0, MAX_BOOKMARKS);
	return [...new Set<string>(orders)].sort();
}

/** Replaces the file atomically, or deletes it if there are no bookmarks. */
export async function writeBookmarks(log: string, orders: readonly string[]): Promise<void> {
	const path = bookmarksPath(log);
	if (orders.length === 0) return rm(path, {force: true});
	const content = {format: BOOKMARKS_FORMAT, bookmarks: orders};
	replaceFileAtomically(path, `${JSON.stringify(content, undefined, '\t')}\n`);
}
