/** Bytes as text and back, without Node. */

import {ProtocolError} from '../core/errors.js';
import type {PeerId} from '../core/event.js';

const HEX_PAIRS = Array.from({length: 256}, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Lowercase hexadecimal digits, two a byte. */
export function bytesToHex(bytes: Uint8Array): string {
	let text = '';
	for (let index = 0; index < bytes.length; index++) text += HEX_PAIRS[bytes[index] ?? 0];
	return text;
}

/** Value of a hexadecimal digit by its character code. */
const HEX_DIGIT_VALUES = Uint8Array.from({length: 128}, (_, code) => {
	const value = Number.parseInt(String.fromCharCode(code), 16);
	return Number.isNaN(value) ? 0 : value;
});

/** Bytes of an even number of hexadecimal digits. */
export function hexToBytes(hex: string): Uint8Array {
	const bytes = new Uint8Array(hex.length >> 1);
	for (let index = 0; index < bytes.length; index++)
		bytes[index] =
			((HEX_DIGIT_VALUES[hex.charCodeAt(2 * index)] ?? 0) << 4) |
			(HEX_DIGIT_VALUES[hex.charCodeAt(2 * index + 1)] ?? 0);
	return bytes;
}

const PEER_ID_BYTES = 32;
/** Ids read lately, by their first bytes: every record and message names one, and mostly one of a few. */
const PEER_ID_CACHE_SIZE = 1024;
const peerIdCache: {readonly bytes: Uint8Array; readonly peer: PeerId}[] = [];

/** The peer of a 32-byte Ed25519 public key. Equal ids are mostly the same string, so that a log holds each once. */
export function peerIdFromBytes(bytes: Uint8Array): PeerId {
	const slot = ((bytes[0] ?? 0) * 256 + (bytes[1] ?? 0)) % PEER_ID_CACHE_SIZE;
	const cached = peerIdCache[slot];
	if (cached && isEqualBytes(cached.bytes, bytes)) return cached.peer;
	if (bytes.length !== PEER_ID_BYTES) throw new ProtocolError('bad-field', 'a peer id is not 32 bytes');
	const peer = bytesToHex(bytes) as PeerId;
	peerIdCache[slot] = {bytes: Uint8Array.from(bytes), peer};
	return peer;
}

export function isEqualBytes(a: Uint8Array, b: Uint8Array): boolean {
	if (a.length !== b.length) return false;
	for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
	return true;
}

/** Bytes that `text` takes in UTF-8; a lone surrogate counts 3, as it is written. */
export function utf8Length(text: string): number {
	let bytes = 0;
	for (let index = 0; index < text.length; index++) {
		const code = text.codePointAt(index) ?? 0;
		if (code < 0x80) bytes += 1;
		else if (code < 0x800) bytes += 2;
		else if (code < 0x1_0000) bytes += 3;
		else {
			bytes += 4;
			index++;
		}
	}
	return bytes;
}
