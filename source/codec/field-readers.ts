/**
 * Field readers over decoded values: each returns the typed value or throws ProtocolError `bad-field` with the path that
 * failed. Paths name fields of ours, never keys that a peer chose.
 */

import {ProtocolError} from '../core/errors.js';
import {isPeerId, type PeerId} from '../core/event.js';
import {peerIdFromBytes, utf8Length} from './bytes.js';

/** Latest wall time or HLC taken: the end of the year 9999, so that every time can be shown. ms since 1970. */
export const MAX_TIME_MS = 253_402_300_799_999;

export type FieldReader<Value> = (value: unknown, path: string) => Value;

export function failField(path: string, expected: string): never {
	throw new ProtocolError('bad-field', `${path} is not ${expected}`);
}

export function readMap(value: unknown, path: string): Readonly<Record<string, unknown>> {
	if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array) {
		return failField(path, 'a map');
	}
	return value as Record<string, unknown>;
}

/** An array of `min` to `max` values. */
export function readList(value: unknown, path: string, max: number, min = 0): readonly unknown[] {
	if (!Array.isArray(value) || value.length > max || value.length < min) {
		return failField(path, `a list of ${min} to ${max} values`);
	}
	return value;
}

/** Each value of a list through `read`. */
export function readListOf<Value>(value: unknown, path: string, max: number, read: FieldReader<Value>): Value[] {
	const list = readList(value, path, max);
	try {
		return list.map(item => read(item, ''));
	} catch {
		// Paths cost as much as reading: they are made when one is to be told.
		return list.map((item, index) => read(item, `${path}[${index}]`));
	}
}

/** A whole number from `min` to `max`. */
export function readUint(value: unknown, path: string, max = Number.MAX_SAFE_INTEGER, min = 0): number {
	if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min || value > max) {
		return failField(path, `an integer from ${min} to ${max}`);
	}
	// -0 is written like 0 by some and would compare unequal in tests and maps.
	return value + 0;
}

/** Milliseconds since 1970. */
export function readTime(value: unknown, path: string): number {
	return readUint(value, path, MAX_TIME_MS);
}

export function readBoolean(value: unknown, path: string): boolean {
	return typeof value === 'boolean' ? value : failField(path, 'a boolean');
}

/** A text of at most `maxBytes` in UTF-8. Not cleaned. */
export function readText(value: unknown, path: string, maxBytes: number): string {
	if (typeof value !== 'string') return failField(path, 'a text');
	if (value.length * 3 > maxBytes && utf8Length(value) > maxBytes) {
		return failField(path, `a text of at most ${maxBytes} bytes`);
	}
	return value;
}

/** Exactly `length` bytes. */
export function readBytes(value: unknown, path: string, length: number): Uint8Array {
	if (!(value instanceof Uint8Array) || value.length !== length) return failField(path, `${length} bytes`);
	return value;
}

/** `min` to `max` bytes. */
export function readBytesUpTo(value: unknown, path: string, max: number, min = 0): Uint8Array {
	if (!(value instanceof Uint8Array) || value.length > max || value.length < min) {
		return failField(path, `${min} to ${max} bytes`);
	}
	return value;
}

/** A peer id: 32 bytes on the wire. */
export function readPeerId(value: unknown, path: string): PeerId {
	return peerIdFromBytes(readBytes(value, path, 32));
}

/** A peer id as its 64 hexadecimal digits, as it stands in maps of state. */
export function readPeerIdText(value: unknown, path: string): PeerId {
	return typeof value === 'string' && isPeerId(value) ? value : failField(path, 'a peer id');
}

/** Undefined when absent or nil. */
export function readOptional<Value>(value: unknown, path: string, read: FieldReader<Value>): Value | undefined {
	return value === undefined || value === null ? undefined : read(value, path);
}
