/**
 * File with the seed (32 bytes) from which the user's identity key in each room is derived. Its content is
 * `p2pchat-ink identity 1 <64 hexadecimal digits> <CRC-32>`.
 */
import {chmodSync, statSync} from 'node:fs';
import {crc32} from 'node:zlib';
import {systemErrorCode} from '../core/system-error.js';
import {createFileAtomically, sleepSync} from './atomic-file.js';
import {StorageError, toStorageError} from './errors.js';
import {readTextFile} from './regular-file.js';

export interface IdentitySeed {
	/** Seed of 32 bytes, which never leaves this machine. */
	readonly seed: Uint8Array;
	/** Warning for the user if other users could read the file. */
	readonly warning?: string;
}

const SEED_FILE_LABEL = 'p2pchat-ink identity 1';
const SEED_FILE_PATTERN = new RegExp(`^${SEED_FILE_LABEL} ([0-9a-f]{64}) ([0-9a-f]{8})\\n$`);
/** Maximum length of an identity file in bytes. A longer file is not read. A valid file has 96 bytes. */
const MAX_FILE_BYTES = 1024;
const MAX_ATTEMPTS = 5;
const RETRY_DELAY_MS = 10;

/**
 * Reads the seed from the file. If the file is missing, creates it with the result of `generateSeed` (32 random
 * bytes). Two processes that create the file at the same time get the same seed. Throws StorageError; its code is
 * `damaged` if the content of the file is not valid.
 */
export function openIdentitySeed(path: string, generateSeed: () => Uint8Array): IdentitySeed {
	try {
		for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
			const text = readIfExists(path);
			const seed = text === undefined ? undefined : parseSeed(text);
			if (seed) return {seed, ...restrictPermissions(path)};
			if (text === undefined) createFileAtomically(path, formatSeed(generateSeed()));
			else sleepSync(RETRY_DELAY_MS);
		}
	} catch (error) {
		throw toStorageError(error, 'cannot read the identity', path);
	}
	throw new StorageError(
		'damaged',
		'the identity file is damaged',
		path,
		'Restore the file from a backup, or move it away to get a new identity. Others will then see another fingerprint.',
	);
}

function readIfExists(path: string): string | undefined {
	try {
		return readTextFile(path, MAX_FILE_BYTES);
	} catch (error) {
		if (systemErrorCode(error) === 'ENOENT') return undefined;
		throw error;
	}
}

function formatSeed(seed: Uint8Array): string {
	const digits = Buffer.from(seed).toString('hex');
	return `${SEED_FILE_LABEL} ${digits} ${checksum(digits)}\n`;
}

function parseSeed(text: string): Uint8Array | undefined {
	const [, digits = '', sum] = SEED_FILE_PATTERN.exec(text) ?? [];
	return sum !== undefined && sum === checksum(digits) ? new Uint8Array(Buffer.from(digits, 'hex')) : undefined;
}

function checksum(digits: string): string {
	return crc32(digits).toString(16).padStart(8, '0');
}

/** Removes the permissions of other users, and returns a warning if there were any. */
function restrictPermissions(path: string): {warning?: string} {
	if (process.platform === 'win32' || (statSync(path).mode & 0o077) === 0) return {};
	try {
		chmodSync(path, 0o600);
		return {warning: `Other users could read your identity file ${path}. Its permissions are now corrected.`};
	} catch {
		return {warning: `Other users can read your identity file ${path}. Run: chmod 600 ${path}`};
	}
}
