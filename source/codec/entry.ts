/**
 * Codec of entries, the events of a feed as bytes (protocol.md, Entries). An entry is a MessagePack array
 * `[kind, at, ms, counter, …fields]`, without author and seq. `at` is the wall clock of the author; `ms` and `counter` are
 * the author's hybrid logical clock (HLC). The fields of each kind:
 *
 *     joined    name, [address, …], version, identity key (bin 32 or nil), its signature (bin 64 or nil), keeper (true, or absent)
 *     posted    text, action (true, or absent), reply ([peer, seq], or absent), window (true, false, or absent)
 *     shared    name, size, file id (bin 32), note (or absent)
 *     renamed   name
 *     moved     [address, …]
 *     left
 *     lost      subject (bin 32), absence number
 *     returned  absence number
 *     marked    peer (bin 32), seq, word, on (true, or absent)
 *     corrected peer (bin 32), seq, text
 *     withdrawn peer (bin 32), seq
 *     pinned    peer (bin 32), seq, on (true, or absent)
 *
 * Decoders ignore additional values, which later versions may add.
 */

import {ProtocolError} from '../core/errors.js';
import type {EventRef, FeedEvent, FeedEventBody, Hlc, PeerId} from '../core/event.js';
import {
	MAX_ADDRESSES,
	MAX_ENTRY_BYTES,
	MAX_FILE_BYTES,
	MAX_FILE_NAME_BYTES,
	MAX_HLC_COUNTER,
	MAX_NAME_BYTES,
	MAX_NOTE_BYTES,
	MAX_TEXT_BYTES,
	MAX_VERSION_LENGTH,
	MAX_WORD_BYTES,
} from '../core/limits.js';
import {cleanLine, cleanName, cleanText, isReactionWord, utf8Length} from '../core/text.js';
import {hexToBytes} from './bytes.js';
import {
	failField,
	readAddress,
	readBytes,
	readFileId,
	readList,
	readListOf,
	readOptional,
	readPeerId,
	readText,
	readTime,
	readUint,
} from './field-readers.js';
import {pack, unpack} from './msgpack.js';
import {decodePostedFast} from './posted-fast.js';

/**
 * Claim in a `joined` entry that its author is the user with this identity key. The claim is not trusted until
 * feed/identity.ts has verified the signature.
 */
export interface IdentityClaim {
	/** Ed25519 public key of the identity, 32 bytes. */
	readonly key: Uint8Array;
	/** Signature by `key` over the room tag and the peer id of the author, 64 bytes. */
	readonly signature: Uint8Array;
}

type JoinedBody = Omit<Extract<FeedEventBody, {type: 'joined'}>, 'identity'> & {readonly identity?: IdentityClaim};

/**
 * Content of an event to encode, of any kind except `unreadable`. A `joined` contains the signed claim to an identity
 * instead of a verified identity.
 */
export type EntryBody = Exclude<FeedEventBody, {type: 'joined' | 'unreadable'}> | JoinedBody;

/**
 * Encodes an entry. `at`: wall clock in ms since 1970. The caller may keep the result: its bytes never change, and
 * its buffer contains only entries, so it keeps no other data in memory.
 */
export function encodeEntry(body: EntryBody, at: number, hlc: Hlc): Uint8Array {
	return copyToSlab(pack(entryFields(body, at, hlc)));
}

/**
 * Decodes an entry. Never throws. If an entry is malformed or of unknown kind, the result is an `unreadable` event
 * with the time of the entry, or with time 0 if the time cannot be read. Texts and names are sanitised. A `joined`
 * event has no identity in the result: see `readIdentityClaim`.
 */
export function decodeEntry(bytes: Uint8Array, peer: PeerId, seq: number): FeedEvent {
	return decodePostedFast(bytes, peer, seq) ?? decodeEntryGeneric(bytes, peer, seq);
}

/**
 * Reads the identity claim from the bytes of a `joined` entry, without verifying it. Undefined if the entry has none.
 * Never throws.
 */
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
 * Decodes an entry of any kind. Exported for the test that compares the results of `decodePostedFast` with the
 * results of this function.
 */
export function decodeEntryGeneric(bytes: Uint8Array, peer: PeerId, seq: number): FeedEvent {
	let [at, ms, counter] = [0, 0, 0];
	try {
		if (bytes.length > MAX_ENTRY_BYTES) failField('entry', `at most ${MAX_ENTRY_BYTES} bytes`);
		const fields = readList(unpack(bytes), 'entry', 64, 4);
		const head = {
			at: readTime(fields[1], 'at'),
			ms: readTime(fields[2], 'ms'),
			counter: readUint(fields[3], 'counter', MAX_HLC_COUNTER),
		};
		({at, ms, counter} = head);
		// The spread comes last. If it came first, V8 would create a separate hidden class for each event (see `extend`
		// in core/memory-cost.ts).
		return {peer, seq, at, ms, counter, ...readEntryBody(fields)};
	} catch (error) {
		return {peer, seq, at, ms, counter, type: 'unreadable', reason: unreadableReason(error)};
	}
}

/** Fields of an entry as the array that `pack` encodes. */
function entryFields(body: EntryBody, at: number, {ms, counter}: Hlc): readonly unknown[] {
	const {type} = body;
	switch (type) {
		case 'joined': {
			const {name, addresses, version, identity} = body;
			const claim = [identity?.key ?? null, identity?.signature ?? null];
			return [type, at, ms, counter, name, addresses, version, ...claim, ...(body.keeper ? [true] : [])];
		}
		case 'posted':
			if (body.replyTo || body.window) {
				const reply = body.replyTo ? refFields(body.replyTo) : null;
				const fields = [type, at, ms, counter, body.text, body.action ?? null, reply];
				return body.window ? [...fields, body.window === 'opened'] : fields;
			}
			return body.action ? [type, at, ms, counter, body.text, true] : [type, at, ms, counter, body.text];
		case 'shared': {
			const fields = [type, at, ms, counter, body.fileName, body.size, hexToBytes(body.file)];
			return body.note === undefined ? fields : [...fields, body.note];
		}
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
		case 'marked':
			return [type, at, ms, counter, ...refFields(body.target), body.word, body.on];
		case 'corrected':
			return [type, at, ms, counter, ...refFields(body.target), body.text];
		case 'withdrawn':
			return [type, at, ms, counter, ...refFields(body.target)];
		case 'pinned':
			return [type, at, ms, counter, ...refFields(body.target), body.on];
		default:
			return type satisfies never;
	}
}

function refFields({peer, seq}: EventRef): readonly unknown[] {
	return [hexToBytes(peer), seq];
}

const SLAB_BYTES = 8192;
let slab = new Uint8Array(SLAB_BYTES);
let slabUsed = 0;

/**
 * Copies an entry into a buffer that several entries share. Allocating a separate buffer for each entry would take
 * longer than encoding the entry. A view of the encoder's buffer is no alternative, because it would keep that whole
 * buffer in memory.
 */
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

/** Reads and sanitises a name. The length is checked first, because sanitising can shorten a name that is too long. */
function readName(value: unknown, path: string): string {
	return cleanName(readText(value, path, MAX_NAME_BYTES));
}

function readAddresses(value: unknown): readonly string[] {
	return readListOf(value, 'addresses', MAX_ADDRESSES, readAddress);
}

function readRef(peer: unknown, seq: unknown): EventRef {
	return {peer: readPeerId(peer, 'peer'), seq: readUint(seq, 'seq', Number.MAX_SAFE_INTEGER, 1)};
}

/**
 * Reads the reference to the event that a message answers, if there is one. An ill-formed reference is treated as
 * missing, so that the message stays readable.
 */
function readReply(value: unknown): EventRef | undefined {
	if (!Array.isArray(value)) return undefined;
	try {
		const [peer, seq] = readList(value, 'reply', 64, 2);
		return readRef(peer, seq);
	} catch {
		return undefined;
	}
}

/**
 * Reads the word of a reaction. It is not sanitised, because words are compared bytewise. Whoever shows the word
 * sanitises it.
 */
function readWord(value: unknown): string {
	const word = readText(value, 'word', MAX_WORD_BYTES);
	return isReactionWord(word) ? word : failField('word', 'a text without spaces and control characters');
}

function readPosted(fields: readonly unknown[]): FeedEventBody {
	const text = cleanText(readText(fields[4], 'text', MAX_TEXT_BYTES));
	const replyTo = readReply(fields[6]);
	const window = typeof fields[7] === 'boolean' ? (fields[7] ? 'opened' : 'closed') : undefined;
	return {
		type: 'posted',
		text,
		...(fields[5] === true && {action: true}),
		...(replyTo && {replyTo}),
		...(window && {window}),
	};
}

/**
 * Reads the fields of a `shared` entry. An ill-formed note is treated as missing, so that the rest of the entry stays
 * readable.
 */
function readShared(fields: readonly unknown[]): FeedEventBody {
	const fileName = cleanLine(readText(fields[4], 'name', MAX_FILE_NAME_BYTES));
	const size = readUint(fields[5], 'size', MAX_FILE_BYTES);
	const note = typeof fields[7] === 'string' && utf8Length(fields[7]) <= MAX_NOTE_BYTES ? cleanText(fields[7]) : '';
	return {type: 'shared', fileName, size, file: readFileId(fields[6], 'file'), ...(note !== '' && {note})};
}

function readEntryBody(fields: readonly unknown[]): FeedEventBody {
	switch (fields[0]) {
		case 'posted':
			return readPosted(fields);
		case 'joined':
			return {
				type: 'joined',
				name: readName(fields[4], 'name'),
				addresses: readAddresses(fields[5]),
				version: cleanLine(readText(fields[6], 'version', MAX_VERSION_LENGTH)),
				...(fields[9] === true && {keeper: true}),
			};
		case 'shared':
			return readShared(fields);
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
		case 'marked': {
			const target = readRef(fields[4], fields[5]);
			return {type: 'marked', target, word: readWord(fields[6]), on: fields[7] === true};
		}
		case 'corrected': {
			const target = readRef(fields[4], fields[5]);
			return {type: 'corrected', target, text: cleanText(readText(fields[6], 'text', MAX_TEXT_BYTES))};
		}
		case 'withdrawn':
			return {type: 'withdrawn', target: readRef(fields[4], fields[5])};
		case 'pinned':
			return {type: 'pinned', target: readRef(fields[4], fields[5]), on: fields[6] === true};
		default:
			return {type: 'unreadable', reason: 'unknown kind'};
	}
}

function unreadableReason(error: unknown): string {
	return error instanceof ProtocolError ? error.detail : 'malformed';
}
