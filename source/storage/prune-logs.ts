/** Deletes old logs, with the files that belong to them. */
import {readdirSync, statSync, unlinkSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {type StorageError, toStorageError} from './errors.js';
import {acquireLock} from './file-lock.js';
import {listLogs} from './log-directory.js';

export type PrunedLog =
	| {readonly path: string; readonly size: number}
	/** The log is old, but it cannot be deleted: a running program uses it, or the system refuses. */
	| {readonly path: string; readonly error: StorageError};

/**
 * Deletes the logs of a folder that have not changed since `before` (ms since 1970). Returns these logs, the newest
 * first, including those that cannot be deleted. A file that is not a log is kept. Other files whose names begin with
 * the name of the log, such as its bookmarks, are deleted with it.
 */
export function pruneLogs(folder: string, before: number): PrunedLog[] {
	const pruned: PrunedLog[] = [];
	for (const log of listLogs(folder)) {
		if ('error' in log) continue;
		try {
			if (deleteIfOlder(log.path, before)) pruned.push({path: log.path, size: log.size});
		} catch (error) {
			pruned.push({path: log.path, error: toStorageError(error, 'cannot delete the log', log.path)});
		}
	}
	return pruned;
}

/**
 * Deletes a log. Returns false if something was written to the log since `before` (ms since 1970). Throws
 * StorageError `locked` if the log is in use.
 */
function deleteIfOlder(path: string, before: number): boolean {
	if (statSync(path).mtimeMs >= before) return false;
	const lock = acquireLock(path);
	try {
		// The age is checked again, because another program may have written to the log before this one got the lock.
		if (statSync(path).mtimeMs >= before) return false;
		const companions = readdirSync(dirname(path)).filter(name => name.startsWith(`${basename(path)}.`));
		unlinkSync(path);
		for (const name of companions) if (!name.endsWith('.lock')) unlinkSync(join(dirname(path), name));
		return true;
	} finally {
		lock.release();
	}
}
