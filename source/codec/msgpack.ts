/**
 * MessagePack encoder and decoder (protocol.md, Encoding). No other module imports msgpackr. Input is validated before it
 * is decoded.
 */
// The entry point `msgpackr/pack` has no native string extractor. This extractor is a native addon that reads
// strings. It would not speed up short frames. It also decodes invalid UTF-8 in another way, so nodes with and
// without the addon would read different texts.
import {Packr} from 'msgpackr/pack';
import {ProtocolError} from '../core/errors.js';
import {MAX_NESTING, MAX_VALUES} from '../core/limits.js';
import {decodeUtf8, readBigEndian, toPlainUint8Array} from './bytes.js';

// By default, msgpackr writes objects as a MessagePack extension that other decoders do not know, and writes longer
// headers of maps than necessary. These options prevent both. Integers from 2^32 on are written as float 64, which
// every decoder reads.
const packr = new Packr({
	useRecords: false,
	variableMapSize: true,
	encodeUndefinedAsNil: true,
	int64AsType: 'auto' as 'number',
});

/**
 * Encodes a value. The returned bytes never change, but they share a large buffer with the results of other calls. A
 * caller that keeps a result for long should copy it with `slice()`, because the result keeps the whole buffer in
 * memory.
 */
export function pack(value: unknown): Uint8Array {
	return toPlainUint8Array(packr.pack(value));
}

/**
 * Decodes all of `bytes` as one value. Decoded byte strings share the memory of `bytes`, and maps become plain
 * objects. Throws ProtocolError for bytes that `validateMessagePack` rejects, and no other error.
 */
export function unpack(bytes: Uint8Array): unknown {
	validateMessagePack(bytes);
	try {
		return packr.unpack(toPlainUint8Array(bytes));
	} catch (error) {
		throw new ProtocolError('bad-msgpack', 'the bytes are not MessagePack', {cause: error});
	}
}

// The following variables are the state of a validation. All calls share them, because no two validations run at the
// same time.
/**
 * For each depth of nesting: number of values that must still follow in the list or map. In a map, keys and values
 * are both counted.
 */
const remaining = new Float64Array(MAX_NESTING + 1);
const inMap = new Uint8Array(MAX_NESTING + 1);

const PROTO = [...'__proto__'].map(character => character.charCodeAt(0));

/**
 * Length in bytes of the header of a value, by its first byte (token), from 0xc4 (bin 8) to 0xdf (map 32). 0 for a
 * token that is not allowed.
 */
const HEADER_BYTES = new Uint8Array([
	2, 3, 5, 0, 0, 0, 5, 9, 2, 3, 5, 9, 2, 3, 5, 9, 0, 0, 0, 0, 0, 2, 3, 5, 3, 5, 3, 5,
]);

function createTruncatedError(): ProtocolError {
	return new ProtocolError('truncated', 'the bytes end before the value does');
}

function isProto(bytes: Uint8Array, offset: number, length: number): boolean {
	return length === PROTO.length && PROTO.every((code, index) => bytes[offset + index] === code);
}

/** Rejects a 64-bit integer at `offset` if a JavaScript number cannot represent it exactly. */
function checkInt64(bytes: Uint8Array, offset: number, signed: boolean): void {
	const high = readBigEndian(bytes, offset, 4);
	if (high < 0x20_0000) return;
	if (signed && (high > 0xffe0_0000 || (high === 0xffe0_0000 && readBigEndian(bytes, offset + 4, 4) > 0))) return;
	throw new ProtocolError('bad-integer', 'an integer is beyond 53 bits');
}

/**
 * Rejects invalid UTF-8. Decoders would replace the invalid bytes in different ways, but all nodes must read the same
 * text.
 */
function checkUtf8(bytes: Uint8Array, start: number, end: number): void {
	let position = start;
	while (position < end && (bytes[position] ?? 0) < 0x80) position++;
	if (position === end) return;
	if (decodeUtf8(bytes.subarray(position, end)) === undefined)
		throw new ProtocolError('bad-text', 'a text is not UTF-8');
}

/**
 * Throws ProtocolError unless `bytes` is exactly one acceptable value. A value is acceptable if it nests at most
 * MAX_NESTING levels and has at most MAX_VALUES values; if no count of values exceeds the number of bytes that
 * follow; if all map keys are strings other than `__proto__` and all texts are valid UTF-8; and if it contains no
 * extension types and no integers beyond 2^53. So decoding cannot create wrong objects, and its cost is proportional
 * to the length of the bytes. All bytes from the network pass through this function, so it is one loop without
 * recursion or allocation.
 */
function validateMessagePack(bytes: Uint8Array): void {
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
		/** Length in bytes of the text or byte string after the header. */
		let bodyBytes = 0;
		/** Number of values in a list or map; -1 for other values. */
		let count = -1;
		let isMap = false;
		let isText = false;
		if (token < 0x80 || token >= 0xe0 || token === 0xc0 || token === 0xc2 || token === 0xc3) {
			// The token is the whole value: a small integer, nil or a boolean.
		} else if (token < 0x90) {
			isMap = true;
			count = (token - 0x80) * 2;
		} else if (token < 0xa0) {
			count = token - 0x90;
		} else if (token < 0xc0) {
			isText = true;
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
					isText = true;
					bodyBytes = length;
				} else {
					isMap = token >= 0xde;
					count = isMap ? length * 2 : length;
				}
			}
		}
		if (isKey && (!isText || isProto(bytes, position + headerBytes, bodyBytes))) {
			throw new ProtocolError('bad-key', 'a map key is not a plain string');
		}
		position += headerBytes + bodyBytes;
		if (position > end) throw createTruncatedError();
		if (isText) checkUtf8(bytes, position - bodyBytes, position);
		if (count >= 0) {
			if (count > end - position) throw createTruncatedError();
			values += count;
			if (values > MAX_VALUES) throw new ProtocolError('too-many-values', `more than ${MAX_VALUES} values`);
			depth++;
			if (depth > MAX_NESTING) throw new ProtocolError('too-deep', `values are nested deeper than ${MAX_NESTING}`);
			remaining[depth] = count;
			inMap[depth] = isMap ? 1 : 0;
		}
	}
}
