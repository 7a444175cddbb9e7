/**
 * Creation of folders that only their owner can access. Missing folders are created one by one from the top.
 * `mkdirSync` with `recursive` would loop forever in Node 20 to 26 if the system cannot create a parent (`/proc/x`).
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

/** Like `ensureDirectory`, but every error is a StorageError. A folder that belongs to another user is an error too. */
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

/**
 * Whether something exists at `path`. Also true for a symbolic link whose target is missing, because no folder can be
 * created at the path of the link.
 */
function pathExists(path: string): boolean {
	try {
		lstatSync(path);
		return true;
	} catch (error) {
		if (systemErrorCode(error) === 'ENOENT') return false;
		throw error;
	}
}

/** Creates one folder. If another process creates it at the same time, this is no error. */
function createDirectory(path: string): void {
	try {
		mkdirSync(path, {mode: 0o700});
	} catch (error) {
		if (systemErrorCode(error) !== 'EEXIST') throw error;
	}
}
