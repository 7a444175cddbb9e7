/**
 * JSON file with the addresses from `--peer` to which a connection succeeded, each with its room, the most recent
 * first.
 */
import {renameSync} from 'node:fs';
import {parseHost} from '../core/parse-target.js';
import {describeSystemError, systemErrorCode} from '../core/system-error.js';
import {findUnusedPath, replaceFileAtomically} from './atomic-file.js';
import {toStorageError} from './errors.js';
import {readTextFile} from './regular-file.js';

export interface RememberedPeer {
	/** Room tag, 16 hexadecimal digits. */
	readonly room: string;
	/** Host name or address as the user typed it. */
	readonly host: string;
	/** TCP port. */
	readonly port: number;
	/** Time of the last successful connection in ms since 1970. */
	readonly worked: number;
}

export const MAX_REMEMBERED_PEERS = 64;
const MAX_FILE_BYTES = 64 * 1024;

interface ReadResult {
	readonly peers: readonly RememberedPeer[];
	/** Warning for the user if the file, or one of the peers in it, is invalid and was skipped. */
	readonly warning?: string;
	/** Error of the system that prevented reading. The content of the file may still be valid. */
	readonly failure?: unknown;
}

/** Reads the remembered peers. Never throws: it skips an invalid file or entry and returns a warning for the user. */
export function readRememberedPeers(path: string): ReadResult {
	try {
		const value: unknown = JSON.parse(readTextFile(path, MAX_FILE_BYTES));
		if (!Array.isArray(value)) throw new Error('the file is not a list');
		const peers = value.filter(isRememberedPeer).slice(0, MAX_REMEMBERED_PEERS);
		if (peers.length === value.length) return {peers};
		return {peers, warning: `Some remembered peers in ${path} are invalid and were skipped.`};
	} catch (error) {
		if (systemErrorCode(error) === 'ENOENT') return {peers: []};
		const warning = `Cannot read the remembered peers in ${path}: ${describeSystemError(error)}.`;
		return {peers: [], warning, ...(systemErrorCode(error) !== undefined && {failure: error})};
	}
}

/**
 * Saves a peer as the first of the list, and removes the oldest peers if there are more than MAX_REMEMBERED_PEERS. If
 * the file is partly invalid, the old file is kept under another name, because the user may have edited it. Throws
 * StorageError if writing fails.
 */
export function rememberPeer(path: string, peer: RememberedPeer): void {
	const known = readRememberedPeers(path);
	if (known.failure !== undefined) throw toStorageError(known.failure, 'cannot remember the peer', path);
	const others = known.peers.filter(
		({room, host, port}) => room !== peer.room || host !== peer.host || port !== peer.port,
	);
	const peers = [peer, ...others].slice(0, MAX_REMEMBERED_PEERS);
	try {
		if (known.warning !== undefined) renameSync(path, findUnusedPath(`${path}.damaged`));
		replaceFileAtomically(path, `${JSON.stringify(peers, null, '\t')}\n`);
	} catch (error) {
		throw toStorageError(error, 'cannot remember the peer', path);
	}
}

function isRememberedPeer(value: unknown): value is RememberedPeer {
	if (typeof value !== 'object' || value === null) return false;
	if (!('room' in value && 'host' in value && 'port' in value && 'worked' in value)) return false;
	const {room, host, port, worked} = value;
	if (typeof room !== 'string' || !/^[0-9a-f]{16}$/.test(room)) return false;
	if (typeof host !== 'string' || parseHost(host) === undefined) return false;
	if (typeof port !== 'number' || !Number.isInteger(port) || port < 1 || port > 65_535) return false;
	return typeof worked === 'number' && Number.isSafeInteger(worked) && worked >= 0;
}
