/** The 32-byte seed of the user's durable identity: `p2pchat-ink identity 1 <64 hexadecimal digits> <CRC-32>`. */
import {chmodSync, readFileSync, statSync} from 'node:fs';
import {crc32} from 'node:zlib';
import {systemErrorCode} from '../core/system-error.js';
import {createFileAtomically, sleepSync} from './atomic-file.js';
import {StorageError, toStorageError} from './errors.js';

export interface IdentitySeed {
	/** 32 bytes that never leave this machine. */
	readonly seed: Uint8Array;
	readonly warning?: string;
}

const SEED_FILE_LABEL = 'p2pchat-ink identity 1';
const SEED_FILE_PATTERN = new RegExp(`^${SEED_FILE_LABEL} ([0-9a-f]{64}) ([0-9a-f]{8})\\n$`);
const MAX_ATTEMPTS = 5;

/**
 * Reads the seed, or makes it: `fresh` gives 32 random bytes. Of two processes that make it at once, both get the same.
 * Throws StorageError: `damaged` when it is there and not whole.
 */
export function openIdentitySeed(path: string, generateSeed: () => Uint8Array): IdentitySeed {
	try {
		for (let tries = 0; tries < MAX_ATTEMPTS; tries++) {
			const text = readIfExists(path);
			const seed = text === undefined ? undefined : parseSeed(text);
			if (seed) return {seed, ...restrictPermissions(path)};
			if (text === undefined) createFileAtomically(path, formatSeed(generateSeed()));
			else sleepSync(10);
		}
	} catch (error) {
		throw toStorageError(error, 'cannot read the identity', path);
	}
	throw new StorageError(
		'damaged',
		'the identity file is damaged',
		path,
		'Restore it from a copy, or move it away to get a new identity (others will see another fingerprint).',
	);
}

function readIfExists(path: string): string | undefined {
	try {
		return readFileSync(path, 'latin1');
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

/** Others of this computer must not read it; where that cannot be set right, the user is told. */
function restrictPermissions(path: string): {warning?: string} {
	if (process.platform === 'win32' || (statSync(path).mode & 0o077) === 0) return {};
	try {
		chmodSync(path, 0o600);
		return {warning: `Others could read your identity file ${path}; its permissions were set right.`};
	} catch {
		return {warning: `Others can read your identity file ${path}: chmod 600 it.`};
	}
}
