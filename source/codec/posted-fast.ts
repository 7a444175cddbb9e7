/**
 * Fast decoder of `posted` entries, which are most entries of every history. It decodes an entry only if its bytes
 * have the form in which `encodeEntry` writes them. A test compares it with the generic decoder.
 */
import type {FeedEvent, PeerId} from '../core/event.js';
import {MAX_HLC_COUNTER, MAX_TEXT_BYTES} from '../core/limits.js';
import {cleanText} from '../core/text.js';
import {decodeUtf8} from './bytes.js';
import {MAX_TIME_MS} from './field-readers.js';

/**
 * First bytes of a `posted` entry without `action`: header of an array of 5 values, header of a string of 6 bytes,
 * and the string `posted`. If the entry has `action`, the first byte is 0x96 (6 values) instead.
 */
const POSTED_PREFIX = [0x95, 0xa6, 0x70, 0x6f, 0x73, 0x74, 0x65, 0x64];
const FLOAT_64 = 0xcb;
const TRUE = 0xc3;
/** Offset of the field `at` in an entry. `at` and the field `ms` after it take 9 bytes each: a tag and a float 64. */
const AT_OFFSET = POSTED_PREFIX.length;
const MS_OFFSET = AT_OFFSET + 9;
const COUNTER_OFFSET = MS_OFFSET + 9;

const floatValue = new Float64Array(1);
const floatBytes = new Uint8Array(floatValue.buffer);
const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/**
 * Reads the time that is encoded as a float 64 at `offset`. Returns -1 for any other encoding and for an invalid
 * time.
 */
function readFloatTime(bytes: Uint8Array, offset: number): number {
	if (bytes[offset] !== FLOAT_64) return -1;
	for (let index = 0; index < 8; index++) {
		floatBytes[isLittleEndian ? 7 - index : index] = bytes[offset + 1 + index] ?? 0;
	}
	// Adding 0 turns -0 into 0.
	const time = (floatValue[0] ?? -1) + 0;
	return Number.isInteger(time) && time <= MAX_TIME_MS ? time : -1;
}

function hasPostedPrefix(bytes: Uint8Array): boolean {
	if ((bytes[0] ?? 0) - 0x95 > 1) return false;
	for (let index = 1; index < POSTED_PREFIX.length; index++) if (bytes[index] !== POSTED_PREFIX[index]) return false;
	return bytes[0] === 0x95 || bytes[0] === 0x96;
}

/**
 * Decodes the bytes that `encodeEntry` writes for a `posted` entry. Returns undefined for any other bytes. Never
 * throws.
 */
export function decodePostedFast(bytes: Uint8Array, peer: PeerId, seq: number): FeedEvent | undefined {
	if (!hasPostedPrefix(bytes)) return undefined;
	const at = readFloatTime(bytes, AT_OFFSET);
	const ms = readFloatTime(bytes, MS_OFFSET);
	if (at < 0 || ms < 0) return undefined;
	let position = COUNTER_OFFSET;
	const byte = (index: number) => bytes[index] ?? 0;
	let counter = byte(position++);
	if (counter === 0xcc) counter = byte(position++);
	else if (counter === 0xcd) {
		counter = byte(position) * 256 + byte(position + 1);
		position += 2;
	} else if (counter >= 0x80) return undefined;
	const token = byte(position++);
	let length = token - 0xa0;
	if (token === 0xd9) length = byte(position++);
	else if (token === 0xda) {
		length = byte(position) * 256 + byte(position + 1);
		position += 2;
	} else if (token < 0xa0 || token > 0xbf) return undefined;
	const action = bytes[0] === 0x96;
	const end = position + length;
	if (length > MAX_TEXT_BYTES || counter > MAX_HLC_COUNTER || end + (action ? 1 : 0) !== bytes.length) return undefined;
	if (action && bytes[end] !== TRUE) return undefined;
	const raw = decodeUtf8(bytes.subarray(position, end));
	if (raw === undefined) return undefined;
	const text = cleanText(raw);
	return action
		? {type: 'posted', peer, seq, at, ms, counter, text, action: true}
		: {type: 'posted', peer, seq, at, ms, counter, text};
}
