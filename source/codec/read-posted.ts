/**
 * The fast way to read what most entries are: a `posted` in the very form that encodeEntry gives it. Anything else, good or
 * bad, is left to the general way, which gives the same for what both take (a test compares them).
 */
import type {FeedEvent} from '../core/event.js';
import type {PeerId} from '../core/ids.js';
import {MAX_HLC_COUNTER, MAX_TEXT_BYTES} from '../core/limits.js';
import {cleanText} from '../core/text.js';
import {MAX_TIME_MS} from './check.js';

/** Array of 5, text of 6, `posted`; a sixth value makes the first byte 0x96. */
const START = [0x95, 0xa6, 0x70, 0x6f, 0x73, 0x74, 0x65, 0x64];
const FLOAT_64 = 0xcb;
const TRUE = 0xc3;
/** Two floats of 9 bytes stand between the start and the counter. */
const AT_START = START.length;
const MS_START = AT_START + 9;
const COUNTER_START = MS_START + 9;

const float = new Float64Array(1);
const floatBytes = new Uint8Array(float.buffer);
const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
const decoder = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true});

/** A time written as float 64 at `at`; -1 when it is anything else. */
function readTime(bytes: Uint8Array, at: number): number {
	if (bytes[at] !== FLOAT_64) return -1;
	for (let index = 0; index < 8; index++) {
		floatBytes[isLittleEndian ? 7 - index : index] = bytes[at + 1 + index] ?? 0;
	}
	// Plus 0, since -0 is a number of its own to some.
	const time = (float[0] ?? -1) + 0;
	return Number.isInteger(time) && time <= MAX_TIME_MS ? time : -1;
}

function startsAsPosted(bytes: Uint8Array): boolean {
	if ((bytes[0] ?? 0) - 0x95 > 1) return false;
	for (let index = 1; index < START.length; index++) if (bytes[index] !== START[index]) return false;
	return bytes[0] === 0x95 || bytes[0] === 0x96;
}

function readUtf8(bytes: Uint8Array): string | undefined {
	try {
		return decoder.decode(bytes);
	} catch {
		return undefined;
	}
}

/** Undefined: read it the general way. Never throws. */
export function readPosted(bytes: Uint8Array, peer: PeerId, seq: number): FeedEvent | undefined {
	if (!startsAsPosted(bytes)) return undefined;
	const at = readTime(bytes, AT_START);
	const ms = readTime(bytes, MS_START);
	if (at < 0 || ms < 0) return undefined;
	let position = COUNTER_START;
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
	const raw = readUtf8(bytes.subarray(position, end));
	if (raw === undefined) return undefined;
	const text = cleanText(raw);
	return action
		? {type: 'posted', peer, seq, at, ms, counter, text, action: true}
		: {type: 'posted', peer, seq, at, ms, counter, text};
}
