/**
 * One event of a feed as bytes (protocol.md, Entries): a MessagePack array `[kind, at, ms, counter, …fields]`, without
 * author and seq. The kind is the event's name; `at` is the author's wall clock, `ms` and `counter` its HLC.
 *
 *     joined    name, [address, …], version, identity key (bin 32 or nil), its signature (bin 64 or nil)
 *     posted    text, action (true; left out otherwise)
 *     renamed   name
 *     moved     [address, …]
 *     left
 *     lost      subject (bin 32), absence number
 *     returned  absence number
 *
 * Values behind these are for later versions and ignored.
 */

import {ProtocolError} from '../core/errors.js';
import type {FeedEvent, FeedEventBody, Hlc, PeerId} from '../core/event.js';
import {
	MAX_ADDRESS_LENGTH,
	MAX_ADDRESSES,
	MAX_ENTRY_BYTES,
	MAX_HLC_COUNTER,
	MAX_NAME_BYTES,
	MAX_TEXT_BYTES,
	MAX_VERSION_LENGTH,
} from '../core/limits.js';
import {cleanLine, cleanName, cleanText} from '../core/text.js';
import {hexToBytes} from './bytes.js';
import {
	failField,
	MAX_TIME_MS,
	readBytes,
	readList,
	readListOf,
	readOptional,
	readPeerId,
	readText,
	readTime,
	readUint,
} from './field-readers.js';
import {pack, unpack} from './msgpack.js';

/** What `joined` says of its identity. Worth nothing until feed/identity.ts has verified the signature. */
export interface IdentityClaim {
	/** Ed25519 public key, 32 bytes. */
	readonly key: Uint8Array;
	/** By that key over room tag and peer id, 64 bytes. */
	readonly signature: Uint8Array;
}

type JoinedBody = Omit<Extract<FeedEventBody, {type: 'joined'}>, 'identity'> & {readonly identity?: IdentityClaim};

/** What can be written: every kind but `unreadable`; `joined` carries a claim in place of a verified identity. */
export type EntryBody = Exclude<FeedEventBody, {type: 'joined' | 'unreadable'}> | JoinedBody;

const ADDRESS = /^[\w.:%-]+$/;

/** The array to pack. */
function entryFields(body: EntryBody, at: number, {ms, counter}: Hlc): readonly unknown[] {
	const {type} = body;
	switch (type) {
		case 'joined': {
			const {name, addresses, version, identity} = body;
			const claim = [identity?.key ?? null, identity?.signature ?? null];
			return [type, at, ms, counter, name, addresses, version, ...claim];
		}
		case 'posted':
			return body.action ? [type, at, ms, counter, body.text, true] : [type, at, ms, counter, body.text];
		case 'renamed':
			return [type, at, ms, counter, body.name];
		case 'moved':
			return [type, at, ms, counter, body.addresses];
		case 'left':
			return [type, at, ms, counter];
		case 'lost':
			return [type, at, ms, counter, hexToBytes(body.subject), body.absence];
		case 'returned':
			return [type, at, ms, counter, body.absence];
		default:
			return type satisfies never;
	}
}

const SLAB_BYTES = 8192;
let slab = new Uint8Array(SLAB_BYTES);
let slabUsed = 0;

/** A copy among other entries: a buffer for each costs more than writing it, one of the packer's may be large. */
function copyToSlab(bytes: Uint8Array): Uint8Array {
	if (bytes.length > SLAB_BYTES / 4) return bytes.slice();
	if (slabUsed + bytes.length > SLAB_BYTES) {
		slab = new Uint8Array(SLAB_BYTES);
		slabUsed = 0;
	}
	slab.set(bytes, slabUsed);
	const copy = slab.subarray(slabUsed, slabUsed + bytes.length);
	slabUsed += bytes.length;
	return copy;
}

/** `at` in ms. The bytes are fit to be kept: they are never written again and share memory with other entries only. */
export function encodeEntry(body: EntryBody, at: number, hlc: Hlc): Uint8Array {
	return copyToSlab(pack(entryFields(body, at, hlc)));
}

/** A name in UTF-8 may be longer than it is after cleaning, so the bound on bytes stands before. */
function readName(value: unknown, path: string): string {
	return cleanName(readText(value, path, MAX_NAME_BYTES));
}

export function readAddress(value: unknown, path: string): string {
	const address = readText(value, path, MAX_ADDRESS_LENGTH);
	return ADDRESS.test(address) ? address : failField(path, 'an address');
}

function readAddresses(value: unknown): readonly string[] {
	return readListOf(value, 'addresses', MAX_ADDRESSES, readAddress);
}

function readEntryBody(fields: readonly unknown[]): FeedEventBody {
	switch (fields[0]) {
		case 'posted': {
			const text = cleanText(readText(fields[4], 'text', MAX_TEXT_BYTES));
			return fields[5] === true ? {type: 'posted', text, action: true} : {type: 'posted', text};
		}
		case 'joined':
			return {
				type: 'joined',
				name: readName(fields[4], 'name'),
				addresses: readAddresses(fields[5]),
				version: cleanLine(readText(fields[6], 'version', MAX_VERSION_LENGTH)),
			};
		case 'renamed':
			return {type: 'renamed', name: readName(fields[4], 'name')};
		case 'moved':
			return {type: 'moved', addresses: readAddresses(fields[4])};
		case 'left':
			return {type: 'left'};
		case 'lost':
			return {type: 'lost', subject: readPeerId(fields[4], 'subject'), absence: readUint(fields[5], 'absence')};
		case 'returned':
			return {type: 'returned', absence: readUint(fields[4], 'absence')};
		default:
			return {type: 'unreadable', reason: 'unknown kind'};
	}
}

function unreadableReason(error: unknown): string {
	return error instanceof ProtocolError ? error.detail : 'ill-formed';
}

/**
 * Never throws: what is ill-formed or unknown is `unreadable`, in its place in time if that can be read, else at 0. Texts
 * and names are cleaned. `joined` comes without identity: see `readIdentityClaim`.
 */
export function decodeEntry(bytes: Uint8Array, peer: PeerId, seq: number): FeedEvent {
	return decodePostedFast(bytes, peer, seq) ?? decodeEntryGeneric(bytes, peer, seq);
}

/** The general way, for every kind; exported for the test that holds the fast one against it. */
export function decodeEntryGeneric(bytes: Uint8Array, peer: PeerId, seq: number): FeedEvent {
	let head = {peer, seq, at: 0, ms: 0, counter: 0};
	try {
		if (bytes.length > MAX_ENTRY_BYTES) failField('entry', `at most ${MAX_ENTRY_BYTES} bytes`);
		const fields = readList(unpack(bytes), 'entry', 64, 4);
		const at = readTime(fields[1], 'at');
		const ms = readTime(fields[2], 'ms');
		head = {peer, seq, at, ms, counter: readUint(fields[3], 'counter', MAX_HLC_COUNTER)};
		return {...head, ...readEntryBody(fields)};
	} catch (error) {
		return {...head, type: 'unreadable', reason: unreadableReason(error)};
	}
}

/** The claim that the bytes of a `joined` carry, or undefined. Never throws. */
export function readIdentityClaim(bytes: Uint8Array): IdentityClaim | undefined {
	try {
		const fields = readList(unpack(bytes), 'entry', 64, 9);
		if (fields[0] !== 'joined') return undefined;
		const key = readOptional(fields[7], 'key', (value, path) => readBytes(value, path, 32));
		const signature = readOptional(fields[8], 'signature', (value, path) => readBytes(value, path, 64));
		return key && signature && {key, signature};
	} catch {
		return undefined;
	}
}

/**
 * The fast way to read what most entries are: a `posted` in the very form that encodeEntry gives it. Anything else, good or
 * bad, is left to the general way, which gives the same for what both take (a test compares them).
 */

/** Array of 5, text of 6, `posted`; a sixth value makes the first byte 0x96. */
const POSTED_PREFIX = [0x95, 0xa6, 0x70, 0x6f, 0x73, 0x74, 0x65, 0x64];
const FLOAT_64 = 0xcb;
const TRUE = 0xc3;
/** Two floats of 9 bytes stand between the start and the counter. */
const AT_OFFSET = POSTED_PREFIX.length;
const MS_OFFSET = AT_OFFSET + 9;
const COUNTER_OFFSET = MS_OFFSET + 9;

const floatValue = new Float64Array(1);
const floatBytes = new Uint8Array(floatValue.buffer);
const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
const utf8Decoder = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true});

/** A time written as float 64 at `at`; -1 when it is anything else. */
function readFloatTime(bytes: Uint8Array, at: number): number {
	if (bytes[at] !== FLOAT_64) return -1;
	for (let index = 0; index < 8; index++) {
		floatBytes[isLittleEndian ? 7 - index : index] = bytes[at + 1 + index] ?? 0;
	}
	// Plus 0, since -0 is a number of its own to some.
	const time = (floatValue[0] ?? -1) + 0;
	return Number.isInteger(time) && time <= MAX_TIME_MS ? time : -1;
}

function hasPostedPrefix(bytes: Uint8Array): boolean {
	if ((bytes[0] ?? 0) - 0x95 > 1) return false;
	for (let index = 1; index < POSTED_PREFIX.length; index++) if (bytes[index] !== POSTED_PREFIX[index]) return false;
	return bytes[0] === 0x95 || bytes[0] === 0x96;
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
	try {
		return utf8Decoder.decode(bytes);
	} catch {
		return undefined;
	}
}

/** Undefined: read it the general way. Never throws. */
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
