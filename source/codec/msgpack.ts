/**
 * The one Packr, and the only importer of msgpackr. `useRecords: false` and `variableMapSize: true` because msgpackr
 * otherwise writes records of its own and wide maps; integers above 2^32 are written as float 64, which every reader
 * takes.
 */
// The entry without the native string extractor: short frames gain nothing from it, and texts in invalid UTF-8 would
// read differently on nodes that have it and nodes that do not.
import {Packr} from 'msgpackr/pack';
import {ProtocolError} from '../core/errors.js';
import {MAX_NESTING, MAX_VALUES} from '../core/limits.js';

const packr = new Packr({
	useRecords: false,
	variableMapSize: true,
	encodeUndefinedAsNil: true,
	int64AsType: 'auto' as 'number',
});

/** A plain Uint8Array over the same memory: `slice` of a Buffer does not copy, which nobody expects of bytes. */
function toPlainUint8Array(bytes: Uint8Array): Uint8Array {
	if (bytes.constructor === Uint8Array) return bytes;
	return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

/**
 * The bytes are the caller's to keep and never written again, but share memory with what is packed before and after:
 * copy (`slice()`) what is kept for long, lest a few bytes hold a whole buffer.
 */
export function pack(value: unknown): Uint8Array {
	return toPlainUint8Array(packr.pack(value));
}

/**
 * One value from all of `bytes`. Byte strings inside are views of `bytes`, maps are plain objects. Throws ProtocolError for
 * anything that `scanMessagePack` refuses, and nothing else.
 */
export function unpack(bytes: Uint8Array): unknown {
	validateMessagePack(bytes);
	try {
		return packr.unpack(toPlainUint8Array(bytes));
	} catch (error) {
		throw new ProtocolError('bad-msgpack', 'the bytes are not MessagePack', {cause: error});
	}
}

/**
 * One walk over MessagePack bytes before anything is built from them (protocol.md, Encoding): exactly one value, nothing
 * behind it, nesting of MAX_NESTING and MAX_VALUES in all at most, no count that the bytes cannot hold, map keys that are strings and not
 * `__proto__`, texts in valid UTF-8, no extension types, no integer beyond 2^53. After it, unpacking needs no guard and costs what the bytes
 * are worth.
 */

/** Values still to come at each depth; a map counts keys and values. Scanning never re-enters, so one pair serves all. */
const remaining = new Float64Array(MAX_NESTING + 1);
const inMap = new Uint8Array(MAX_NESTING + 1);

const PROTO = [...'__proto__'].map(character => character.charCodeAt(0));

/** Header length in bytes of the tokens from 0xc4 (bin 8) to 0xdf (map 32); 0 for what is refused. */
const HEADER_BYTES = new Uint8Array([
	2, 3, 5, 0, 0, 0, 5, 9, 2, 3, 5, 9, 2, 3, 5, 9, 0, 0, 0, 0, 0, 2, 3, 5, 3, 5, 3, 5,
]);

function createTruncatedError(): ProtocolError {
	return new ProtocolError('truncated', 'the value ends before its bytes do');
}

function readBigEndian(bytes: Uint8Array, at: number, width: number): number {
	let value = 0;
	for (let index = at; index < at + width; index++) value = value * 256 + (bytes[index] ?? 0);
	return value;
}

function isProto(bytes: Uint8Array, at: number, length: number): boolean {
	return length === PROTO.length && PROTO.every((code, index) => bytes[at + index] === code);
}

/** Refuses 64-bit integers that a number cannot hold; `at` is that of the first of their 8 bytes. */
function checkInt64(bytes: Uint8Array, at: number, signed: boolean): void {
	const high = readBigEndian(bytes, at, 4);
	if (high < 0x20_0000) return;
	if (signed && (high > 0xffe0_0000 || (high === 0xffe0_0000 && readBigEndian(bytes, at + 4, 4) > 0))) return;
	throw new ProtocolError('bad-integer', 'an integer is beyond 53 bits');
}

const strictUtf8 = new TextDecoder('utf-8', {fatal: true});

/** Decoders differ in what they make of bad UTF-8, and every node must read the same. */
function checkUtf8(bytes: Uint8Array, start: number, end: number): void {
	let at = start;
	while (at < end && (bytes[at] ?? 0) < 0x80) at++;
	if (at === end) return;
	try {
		strictUtf8.decode(bytes.subarray(at, end));
	} catch (error) {
		throw new ProtocolError('bad-text', 'a text is not UTF-8', {cause: error});
	}
}

/** Throws ProtocolError unless `bytes` is one acceptable value. Never recurses, never allocates; one loop, since every byte of the network goes through it. */
export function validateMessagePack(bytes: Uint8Array): void {
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
		if (position >= end) throw createTruncatedError();
		const pendingValues = remaining[depth] ?? 0;
		remaining[depth] = pendingValues - 1;
		const isKey = inMap[depth] === 1 && pendingValues % 2 === 0;
		const token = bytes[position] ?? 0;
		let headerBytes = 1;
		/** Bytes behind the header that belong to a text or bytes. */
		let bodyBytes = 0;
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
			bodyBytes = token - 0xa0;
		} else {
			headerBytes = token < 0xc4 ? 0 : (HEADER_BYTES[token - 0xc4] ?? 0);
			if (headerBytes === 0) throw new ProtocolError('bad-type', 'an extension or unused MessagePack type');
			if (position + headerBytes > end) throw createTruncatedError();
			if (token <= 0xc6) bodyBytes = readBigEndian(bytes, position + 1, headerBytes - 1);
			else if (token === 0xcf || token === 0xd3) checkInt64(bytes, position + 1, token === 0xd3);
			else if (token >= 0xd9) {
				const length = readBigEndian(bytes, position + 1, headerBytes - 1);
				if (token <= 0xdb) {
					text = true;
					bodyBytes = length;
				} else {
					map = token >= 0xde;
					count = map ? length * 2 : length;
				}
			}
		}
		if (isKey && (!text || isProto(bytes, position + headerBytes, bodyBytes))) {
			throw new ProtocolError('bad-key', 'a map key is not a plain string');
		}
		position += headerBytes + bodyBytes;
		if (position > end) throw createTruncatedError();
		if (text) checkUtf8(bytes, position - bodyBytes, position);
		if (count >= 0) {
			if (count > end - position) throw createTruncatedError();
			values += count;
			if (values > MAX_VALUES) throw new ProtocolError('too-many-values', `more than ${MAX_VALUES} values`);
			depth++;
			if (depth > MAX_NESTING) throw new ProtocolError('too-deep', `values are nested deeper than ${MAX_NESTING}`);
			remaining[depth] = count;
			inMap[depth] = map ? 1 : 0;
		}
	}
}
