/** Conversions between bytes and other forms: hexadecimal digits, peer ids, UTF-8 texts and big-endian integers. */

import {ProtocolError} from '../core/errors.js';
import type {PeerId} from '../core/event.js';

const HEX_DIGIT_CODES = Uint8Array.from('0123456789abcdef', digit => digit.charCodeAt(0));

/**
 * Encodes bytes as lowercase hexadecimal digits, two for each byte. The string is made in one step. If it were joined
 * from 32 pairs of digits, V8 would keep a tree of 31 strings, which takes ten times the memory.
 */
export function bytesToHex(bytes: Uint8Array): string {
	const codes = new Array<number>(bytes.length * 2);
	for (let index = 0; index < bytes.length; index++) {
		const byte = bytes[index] ?? 0;
		codes[index * 2] = HEX_DIGIT_CODES[byte >> 4] ?? 0;
		codes[index * 2 + 1] = HEX_DIGIT_CODES[byte & 15] ?? 0;
	}
	return String.fromCharCode(...codes);
}

/** Value of each hexadecimal digit, by its character code. */
const HEX_DIGIT_VALUES = Uint8Array.from({length: 128}, (_, code) => {
	const value = Number.parseInt(String.fromCharCode(code), 16);
	return Number.isNaN(value) ? 0 : value;
});

/** Decodes an even number of hexadecimal digits to bytes. */
export function hexToBytes(hex: string): Uint8Array {
	const bytes = new Uint8Array(hex.length >> 1);
	for (let index = 0; index < bytes.length; index++)
		bytes[index] =
			((HEX_DIGIT_VALUES[hex.charCodeAt(2 * index)] ?? 0) << 4) |
			(HEX_DIGIT_VALUES[hex.charCodeAt(2 * index + 1)] ?? 0);
	return bytes;
}

export const PEER_ID_BYTES = 32;

/**
 * Number of slots in the cache of peer ids. A small cache is enough, because most records and messages contain one of
 * a few peer ids.
 */
const PEER_ID_CACHE_SIZE = 1024;
const peerIdCache: {readonly bytes: Uint8Array; readonly peer: PeerId}[] = [];

/**
 * Peer id of an Ed25519 public key of 32 bytes. Throws ProtocolError for another length. Recent ids are cached, so
 * that a million events of a few authors do not keep a million equal strings in memory.
 */
export function peerIdFromBytes(bytes: Uint8Array): PeerId {
	const slot = ((bytes[0] ?? 0) * 256 + (bytes[1] ?? 0)) % PEER_ID_CACHE_SIZE;
	const cached = peerIdCache[slot];
	if (cached && isEqualBytes(cached.bytes, bytes)) return cached.peer;
	if (bytes.length !== PEER_ID_BYTES) throw new ProtocolError('bad-field', 'a peer id is not 32 bytes');
	const peer = bytesToHex(bytes) as PeerId;
	peerIdCache[slot] = {bytes: Uint8Array.from(bytes), peer};
	return peer;
}

/** Whether two byte strings are equal. Not for secrets: the comparison does not take constant time. */
export function isEqualBytes(a: Uint8Array, b: Uint8Array): boolean {
	if (a.length !== b.length) return false;
	for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
	return true;
}

/**
 * Returns a plain Uint8Array over the same memory as `bytes`, which may be a Buffer. Buffers are avoided, because
 * `slice` of a Buffer does not copy, and a view of a Buffer takes twice the memory.
 */
export function toPlainUint8Array(bytes: Uint8Array): Uint8Array {
	if (bytes.constructor === Uint8Array) return bytes;
	return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

const utf8Decoder = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true});

/** Decodes UTF-8; returns undefined if the bytes are not valid UTF-8. Keeps a byte order mark as part of the text. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
	try {
		return utf8Decoder.decode(bytes);
	} catch {
		return undefined;
	}
}

/** Reads an unsigned big-endian integer of `width` bytes. The result is exact for up to 6 bytes. */
export function readBigEndian(bytes: Uint8Array, offset: number, width: number): number {
	let value = 0;
	for (let index = offset; index < offset + width; index++) value = value * 256 + (bytes[index] ?? 0);
	return value;
}

/** Writes an unsigned 32-bit integer in big-endian order. */
export function writeUint32(target: Uint8Array, offset: number, value: number): void {
	target[offset] = value >>> 24;
	target[offset + 1] = value >>> 16;
	target[offset + 2] = value >>> 8;
	target[offset + 3] = value;
}
