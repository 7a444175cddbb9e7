/**
 * Files of a running keeper on this computer: its socket, and a description for `attach`, which contains the token of
 * the keeper. Both are in folders that only the user can enter. In addition, each side of a connection proves that it
 * knows the token, which only this user can read.
 */
import {createHash, randomBytes} from 'node:crypto';
import {existsSync, lstatSync, readdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {bytesToHex} from '../../codec/bytes.js';
import {replaceFileAtomically} from '../../storage/atomic-file.js';
import {ensurePrivateDirectory} from '../../storage/ensure-directory.js';
import {StorageError} from '../../storage/errors.js';
import {acquireLock, type FileLock} from '../../storage/file-lock.js';
import {readTextFile} from '../../storage/regular-file.js';
import {attachCommand} from './attach-command.js';

/** What `attach` needs to know about a keeper. */
export interface KeeperDescription {
	readonly room: string;
	/** Tag of the room, hexadecimal. */
	readonly tag: string;
	/** Path of the socket, or name of the pipe on Windows. */
	readonly socket: string;
	/** 64 hexadecimal digits. */
	readonly token: string;
	readonly pid: number;
	readonly version: string;
}

/** On some systems the path of a Unix socket has at most 104 bytes, including a final zero byte. */
const MAX_SOCKET_BYTES = 100;
const MAX_DESCRIPTION_BYTES = 16 * 1024;
const MAX_KEEPERS = 64;
const TOKEN_BYTES = 32;

/** Folder of the descriptions in the data folder `root`. */
export function keeperFolder(root: string): string {
	return join(root, 'keep');
}

/** Path of the socket of a room. It is short enough for every system. Throws StorageError. */
export function socketPath(root: string, tag: string): string {
	const name = createHash('sha256').update(`${root}\0${tag}`).digest('hex').slice(0, 24);
	if (process.platform === 'win32') return `\\\\.\\pipe\\p2pchat-ink-${name}`;
	const path = join(keeperFolder(root), `${tag}.sock`);
	if (Buffer.byteLength(path) <= MAX_SOCKET_BYTES) return path;
	// The temporary folder of the system is shared by all users. So the folder of the socket in it must belong to this
	// user, and no other user may enter it.
	const folder = join(tmpdir(), `p2pchat-ink-keep-${process.getuid?.() ?? 'user'}`);
	ensurePrivateDirectory(folder);
	const {mode, uid} = lstatSync(folder);
	if ((mode & 0o077) !== 0 || (process.getuid !== undefined && uid !== process.getuid()))
		throw new StorageError(
			'failed',
			'other users can enter the folder',
			folder,
			'Remove the folder, or use --data-dir.',
		);
	return join(folder, `${name}.sock`);
}

/** A room for which this process is the keeper. While it is claimed, no other process of the user can keep the room. */
export interface ClaimedRoom {
	/** Description with a new token. It is not saved yet. */
	readonly description: KeeperDescription;
	release(): void;
}

/**
 * Claims a room for a new keeper. Only the process that has claimed the room may remove a socket that a killed keeper left.
 * Throws an Error if a keeper of the room runs, a StorageError, or an error of the system.
 */
export function claimRoom(
	root: string,
	keeper: {readonly room: string; readonly tag: Uint8Array; readonly version: string},
): ClaimedRoom {
	const tag = bytesToHex(keeper.tag);
	ensurePrivateDirectory(root);
	ensurePrivateDirectory(keeperFolder(root));
	const {room, version} = keeper;
	const lock = lockRoom(join(keeperFolder(root), tag), room);
	const token = randomBytes(TOKEN_BYTES).toString('hex');
	const description = {room, tag, socket: socketPath(root, tag), token, pid: process.pid, version};
	return {description, release: () => lock.release()};
}

function lockRoom(path: string, room: string): FileLock {
	try {
		return acquireLock(path, 'the room', `To open its screen: ${attachCommand(room)}`);
	} catch (error) {
		if (!(error instanceof StorageError) || error.code !== 'locked') throw error;
		throw new Error(`A keeper of room ${room} runs already. ${error.advice}`, {cause: error});
	}
}

export function saveDescription(root: string, description: KeeperDescription): void {
	replaceFileAtomically(join(keeperFolder(root), `${description.tag}.json`), `${JSON.stringify(description)}\n`);
}

/** Removes the description, unless another keeper has replaced it. */
export function removeDescription(root: string, {tag, token}: KeeperDescription): void {
	const path = join(keeperFolder(root), `${tag}.json`);
	if (readDescription(path)?.token === token) rmSync(path, {force: true});
}

/**
 * Descriptions of the keepers of this user. Some of them may no longer run, because a keeper that is killed cannot
 * remove its description.
 */
export function listKeepers(root: string): KeeperDescription[] {
	const folder = keeperFolder(root);
	if (!existsSync(folder)) return [];
	const names = readdirSync(folder).filter(name => /^[0-9a-f]{16}\.json$/.test(name));
	return names.slice(0, MAX_KEEPERS).flatMap(name => readDescription(join(folder, name)) ?? []);
}

/** Reads a description. Undefined if the file is missing or damaged, or if other users can read it. */
function readDescription(path: string): KeeperDescription | undefined {
	try {
		const {mode, uid} = lstatSync(path);
		const isOurs = process.getuid === undefined || (uid === process.getuid() && (mode & 0o077) === 0);
		if (!isOurs) return undefined;
		const value: unknown = JSON.parse(readTextFile(path, MAX_DESCRIPTION_BYTES));
		return isDescription(value) ? value : undefined;
	} catch {
		return undefined;
	}
}

function isDescription(value: unknown): value is KeeperDescription {
	if (typeof value !== 'object' || value === null) return false;
	const fields: Readonly<Record<string, unknown>> = Object.fromEntries(Object.entries(value));
	return (
		['room', 'socket', 'version'].every(name => typeof fields[name] === 'string') &&
		typeof fields.tag === 'string' &&
		/^[0-9a-f]{16}$/.test(fields.tag) &&
		typeof fields.token === 'string' &&
		/^[0-9a-f]{64}$/.test(fields.token) &&
		Number.isSafeInteger(fields.pid)
	);
}
