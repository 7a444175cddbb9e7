/**
 * Gives a complete part file its final name. An existing file is never replaced and a symbolic link never followed,
 * even if another process creates a file with the same name at that moment.
 *
 * The part file gets a hard link with the final name. `link` is atomic, and fails if something has this name already.
 * The FAT file system has no links. On it, an empty file reserves the name, and the part file immediately replaces
 * the empty file. This happens only when the transfer is complete, so a program that is killed during a transfer
 * leaves no empty file.
 */
import {type FileHandle, link, lstat, open, rename, rm, unlink} from 'node:fs/promises';
import {join} from 'node:path';
import {cleanFileName, numberFileName} from '../../core/received-name.js';
import {systemErrorCode} from '../../core/system-error.js';
import {StorageError} from '../errors.js';

/**
 * Maximum number of files with the same name in one folder. Each number is tried in turn, so more files would make
 * the search for a free number slow.
 */
const MAX_NUMBER = 9999;
/** Errors of `link` on file systems that have no hard links, or that refuse them to this user. */
const NO_LINKS = new Set([
	'EPERM',
	'EACCES',
	'ENOTSUP',
	'EOPNOTSUPP',
	'ENOSYS',
	'EMLINK',
	'EXDEV',
	'EISDIR',
	'EINVAL',
	'UNKNOWN',
]);

export interface PartFile {
	readonly path: string;
	readonly handle: FileHandle;
}

/** Maximum bytes of a name on eCryptfs, which has the lowest limit of the common file systems. */
const SHORT_NAME_BYTES = 140;

/**
 * Renames the part file to `name` or, if that is taken, to `name (2)` and so on. Resolves to the path. Rejects with a
 * StorageError or the error of the system; the part file then keeps its name.
 */
export async function giveFinalName(part: PartFile, folder: string, name: string): Promise<string> {
	try {
		return await findName(part, folder, name);
	} catch (error) {
		if (systemErrorCode(error) !== 'ENAMETOOLONG') throw error;
		return findName(part, folder, cleanFileName(name, SHORT_NAME_BYTES));
	}
}

async function findName(part: PartFile, folder: string, name: string): Promise<string> {
	for (let number = 1; number <= MAX_NUMBER; number++) {
		const path = join(folder, numberFileName(name, number));
		if (!(await takeName(part.path, path))) continue;
		const [renamed, written] = [await lstat(path, {bigint: true}), await part.handle.stat({bigint: true})];
		if (renamed.dev === written.dev && renamed.ino === written.ino) return path;
		throw new StorageError(
			'changed',
			'another program has replaced the part file',
			path,
			'Do not use this file. Fetch it again.',
		);
	}
	throw new StorageError('failed', `${MAX_NUMBER} files have this name`, join(folder, name), 'Choose another folder.');
}

/** Gives the part file the name `path`. Returns false if something exists at `path` already. */
async function takeName(partPath: string, path: string): Promise<boolean> {
	try {
		await link(partPath, path);
		await unlink(partPath);
		return true;
	} catch (error) {
		const code = systemErrorCode(error) ?? '';
		if (code === 'EEXIST') return false;
		if (!NO_LINKS.has(code)) throw error;
		return replaceReservation(partPath, path);
	}
}

/**
 * Gives the part file the name `path` on a file system without hard links. Returns false if something exists at
 * `path` already. Exported for tests.
 */
export async function replaceReservation(partPath: string, path: string): Promise<boolean> {
	try {
		await (await open(path, 'wx')).close();
	} catch (error) {
		if (systemErrorCode(error) === 'EEXIST') return false;
		throw error;
	}
	try {
		await rename(partPath, path);
		return true;
	} catch (error) {
		await rm(path, {force: true}).catch(() => {});
		throw error;
	}
}
