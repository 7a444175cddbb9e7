/**
 * Files that the user shares. Only regular files are opened: a FIFO would block, and a device or a file of `/proc`
 * has no fixed content. The program remembers the state of a file (size, time of change and others), to find out
 * later whether the file at the path is still the shared one.
 */
import {type BigIntStats, constants} from 'node:fs';
import {type FileHandle, open, realpath, stat} from 'node:fs/promises';
import {resolve} from 'node:path';
import {UsageError} from '../../core/errors.js';
import {MAX_FILE_BYTES} from '../../core/limits.js';
import {isDeviceName} from '../../core/received-name.js';
import {quoteShellArgument} from '../../core/shell-argument.js';
import {systemErrorCode} from '../../core/system-error.js';
import {StorageError} from '../errors.js';
import {expandHome} from '../home-path.js';
import {toSourceError} from './file-error.js';

/** State of a file on disk. If two states differ, the content may differ. */
export interface FileState {
	/** In bytes. */
	readonly size: number;
	/**
	 * Device, inode, and time of the last change in nanoseconds, as decimal digits. They are texts, because a
	 * JavaScript number is exact only up to 53 bits.
	 */
	readonly device: string;
	readonly inode: string;
	readonly modified: string;
}

export interface SourceFile {
	/** Absolute path without symbolic links. */
	readonly path: string;
	readonly state: FileState;
	readonly handle: FileHandle;
}

/**
 * Flags of `open`. With O_NONBLOCK, opening does not wait if a FIFO (named pipe) has replaced the file. Windows has
 * neither O_NONBLOCK nor O_NOCTTY.
 */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);
/**
 * Paths of file systems whose files the kernel creates while they are read, so that these files have no fixed
 * content.
 */
const KERNEL_FOLDERS = /^\/(?:proc|sys)(?:\/|$)/;

/**
 * Refuses paths that are dangerous even to look up. For a UNC path (`\\server\file`), Windows would send the user's
 * password hash to the named server. For a device path, Windows would open the device. Throws UsageError.
 */
export function refuseRemotePath(path: string, platform: string = process.platform): void {
	if (path === '' || path.includes('\0')) throw new UsageError('Name the file to share.');
	const isRemote = path.startsWith('\\\\') || (platform === 'win32' && /^[/\\]{2}/.test(path));
	if (isRemote)
		throw new UsageError(`Not shared: ${path} is a network or device path. Copy the file to this computer.`);
	if (platform === 'win32' && isDeviceName(path.split(/[/\\]/).at(-1) ?? ''))
		throw new UsageError(`Not shared: ${path} is a device.`);
}

/** Opens a file to share. The caller closes the handle. Rejects with UsageError or StorageError. */
export async function openSourceFile(path: string): Promise<SourceFile> {
	refuseRemotePath(path);
	const absolute = resolve(expandHome(path));
	try {
		const real = await realpath(absolute);
		const found = await stat(real, {bigint: true});
		if (found.isDirectory())
			throw new StorageError('not-a-file', 'this is a folder', absolute, describeFolderAdvice(path));
		refuseUnfit(found, real, absolute);
		const handle = await open(real, FLAGS);
		try {
			const opened = await handle.stat({bigint: true});
			refuseUnfit(opened, real, absolute);
			return {path: real, state: stateOf(opened), handle};
		} catch (error) {
			await handle.close();
			throw error;
		}
	} catch (error) {
		throw toSourceError(error, absolute);
	}
}

function refuseUnfit(stats: BigIntStats, real: string, path: string): void {
	if (!stats.isFile() || KERNEL_FOLDERS.test(real))
		throw new StorageError('not-a-file', 'this is not a regular file', path, 'Name another file.');
	if (stats.size > BigInt(MAX_FILE_BYTES))
		throw new StorageError('failed', 'the file is larger than 32 GiB', path, 'Split the file.');
}

/** Advice for a user who tried to share a folder: how to share an archive of it. */
function describeFolderAdvice(path: string): string {
	const name = path.replace(/[/\\]+$/, '').replace(/^.*[/\\]/, '') || 'folder';
	return `Share an archive of the folder: tar c ${quoteShellArgument(path)} | p2pchat-ink send --file - --as ${quoteShellArgument(`${name}.tar`)}`;
}

/**
 * Current state of the file at a path. Undefined if there is no regular file. Rejects with the error of the system if the
 * state cannot be read, for example because too many files are open.
 */
export async function readFileState(path: string): Promise<FileState | undefined> {
	try {
		const stats = await stat(path, {bigint: true});
		return stats.isFile() ? stateOf(stats) : undefined;
	} catch (error) {
		if (isMissing(error)) return undefined;
		throw error;
	}
}

/** Whether the error says that nothing is at the path. Other errors may be temporary. */
export function isMissing(error: unknown): boolean {
	const code = systemErrorCode(error);
	return code === 'ENOENT' || code === 'ENOTDIR';
}

export function stateOf(stats: BigIntStats): FileState {
	return {
		size: Number(stats.size),
		device: String(stats.dev),
		inode: String(stats.ino),
		modified: String(stats.mtimeNs),
	};
}

export function isSameState(a: FileState, b: FileState | undefined): boolean {
	return (
		b !== undefined && a.size === b.size && a.device === b.device && a.inode === b.inode && a.modified === b.modified
	);
}

/** Reads up to `length` bytes at an offset. The result is shorter only at the end of the file. */
export async function readAt(handle: FileHandle, offset: number, length: number): Promise<Uint8Array> {
	// The memory is not filled with zeros, because the result contains only bytes that were read.
	const bytes = new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
	let filled = 0;
	while (filled < length) {
		const {bytesRead} = await handle.read(bytes, filled, length - filled, offset + filled);
		if (bytesRead === 0) break;
		filled += bytesRead;
	}
	return filled === length ? bytes : bytes.subarray(0, filled);
}
