/**
 * Destination of a fetch on disk: the received parts are written to a part file, which gets its final name when it is
 * complete.
 */
import {constants} from 'node:fs';
import {access, unlink} from 'node:fs/promises';
import type {FileSink, NamedFile} from '../../core/file-content.js';
import {addPart, emptyPartSet, type PartSet} from '../../core/part-set.js';
import {cleanFileName} from '../../core/received-name.js';
import {partCount, partLength, partSize} from '../../core/shared-file.js';
import {StorageError} from '../errors.js';
import {checkDiskSpace} from './disk-space.js';
import {toDownloadError} from './file-error.js';
import {giveFinalName} from './final-name.js';
import {type OpenPartFile, openPartFile} from './part-file.js';
import {type FileState, readAt, readFileState, stateOf} from './source-file.js';

/**
 * A part may be written only if it is less than this number of parts after the first missing one. An interrupted
 * fetch is continued by checking all parts within the length of the part file. Because of this limit, few of these
 * parts can be missing.
 */
const WINDOW_PARTS = 64;
/** Unit in bytes in which the system reports how much disk space a file occupies (stat(2)). */
const STAT_BLOCK_BYTES = 512;

/** Minimum interval between two checks, during a fetch, that the part file is still at its path. */
const CHECK_INTERVAL_MS = 1000;

export interface FileSinkOptions {
	readonly folder: string;
	/** Name of the option that chose the folder, for error messages. */
	readonly option: string;
	/** Monotonic time in ms. */
	now(): number;
	/** Marks the file as received over the network, if the platform has a mark for such files. Never rejects. */
	markAsReceived(path: string): Promise<void>;
	/** Called with the path of the complete file, before `finish` resolves. */
	onFinished(path: string): Promise<void>;
}

/**
 * Opens the destination of a fetch. Rejects with a StorageError if the folder is missing, is not writable or has too
 * little space.
 */
export async function openFileSink(file: NamedFile, options: FileSinkOptions): Promise<FileSink> {
	try {
		await access(options.folder, constants.W_OK | constants.X_OK);
		const part = await openPartFile(options.folder, file.name, file.id);
		try {
			const stats = await part.handle.stat({bigint: true});
			const present = Math.min(file.size, Number(stats.blocks) * STAT_BLOCK_BYTES);
			await checkDiskSpace(options.folder, options.option, file.size, present);
			if (part.keptBytes > file.size) await part.handle.truncate(file.size);
			return createFileSink(file, options, part, stateOf(stats));
		} catch (error) {
			await closePartFile(part, part.keptBytes === 0);
			throw error;
		}
	} catch (error) {
		throw toDownloadError(error, options.folder, options.option);
	}
}

function createFileSink(
	file: NamedFile,
	{folder, option, now, markAsReceived, onFinished}: FileSinkOptions,
	part: OpenPartFile,
	place: Pick<FileState, 'inode' | 'device'>,
): FileSink {
	const {size} = file;
	let isEmpty = part.keptBytes === 0;
	let isOpen = true;
	let checkedAt = Number.NEGATIVE_INFINITY;

	/**
	 * Checks that the part file is still at its path. Without this check, a fetch into a deleted folder would write
	 * to a file that nobody can see.
	 */
	async function checkPlace(): Promise<void> {
		const state = await readFileState(part.path);
		checkedAt = now();
		if (state?.inode === place.inode && state.device === place.device) return;
		throw new StorageError('changed', 'the part file was moved or deleted', part.path, 'Fetch the file again.');
	}

	async function close(discards: boolean): Promise<void> {
		if (!isOpen) return;
		isOpen = false;
		const deletes =
			discards &&
			(await checkPlace().then(
				() => true,
				() => false,
			));
		await closePartFile(part, deletes);
	}

	return {
		kept: claimParts(size, part.keptBytes),
		windowParts: WINDOW_PARTS,
		async write(number, bytes) {
			try {
				// The path of the part file is checked only once in CHECK_INTERVAL_MS. `finish` checks it in any
				// case, so that a part file that was deleted or moved is never reported as complete.
				if (now() - checkedAt >= CHECK_INTERVAL_MS) await checkPlace();
				await writeAt(part, number * partSize(size), bytes);
				isEmpty = false;
			} catch (error) {
				throw toDownloadError(error, part.path, option);
			}
		},
		async read(number) {
			const length = partLength(size, number);
			try {
				const bytes = await readAt(part.handle, number * partSize(size), length);
				return bytes.length === length ? bytes : undefined;
			} catch {
				return undefined;
			}
		},
		async finish() {
			try {
				await checkPlace();
				await part.handle.sync();
				const written = stateOf(await part.handle.stat({bigint: true}));
				if (written.size !== size)
					throw new StorageError('changed', 'the part file has another length', part.path, 'Fetch the file again.');
				await markAsReceived(part.path);
				const path = await giveFinalName(part, folder, cleanFileName(file.name));
				await close(false);
				await onFinished(path);
				return path;
			} catch (error) {
				throw toDownloadError(error, part.path, option);
			}
		},
		close: () => close(isEmpty),
		discard: () => close(true),
	};
}

/** The parts that the part file of an unfinished fetch can contain, according to the length of the part file. */
function claimParts(size: number, keptBytes: number): PartSet {
	const parts = emptyPartSet(partCount(size));
	for (let part = 0; part < partCount(size); part++)
		if (part * partSize(size) + partLength(size, part) <= keptBytes) addPart(parts, part);
	return parts;
}

async function writeAt({handle}: OpenPartFile, offset: number, bytes: Uint8Array): Promise<void> {
	for (let written = 0; written < bytes.length; ) {
		const {bytesWritten} = await handle.write(bytes, written, bytes.length - written, offset + written);
		written += bytesWritten;
	}
}

async function closePartFile({path, handle, lock}: OpenPartFile, deletes: boolean): Promise<void> {
	try {
		if (deletes) await unlink(path);
	} catch {
		// If the part file cannot be deleted, it stays on disk. A later fetch of the same content continues it.
	} finally {
		await handle.close().catch(() => {});
		lock.release();
	}
}
