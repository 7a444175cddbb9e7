/**
 * Files of this computer that peers of one room may read. A file is read only while it is unchanged since it was
 * hashed. After a change, the file is not served until the user shares it again, because the id in the `shared` event
 * belongs to the earlier content.
 */
import {constants} from 'node:fs';
import {type FileHandle, open} from 'node:fs/promises';
import type {ServedFile} from '../../core/file-content.js';
import {LruMap} from '../../core/lru-map.js';
import {type FileId, partLength, partSize} from '../../core/shared-file.js';
import type {Share, SharesFile} from './shares-file.js';
import {type FileState, isMissing, isSameState, readAt, readFileState, stateOf} from './source-file.js';

/**
 * Maximum number of served files that are open at the same time. The hashes of the parts of each open file are in
 * memory, at most 512 KiB.
 */
const MAX_OPEN_FILES = 16;
/**
 * Maximum number of served files. It exceeds the number of shares that are kept across restarts plus the number of
 * files that one launch fetches.
 */
const MAX_SERVED_FILES = 65_536;
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

export interface ServedFiles {
	find(id: FileId): ServedFile | undefined;
	/** Serves a file from now on. Replaces an earlier file with the same content. */
	add(share: Share): void;
	/** Closes all files. Reads fail from now on. */
	close(): Promise<void>;
}

/**
 * Minimum interval between two checks that an open file is unchanged. A change between two checks does no harm,
 * because every part is compared with its hash before it is sent.
 */
const CHECK_INTERVAL_MS = 250;

export interface ServedFilesOptions {
	readonly sharesFile: SharesFile;
	/** Monotonic time in ms. */
	now(): number;
	/** Whether `leaves`, the hashes of the parts of a file, belong to the content whose id is in `share`. */
	isValid(share: Share, leaves: Uint8Array): boolean;
	/** Called when a file was changed, replaced or deleted. It is then not served any more. */
	onChanged(share: Share): void;
	/**
	 * Called when a file cannot be read now, for a reason that may be temporary. Called again for the same file only
	 * after the file could be read in between.
	 */
	onUnreadable(share: Share, error: unknown): void;
	/** Access to the disk. Replaced by tests. */
	readonly disk?: ServedDisk;
}

export interface ServedDisk {
	readState(path: string): Promise<FileState | undefined>;
	open(path: string): Promise<FileHandle>;
}

const SYSTEM_DISK: ServedDisk = {readState: readFileState, open: path => open(path, FLAGS)};

interface OpenFile {
	/** Handle of the open file. Undefined if the file at the path is not the shared file any more. */
	readonly handle: Promise<FileHandle | undefined>;
	leaves: Promise<Uint8Array | undefined> | undefined;
	/** Monotonic time of the last check that found the file unchanged. */
	checkedAt: number;
	/**
	 * Number of operations that use the open file at this moment. While there is one, the file is not closed to make
	 * room for another file.
	 */
	users: number;
}

export function createServedFiles(options: ServedFilesOptions): ServedFiles {
	const {sharesFile, now, isValid, onChanged, onUnreadable, disk = SYSTEM_DISK} = options;
	const shares = new Map<FileId, Share>();
	/** Files that cannot be read, and about which the user has been warned. */
	const unreadable = new Set<FileId>();
	/**
	 * Files that are open, the least recently used first. There are more than MAX_OPEN_FILES only while all open files are
	 * in use.
	 */
	const openFiles = new LruMap<FileId, OpenFile>(MAX_SERVED_FILES, {touchOnGet: true});
	let isClosed = false;

	/**
	 * Calls `use` with the open file and returns its result. Returns undefined if the file has changed or cannot be
	 * opened, or if `use` fails.
	 */
	async function withFile<T>(
		share: Share,
		use: (handle: FileHandle, file: OpenFile) => Promise<T>,
	): Promise<T | undefined> {
		if (isClosed) return undefined;
		const file = openFiles.get(share.id) ?? openShare(share);
		file.users++;
		try {
			const handle = await file.handle;
			if (!(handle && (await isUnchanged(share, file)))) {
				forget(share);
				return undefined;
			}
			const result = await use(handle, file);
			unreadable.delete(share.id);
			return result;
		} catch (error) {
			pause(share, file, error);
			return undefined;
		} finally {
			file.users--;
		}
	}

	async function isUnchanged({state, path}: Share, file: OpenFile): Promise<boolean> {
		const at = now();
		if (at - file.checkedAt < CHECK_INTERVAL_MS) return true;
		if (!isSameState(state, await disk.readState(path))) return false;
		file.checkedAt = at;
		return true;
	}

	function openShare(share: Share): OpenFile {
		if (openFiles.size >= MAX_OPEN_FILES) {
			const evicted = openFiles.evictOldest(({users}) => users === 0);
			if (evicted) void closeHandle(evicted[1]);
		}
		const file = {handle: openUnchanged(share, disk), leaves: undefined, checkedAt: Number.NEGATIVE_INFINITY, users: 0};
		openFiles.set(share.id, file);
		return file;
	}

	/** Closes a file that cannot be read now. When a peer next requests a part of the file, this node tries again. */
	function pause(share: Share, file: OpenFile, error: unknown): void {
		// Nothing to do: everything is closed, another operation has closed this file already, or the user has shared
		// another file with this id.
		if (isClosed || openFiles.get(share.id) !== file) return;
		void closeFile(share.id);
		if (unreadable.has(share.id)) return;
		unreadable.add(share.id);
		onUnreadable(share, error);
	}

	function closeFile(id: FileId): Promise<void> {
		const file = openFiles.get(id);
		openFiles.delete(id);
		return file ? closeHandle(file) : Promise.resolve();
	}

	function forget(share: Share): void {
		if (isClosed || shares.get(share.id) !== share) return;
		shares.delete(share.id);
		void closeFile(share.id);
		onChanged(share);
	}

	async function readLeaves(share: Share): Promise<Uint8Array | undefined> {
		const leaves = await sharesFile.readLeaves(share.id);
		return leaves && isValid(share, leaves) ? leaves : undefined;
	}

	function serve(share: Share): ServedFile {
		const {id, state} = share;
		return {
			id,
			size: state.size,
			leaves: () =>
				withFile(share, async (_, file) => {
					file.leaves ??= readLeaves(share);
					const leaves = await file.leaves;
					// If the hashes could not be read, this node tries again when the next peer needs them.
					if (!leaves) file.leaves = undefined;
					return leaves;
				}),
			read(part) {
				const length = partLength(state.size, part);
				return withFile(share, async handle => {
					const bytes = await readAt(handle, part * partSize(state.size), length);
					// If the file has become shorter, it has changed since the last check.
					if (bytes.length < length) forget(share);
					return length > 0 && bytes.length === length ? bytes : undefined;
				});
			},
		};
	}

	return {
		find(id) {
			const share = shares.get(id);
			return share && serve(share);
		},
		add(share) {
			void closeFile(share.id);
			shares.set(share.id, share);
		},
		async close() {
			isClosed = true;
			await Promise.all([...openFiles.keys()].map(closeFile));
		},
	};
}

/**
 * Opens a shared file. Undefined if the file at its path is not the shared file any more. Rejects with the error of
 * the system if the file cannot be opened now.
 */
async function openUnchanged({path, state}: Share, disk: ServedDisk): Promise<FileHandle | undefined> {
	// The state of the file is checked before it is opened, because a device may have replaced the file, and opening
	// a device may have an effect.
	if (!isSameState(state, await disk.readState(path))) return undefined;
	let handle: FileHandle | undefined;
	try {
		handle = await disk.open(path);
		if (isSameState(state, stateOf(await handle.stat({bigint: true})))) return handle;
	} catch (error) {
		await handle?.close().catch(() => {});
		if (isMissing(error)) return undefined;
		throw error;
	}
	await handle.close().catch(() => {});
	return undefined;
}

async function closeHandle({handle}: OpenFile): Promise<void> {
	await handle.then(file => file?.close()).catch(() => {});
}
