/**
 * Part file: the file in which a fetch stores the received parts, in the folder of the complete file. When a fetch is
 * interrupted, its part file is kept, and a later fetch of the same content continues it. A file that is not a
 * regular file of this user, or that has other hard links, is not continued, because a link could lead to any file of
 * the user.
 */
import {constants} from 'node:fs';
import {open} from 'node:fs/promises';
import {join} from 'node:path';
import {cleanFileName} from '../../core/received-name.js';
import type {FileId} from '../../core/shared-file.js';
import {systemErrorCode} from '../../core/system-error.js';
import {StorageError} from '../errors.js';
import {acquireLock, type FileLock} from '../file-lock.js';
import type {PartFile} from './final-name.js';

/**
 * Maximum number of part files of one content in one folder. There can be several, because several programs may fetch the
 * same content at the same time.
 */
const MAX_PART_FILES = 100;
/**
 * Maximum bytes of the name of the fetched file in the name of its part file. The suffixes of the part file and of
 * its locks are added, and file systems limit the length of names (eCryptfs to about 140 bytes).
 */
const MAX_STEM_BYTES = 64;
/**
 * Permissions of a new part file: read and write, but not execute. The umask of the user can remove further
 * permissions.
 */
const MODE = 0o666;
const NO_FOLLOWING = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

export interface OpenPartFile extends PartFile {
	/** Length of the part file in bytes when it was opened; 0 for a new file. */
	readonly keptBytes: number;
	/** Lock of the part file, which keeps other programs from writing to it. The caller releases the lock. */
	readonly lock: FileLock;
}

/**
 * Opens a part file that an earlier fetch of this content left and that no other program uses, or creates one.
 * Rejects with the error of the system or a StorageError.
 */
export async function openPartFile(folder: string, name: string, id: FileId): Promise<OpenPartFile> {
	for (let number = 1; number <= MAX_PART_FILES; number++) {
		const path = join(folder, partFileName(name, id, number));
		const lock = tryLock(path);
		if (!lock) continue;
		try {
			const part = await openOwnFile(path);
			if (part) return {...part, lock};
		} catch (error) {
			lock.release();
			throw error;
		}
		lock.release();
	}
	throw new StorageError(
		'failed',
		`${MAX_PART_FILES} part files have this name`,
		join(folder, name),
		'Delete these part files, or choose another folder.',
	);
}

function partFileName(name: string, id: FileId, number: number): string {
	const stem = cleanFileName(name, MAX_STEM_BYTES);
	return `${stem}.${id.slice(0, 16)}${number === 1 ? '' : `.${number}`}.part`;
}

/** Locks a part file. Undefined if another program is writing to this file. */
function tryLock(path: string): FileLock | undefined {
	try {
		return acquireLock(path, 'the part file');
	} catch (error) {
		if (error instanceof StorageError && error.code === 'locked') return undefined;
		throw error;
	}
}

/** Opens the part file at a path. Undefined if something at the path must not be written, for example a link. */
async function openOwnFile(path: string): Promise<(PartFile & {keptBytes: number}) | undefined> {
	try {
		const handle = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | NO_FOLLOWING, MODE);
		return {path, handle, keptBytes: 0};
	} catch (error) {
		if (systemErrorCode(error) !== 'EEXIST') throw error;
	}
	let handle: PartFile['handle'];
	try {
		handle = await open(path, constants.O_RDWR | NO_FOLLOWING);
	} catch {
		return undefined;
	}
	const stats = await handle.stat();
	const isOwn = process.getuid === undefined || stats.uid === process.getuid();
	if (stats.isFile() && stats.nlink === 1 && isOwn) return {path, handle, keptBytes: stats.size};
	await handle.close();
	return undefined;
}
