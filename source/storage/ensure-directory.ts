/**
 * Creation of folders for their owner only. Missing folders are created one by one from the top instead of by `mkdirSync`
 * with `recursive`: Node 20 to 26 retries that endlessly if the system reports a missing parent (`/proc/x`).
 */
import {lstatSync, mkdirSync, statSync} from 'node:fs';
import {dirname, resolve} from 'node:path';
import {systemErrorCode} from '../core/system-error.js';
import {StorageError, toStorageError} from './errors.js';

/** Creates the folder and its missing parents. Throws the error of the operating system. */
export function ensureDirectory(path: string): void {
	const missing: string[] = [];
	for (let folder = resolve(path); !pathExists(folder); folder = dirname(folder)) {
		missing.unshift(folder);
		if (dirname(folder) === folder) break;
	}
	for (const folder of missing) createDirectory(folder);
	if (missing.length === 0 && !statSync(path).isDirectory())
		throw Object.assign(new Error(`not a folder: ${path}`), {code: 'ENOTDIR'});
}

/** As `ensureDirectory`, but throws StorageError, also if the folder belongs to another user. */
export function ensurePrivateDirectory(path: string): void {
	try {
		ensureDirectory(path);
		const {uid} = lstatSync(path);
		const ownUid = process.getuid?.();
		if (ownUid === undefined || ownUid === 0 || uid === ownUid) return;
	} catch (error) {
		throw toStorageError(error, 'cannot create the folder', path);
	}
	throw new StorageError('failed', 'the folder belongs to another user', path, 'Choose another place with --data-dir.');
}

/** A dangling symbolic link exists too: no folder can be created in its place. */
function pathExists(path: string): boolean {
	try {
		lstatSync(path);
		return true;
	} catch (error) {
		if (systemErrorCode(error) === 'ENOENT') return false;
		throw error;
	}
}

/** Another instance of the program may have created the folder meanwhile. */
function createDirectory(path: string): void {
	try {
		mkdirSync(path, {mode: 0o700});
	} catch (error) {
		if (systemErrorCode(error) !== 'EEXIST') throw error;
	}
}
