/**
 * One walk over MessagePack bytes before anything is built from them (protocol.md, Encoding): exactly one value, nothing
 * behind it, nesting of MAX_NESTING and MAX_VALUES in all at most, no count that the bytes cannot hold, map keys that are strings and not
 * `__proto__`, texts in valid UTF-8, no extension types, no integer beyond 2^53. After it, unpacking needs no guard and costs what the bytes
 * are worth.
 */
import {MAX_NESTING, MAX_VALUES} from '../core/limits.js';
import {ProtocolError} from './errors.js';

/** Values still to come at each depth; a map counts keys and values. Scanning never re-enters, so one pair serves all. */
const remaining = new Float64Array(MAX_NESTING + 1);
const inMap = new Uint8Array(MAX_NESTING + 1);

const PROTO = [...'__proto__'].map(character => character.charCodeAt(0));

/** Header length in bytes of the tokens from 0xc4 (bin 8) to 0xdf (map 32); 0 for what is refused. */
const HEADER = new Uint8Array([2, 3, 5, 0, 0, 0, 5, 9, 2, 3, 5, 9, 2, 3, 5, 9, 0, 0, 0, 0, 0, 2, 3, 5, 3, 5, 3, 5]);

function truncated(): ProtocolError {
	return new ProtocolError('truncated', 'the value ends before its bytes do');
}

function uintAt(bytes: Uint8Array, at: number, width: number): number {
	let value = 0;
	for (let index = at; index < at + width; index++) value = value * 256 + (bytes[index] ?? 0);
	return value;
}

function isProto(bytes: Uint8Array, at: number, length: number): boolean {
	return length === PROTO.length && PROTO.every((code, index) => bytes[at + index] === code);
}

/** Refuses 64-bit integers that a number cannot hold; `at` is that of the first of their 8 bytes. */
function checkInt64(bytes: Uint8Array, at: number, signed: boolean): void {
	const high = uintAt(bytes, at, 4);
	if (high < 0x20_0000) return;
	if (signed && (high > 0xffe0_0000 || (high === 0xffe0_0000 && uintAt(bytes, at + 4, 4) > 0))) return;
	throw new ProtocolError('bad-integer', 'an integer is beyond 53 bits');
}

const utf8 = new TextDecoder('utf-8', {fatal: true});

/** Decoders differ in what they make of bad UTF-8, and every node must read the same. */
function checkUtf8(bytes: Uint8Array, start: number, end: number): void {
	let at = start;
	while (at < end && (bytes[at] ?? 0) < 0x80) at++;
	if (at === end) return;
	try {
		utf8.decode(bytes.subarray(at, end));
	} catch (error) {
		throw new ProtocolError('bad-text', 'a text is not UTF-8', error);
	}
}

/** Throws ProtocolError unless `bytes` is one acceptable value. Never recurses, never allocates; one loop, since every byte of the network goes through it. */
export function scanMessagePack(bytes: Uint8Array): void {
	const end = bytes.length;
	let position = 0;
	let depth = 0;
	let values = 1;
	remaining[0] = 1;
	inMap[0] = 0;
	for (;;) {
		while (remaining[depth] === 0) {
			if (depth === 0) {
				if (position !== end) throw new ProtocolError('trailing-bytes', 'bytes follow the value');
				return;
			}
			depth--;
		}
		if (position >= end) throw truncated();
		const left = remaining[depth] ?? 0;
		remaining[depth] = left - 1;
		const isKey = inMap[depth] === 1 && left % 2 === 0;
		const token = bytes[position] ?? 0;
		let header = 1;
		/** Bytes behind the header that belong to a text or bytes. */
		let body = 0;
		/** Values inside, -1 when it holds none. */
		let count = -1;
		let map = false;
		let text = false;
		if (token < 0x80 || token >= 0xe0 || token === 0xc0 || token === 0xc2 || token === 0xc3) {
			// One byte: small integers, nil, booleans.
		} else if (token < 0x90) {
			map = true;
			count = (token - 0x80) * 2;
		} else if (token < 0xa0) {
			count = token - 0x90;
		} else if (token < 0xc0) {
			text = true;
			body = token - 0xa0;
		} else {
			header = token < 0xc4 ? 0 : (HEADER[token - 0xc4] ?? 0);
			if (header === 0) throw new ProtocolError('bad-type', 'an extension or unused MessagePack type');
			if (position + header > end) throw truncated();
			if (token <= 0xc6) body = uintAt(bytes, position + 1, header - 1);
			else if (token === 0xcf || token === 0xd3) checkInt64(bytes, position + 1, token === 0xd3);
			else if (token >= 0xd9) {
				const length = uintAt(bytes, position + 1, header - 1);
				if (token <= 0xdb) {
					text = true;
					body = length;
				} else {
					map = token >= 0xde;
					count = map ? length * 2 : length;
				}
			}
		}
		if (isKey && (!text || isProto(bytes, position + header, body))) {
			throw new ProtocolError('bad-key', 'a map key is not a plain string');
		}
		position += header + body;
		if (position > end) throw truncated();
		if (text) checkUtf8(bytes, position - body, position);
		if (count >= 0) {
			if (count > end - position) throw truncated();
			values += count;
			if (values > MAX_VALUES) throw new ProtocolError('too-many-values', `more than ${MAX_VALUES} values`);
			depth++;
			if (depth > MAX_NESTING) throw new ProtocolError('too-deep', `values are nested deeper than ${MAX_NESTING}`);
			remaining[depth] = count;
			inMap[depth] = map ? 1 : 0;
		}
	}
}
