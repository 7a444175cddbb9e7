/** The 32-byte seed of the user's durable identity: `p2pchat-ink identity 1 <64 hexadecimal digits> <CRC-32>`. */
import {chmodSync, readFileSync, statSync} from 'node:fs';
import {crc32} from 'node:zlib';
import {StorageError, systemCode, toStorageError} from './errors.js';
import {createWholeFile, pauseFor} from './whole-file.js';

export interface IdentitySeed {
	/** 32 bytes that never leave this machine. */
	readonly seed: Uint8Array;
	readonly warning?: string;
}

const LABEL = 'p2pchat-ink identity 1';
const FORM = new RegExp(`^${LABEL} ([0-9a-f]{64}) ([0-9a-f]{8})\\n$`);
const MAX_TRIES = 5;

/**
 * Reads the seed, or makes it: `fresh` gives 32 random bytes. Of two processes that make it at once, both get the same.
 * Throws StorageError: `damaged` when it is there and not whole.
 */
export function openIdentitySeed(path: string, fresh: () => Uint8Array): IdentitySeed {
	try {
		for (let tries = 0; tries < MAX_TRIES; tries++) {
			const text = readIfThere(path);
			const seed = text === undefined ? undefined : parseSeed(text);
			if (seed) return {seed, ...repairMode(path)};
			if (text === undefined) createWholeFile(path, formatSeed(fresh()));
			else pauseFor(10);
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

function readIfThere(path: string): string | undefined {
	try {
		return readFileSync(path, 'latin1');
	} catch (error) {
		if (systemCode(error) === 'ENOENT') return undefined;
		throw error;
	}
}

function formatSeed(seed: Uint8Array): string {
	const digits = Buffer.from(seed).toString('hex');
	return `${LABEL} ${digits} ${checksum(digits)}\n`;
}

function parseSeed(text: string): Uint8Array | undefined {
	const [, digits = '', sum] = FORM.exec(text) ?? [];
	return sum !== undefined && sum === checksum(digits) ? new Uint8Array(Buffer.from(digits, 'hex')) : undefined;
}

function checksum(digits: string): string {
	return crc32(digits).toString(16).padStart(8, '0');
}

/** Others of this computer must not read it; where that cannot be set right, the user is told. */
function repairMode(path: string): {warning?: string} {
	if (process.platform === 'win32' || (statSync(path).mode & 0o077) === 0) return {};
	try {
		chmodSync(path, 0o600);
		return {warning: `Others could read your identity file ${path}; its permissions were set right.`};
	} catch {
		return {warning: `Others can read your identity file ${path}: chmod 600 it.`};
	}
}
