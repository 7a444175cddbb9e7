/** Peers named with `--peer` that worked, by room, newest first: a small JSON file. Nothing in it is worth failing for. */
import {readFileSync, statSync} from 'node:fs';
import {isIP} from 'node:net';
import {describeSystemError, systemErrorCode} from '../core/system-error.js';
import {replaceFileAtomically} from './atomic-file.js';
import {toStorageError} from './errors.js';

export interface RememberedPeer {
	/** 16 hexadecimal digits of the room tag. */
	readonly room: string;
	/** Host name or address as the user gave it. */
	readonly host: string;
	readonly port: number;
	/** When it last worked, ms. */
	readonly worked: number;
}

export const MAX_REMEMBERED_PEERS = 64;
const MAX_FILE_BYTES = 64 * 1024;
const HOST_NAME = /^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/;

/** Never throws: an unreadable file or entry is left out, with a warning. */
export function readRememberedPeers(path: string): {peers: readonly RememberedPeer[]; warning?: string} {
	try {
		if (statSync(path).size > MAX_FILE_BYTES) throw new Error('it is too long');
		const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
		if (!Array.isArray(value)) throw new Error('it is not a list');
		const peers = value.filter(isRememberedPeer).slice(0, MAX_REMEMBERED_PEERS);
		if (peers.length === value.length) return {peers};
		return {peers, warning: `Some entries of ${path} are ill-formed and were left out.`};
	} catch (error) {
		if (systemErrorCode(error) === 'ENOENT') return {peers: []};
		return {
			peers: [],
			warning: `The remembered peers in ${path} cannot be read: ${describeSystemError(error)}`,
		};
	}
}

/** Puts one in front; the oldest go. Throws StorageError when it cannot be written. */
export function rememberPeer(path: string, peer: RememberedPeer): void {
	const others = readRememberedPeers(path).peers.filter(
		({room, host, port}) => room !== peer.room || host !== peer.host || port !== peer.port,
	);
	const peers = [peer, ...others].slice(0, MAX_REMEMBERED_PEERS);
	try {
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
	if (typeof host !== 'string' || !(isIP(host) > 0 || HOST_NAME.test(host))) return false;
	if (typeof port !== 'number' || !Number.isInteger(port) || port < 1 || port > 65_535) return false;
	return typeof worked === 'number' && Number.isSafeInteger(worked) && worked >= 0;
}
