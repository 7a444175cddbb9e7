/**
 * Readers of the decoded fields of messages, entries and records. Each checks one field and returns its typed value,
 * or throws ProtocolError `bad-field` with the path of the field. A path, which can reach the screen, contains only
 * field names of the protocol, never names that a peer chose.
 */

import {ProtocolError} from '../core/errors.js';
import type {PeerId} from '../core/event.js';
import {MAX_ADDRESS_LENGTH} from '../core/limits.js';
import type {FileId} from '../core/shared-file.js';
import {utf8Length} from '../core/text.js';
import {bytesToHex, PEER_ID_BYTES, peerIdFromBytes} from './bytes.js';

/**
 * Latest valid wall time or HLC in ms since 1970: the end of the year 9999, because the program displays years with
 * four digits.
 */
export const MAX_TIME_MS = 253_402_300_799_999;

const FILE_ID_BYTES = 32;

const ADDRESS = /^[\w.:%-]+$/;

type FieldReader<Value> = (value: unknown, path: string) => Value;

/** Throws a ProtocolError with the message "`path` is not `expected`". */
export function failField(path: string, expected: string): never {
	throw new ProtocolError('bad-field', `${path} is not ${expected}`);
}

export function readMap(value: unknown, path: string): Readonly<Record<string, unknown>> {
	if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array) {
		return failField(path, 'a map');
	}
	return value as Record<string, unknown>;
}

/** Reads a list of `min` to `max` values. */
export function readList(value: unknown, path: string, max: number, min = 0): readonly unknown[] {
	if (!Array.isArray(value) || value.length > max || value.length < min) {
		return failField(path, `a list of ${min} to ${max} values`);
	}
	return value;
}

/** Reads a list of at most `max` values. The function `read` checks and returns each value. */
export function readListOf<Value>(value: unknown, path: string, max: number, read: FieldReader<Value>): Value[] {
	const list = readList(value, path, max);
	try {
		return list.map(item => read(item, ''));
	} catch {
		// An item is invalid. The list is read again with a path for each item, which the error message needs. The
		// first reading builds no paths, because building a path costs as much as reading an item.
		return list.map((item, index) => read(item, `${path}[${index}]`));
	}
}

/** Reads an integer from `min` to `max`. */
export function readUint(value: unknown, path: string, max = Number.MAX_SAFE_INTEGER, min = 0): number {
	if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min || value > max) {
		return failField(path, `an integer from ${min} to ${max}`);
	}
	// Adding 0 turns -0, which some encoders write for 0, into 0. Some comparisons in JavaScript distinguish the two.
	return value + 0;
}

/** Reads a time in ms since 1970. */
export function readTime(value: unknown, path: string): number {
	return readUint(value, path, MAX_TIME_MS);
}

export function readBoolean(value: unknown, path: string): boolean {
	return typeof value === 'boolean' ? value : failField(path, 'a boolean');
}

/** Reads a text of at most `maxBytes` in UTF-8. The caller must sanitise it. */
export function readText(value: unknown, path: string, maxBytes: number): string {
	if (typeof value !== 'string') return failField(path, 'a text');
	if (value.length * 3 > maxBytes && utf8Length(value) > maxBytes) {
		return failField(path, `a text of at most ${maxBytes} bytes`);
	}
	return value;
}

/** Reads an IP address or host name. Checks only that it has no spaces or control characters. */
export function readAddress(value: unknown, path: string): string {
	const address = readText(value, path, MAX_ADDRESS_LENGTH);
	return ADDRESS.test(address) ? address : failField(path, 'an address');
}

/** Reads a byte string of exactly `length` bytes. */
export function readBytes(value: unknown, path: string, length: number): Uint8Array {
	if (!(value instanceof Uint8Array) || value.length !== length) return failField(path, `${length} bytes`);
	return value;
}

/** Reads a peer id, which is 32 bytes on the wire. */
export function readPeerId(value: unknown, path: string): PeerId {
	return peerIdFromBytes(readBytes(value, path, PEER_ID_BYTES));
}

/** Reads the id of a file, which is 32 bytes on the wire. */
export function readFileId(value: unknown, path: string): FileId {
	return bytesToHex(readBytes(value, path, FILE_ID_BYTES)) as FileId;
}

/** Reads a field that may be absent or nil, which gives undefined. */
export function readOptional<Value>(value: unknown, path: string, read: FieldReader<Value>): Value | undefined {
	return value === undefined || value === null ? undefined : read(value, path);
}
