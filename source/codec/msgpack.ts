/**
 * The one Packr, and the only importer of msgpackr. `useRecords: false` and `variableMapSize: true` because msgpackr
 * otherwise writes records of its own and wide maps; integers above 2^32 are written as float 64, which every reader
 * takes.
 */
// The entry without the native string extractor: short frames gain nothing from it, and texts in invalid UTF-8 would
// read differently on nodes that have it and nodes that do not.
import {Packr} from 'msgpackr/pack';
import {ProtocolError} from './errors.js';
import {scanMessagePack} from './scan.js';

const packr = new Packr({
	useRecords: false,
	variableMapSize: true,
	encodeUndefinedAsNil: true,
	int64AsType: 'auto' as 'number',
});

/** A plain Uint8Array over the same memory: `slice` of a Buffer does not copy, which nobody expects of bytes. */
function plainBytes(bytes: Uint8Array): Uint8Array {
	if (bytes.constructor === Uint8Array) return bytes;
	return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

/**
 * The bytes are the caller's to keep and never written again, but share memory with what is packed before and after:
 * copy (`slice()`) what is kept for long, lest a few bytes hold a whole buffer.
 */
export function pack(value: unknown): Uint8Array {
	return plainBytes(packr.pack(value));
}

/**
 * One value from all of `bytes`. Byte strings inside are views of `bytes`, maps are plain objects. Throws ProtocolError for
 * anything that `scanMessagePack` refuses, and nothing else.
 */
export function unpack(bytes: Uint8Array): unknown {
	scanMessagePack(bytes);
	try {
		return packr.unpack(plainBytes(bytes));
	} catch (error) {
		throw new ProtocolError('bad-msgpack', 'the bytes are not MessagePack', error);
	}
}
