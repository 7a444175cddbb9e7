/** Checks whether a file fits into a folder, before any peer is asked for its content. */
import {statfs} from 'node:fs/promises';
import {formatBytes} from '../../core/format-quantity.js';
import {StorageError} from '../errors.js';
import {toDownloadError} from './file-error.js';

/** Type number of the FAT file system on Linux (statfs(2)). */
const FAT = 0x4d_44;
const MAX_FAT_FILE_BYTES = 2 ** 32 - 1;

/** What is needed to know whether a file fits on a file system: some fields of `fs.StatsFs`. */
export interface FileSystemFacts {
	readonly type: number;
	/** Size of a block of the file system, in bytes. */
	readonly bsize: number;
	/** Number of free blocks that this user may fill. */
	readonly bavail: number;
}

/**
 * Rejects with a StorageError if `size` bytes do not fit into the folder. `present`: bytes of the file that an
 * earlier fetch left on the disk. `option`: name of the option that chose the folder.
 */
export async function checkDiskSpace(folder: string, option: string, size: number, present = 0): Promise<void> {
	let facts: FileSystemFacts;
	try {
		facts = await statfs(folder);
	} catch (error) {
		throw toDownloadError(error, folder, option);
	}
	const refusal = refuseSize(facts, size - present, size);
	if (refusal !== undefined)
		throw new StorageError('failed', refusal, folder, `Free some space, or choose another folder with ${option}.`);
}

/**
 * Why a file does not fit on the disk, as text for the user; undefined if it fits. `needed`: bytes of the file that
 * are not on the disk yet. `size`: length of the file in bytes.
 */
export function refuseSize({type, bsize, bavail}: FileSystemFacts, needed: number, size: number): string | undefined {
	if (type === FAT && size > MAX_FAT_FILE_BYTES) return 'this is a FAT file system, on which a file has at most 4 GiB';
	const free = bsize * bavail;
	return needed > free
		? `the disk has too little space: ${formatBytes(needed)} are needed, ${formatBytes(needed - free)} more than are free`
		: undefined;
}
