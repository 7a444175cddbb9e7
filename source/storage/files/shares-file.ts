/**
 * Files of one room that this computer shares, kept across restarts. `shares.json` contains the paths of these files.
 * For each shared file, a separate file contains the hashes of its parts, so that the shared file need not be hashed
 * again after a restart.
 */
import {existsSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {MAX_FILE_PARTS} from '../../core/limits.js';
import {type FileId, isFileId, isFileSize, LEAF_BYTES} from '../../core/shared-file.js';
import {describeSystemError, systemErrorCode} from '../../core/system-error.js';
import {replaceFileAtomically} from '../atomic-file.js';
import {ensurePrivateDirectory} from '../ensure-directory.js';
import {StorageError, toStorageError} from '../errors.js';
import {acquireLock} from '../file-lock.js';
import {readTextFile} from '../regular-file.js';
import type {FileState} from './source-file.js';

/** A file that this computer shares, and its state when it was hashed. */
export interface Share {
	readonly id: FileId;
	/** Absolute path. */
	readonly path: string;
	readonly state: FileState;
}

/** Storage of the shares of one room. */
export interface SharesFile {
	/**
	 * The files that this computer shared before, and a warning for the user if `shares.json` cannot be read. Never
	 * throws.
	 */
	read(): {readonly shares: readonly Share[]; readonly warning?: string};
	/**
	 * Adds a shared file, or replaces the one with the same id. Removes the files shared first if there are more than
	 * MAX_SHARES. Throws StorageError.
	 */
	add(share: Share, leaves: Uint8Array): void;
	/**
	 * Hashes of the parts of a shared file. Undefined if they are missing or cannot be read. The caller verifies that
	 * they belong to the id.
	 */
	readLeaves(id: FileId): Promise<Uint8Array | undefined>;
}

const FORMAT = 1;
const MAX_SHARES = 1024;
const MAX_FILE_BYTES = 8 * 1024 * 1024;
const MAX_PATH_LENGTH = 4096;

/** Opens the storage of shares in a folder. The folder is created when the first share is added. */
export function openSharesFile(folder: string): SharesFile {
	const path = join(folder, 'shares.json');
	const leavesPath = (id: FileId) => join(folder, `${id}.leaves`);
	/**
	 * Hashes of the parts of files that were removed from `shares.json`. These files are served until the program
	 * ends, and then no more.
	 */
	const removed = new Map<FileId, Uint8Array>();
	return {
		read() {
			try {
				return {shares: readShares(path)};
			} catch (error) {
				const reason = error instanceof StorageError ? error.message : describeSystemError(error);
				const warning = `Files that you shared earlier are no longer shared, because ${path} cannot be read: ${reason}. Move this list away and share the files again.`;
				return {shares: [], warning};
			}
		},
		add(share, leaves) {
			try {
				ensurePrivateDirectory(folder);
				const lock = acquireLock(path, 'the list of shared files');
				try {
					writeFileSync(leavesPath(share.id), leaves, {mode: 0o600});
					// The list is read again, because another run of the program in this room may have added a file.
					const shares = [...readShares(path).filter(({id}) => id !== share.id), share];
					const kept = shares.slice(-MAX_SHARES);
					replaceFileAtomically(path, `${JSON.stringify({format: FORMAT, shares: kept}, undefined, '\t')}\n`);
					for (const {id} of shares.slice(0, -MAX_SHARES)) {
						if (existsSync(leavesPath(id))) removed.set(id, readFileSync(leavesPath(id)));
						rmSync(leavesPath(id), {force: true});
					}
				} finally {
					lock.release();
				}
			} catch (error) {
				throw toStorageError(error, 'cannot save the list of shared files', path);
			}
		},
		async readLeaves(id) {
			try {
				const bytes = removed.get(id) ?? (await readFile(leavesPath(id)));
				return bytes.length <= MAX_FILE_PARTS * LEAF_BYTES ? new Uint8Array(bytes) : undefined;
			} catch {
				return undefined;
			}
		},
	};
}

/** Storage of shares in memory, for a launch (run of the program) that keeps nothing on disk. */
export function createMemorySharesFile(): SharesFile {
	const leavesById = new Map<FileId, Uint8Array>();
	return {
		read: () => ({shares: []}),
		add: ({id}, leaves) => void leavesById.set(id, leaves),
		readLeaves: id => Promise.resolve(leavesById.get(id)),
	};
}

/**
 * Reads `shares.json`; no shares if it is missing. Throws StorageError (`damaged`, `newer`) or the error of the
 * system.
 */
function readShares(path: string): readonly Share[] {
	let text: string;
	try {
		text = readTextFile(path, MAX_FILE_BYTES);
	} catch (error) {
		if (systemErrorCode(error) === 'ENOENT') return [];
		throw error;
	}
	const value = parseObject(text);
	if (!value || !('format' in value && 'shares' in value)) throw damaged(path);
	if (value.format !== FORMAT)
		throw new StorageError(
			'newer',
			'the file has an unknown format',
			path,
			'Use the program version that wrote the file, or move the file away.',
		);
	const {shares} = value;
	if (!Array.isArray(shares) || shares.length > MAX_SHARES) throw damaged(path);
	return shares.map(share => readShare(share) ?? fail(damaged(path)));
}

function fail(error: Error): never {
	throw error;
}

function damaged(path: string): StorageError {
	return new StorageError(
		'damaged',
		'the list of shared files is damaged',
		path,
		'Move the list away, and share the files again.',
	);
}

function parseObject(text: string): object | undefined {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === 'object' && value !== null ? value : undefined;
	} catch {
		return undefined;
	}
}

function readShare(value: unknown): Share | undefined {
	if (typeof value !== 'object' || value === null || !('id' in value && 'path' in value && 'state' in value))
		return undefined;
	const {id, path} = value;
	const state = readState(value.state);
	if (typeof id !== 'string' || !isFileId(id) || !state) return undefined;
	if (typeof path !== 'string' || path === '' || path.length > MAX_PATH_LENGTH) return undefined;
	return {id, path, state};
}

function readState(value: unknown): FileState | undefined {
	if (typeof value !== 'object' || value === null) return undefined;
	if (!('size' in value && 'device' in value && 'inode' in value && 'modified' in value)) return undefined;
	const {size, device, inode, modified} = value;
	if (typeof size !== 'number' || !isFileSize(size)) return undefined;
	if (!isDecimal(device) || !isDecimal(inode) || !isDecimal(modified)) return undefined;
	return {size, device, inode, modified};
}

function isDecimal(value: unknown): value is string {
	return typeof value === 'string' && /^-?\d{1,40}$/.test(value);
}
