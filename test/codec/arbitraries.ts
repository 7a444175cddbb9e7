/** Arbitrary values of the protocol for property tests. */
import fc from 'fast-check';
import {bytesToHex, peerIdFromBytes} from '../../source/codec/bytes.js';
import type {EntryBody} from '../../source/codec/entry.js';
import {MAX_TIME_MS} from '../../source/codec/field-readers.js';
import type {Message} from '../../source/codec/message-types.js';
import type {Batch} from '../../source/core/batch.js';
import {MAX_FILE_BYTES} from '../../source/core/limits.js';
import type {FileId} from '../../source/core/shared-file.js';

export const bytes = (length: number) => fc.uint8Array({minLength: length, maxLength: length});
export const peerId = bytes(32).map(peerIdFromBytes);
export const time = fc.integer({min: 0, max: MAX_TIME_MS});
export const hlc = fc.record({ms: time, counter: fc.integer({min: 0, max: 65_535})});
/** Text that sanitising does not change. Sanitising has its own tests (test/core/text.test.ts). */
export const token = fc.stringMatching(/^[a-z][a-z0-9]{0,20}$/);
export const text = fc.array(token, {minLength: 1, maxLength: 60}).map(tokens => tokens.join(' '));
export const address = fc.oneof(fc.ipV4(), fc.ipV6());
const addresses = fc.array(address, {maxLength: 4});
const port = fc.integer({min: 1, max: 65_535});
const uint = fc.maxSafeInteger().map(Math.abs);
const ref = fc.record({peer: peerId, seq: fc.integer({min: 1, max: Number.MAX_SAFE_INTEGER})});
const word = fc.constantFrom('👍', '❤️', '👩‍🚀', 'yes', '+1', '0123456789abcdef');

const fileId = bytes(32).map(id => bytesToHex(id) as FileId);
const fileSize = fc.integer({min: 0, max: MAX_FILE_BYTES});

export const entryBody: fc.Arbitrary<EntryBody> = fc.oneof(
	fc.record({
		type: fc.constant('joined' as const),
		name: token,
		addresses,
		version: fc.constantFrom('1.0.0', '2.13.4'),
	}),
	fc.record({
		type: fc.constant('joined' as const),
		name: token,
		addresses,
		version: fc.constant('1.0.0'),
		keeper: fc.constant(true as const),
	}),
	fc.record({type: fc.constant('posted' as const), text}),
	fc.record({type: fc.constant('posted' as const), text, action: fc.constant(true as const)}),
	fc.record({type: fc.constant('posted' as const), text, replyTo: ref}),
	fc.record({type: fc.constant('posted' as const), text, action: fc.constant(true as const), replyTo: ref}),
	fc.record({type: fc.constant('marked' as const), target: ref, word, on: fc.boolean()}),
	fc.record({type: fc.constant('corrected' as const), target: ref, text}),
	fc.record({type: fc.constant('withdrawn' as const), target: ref}),
	fc.record({type: fc.constant('pinned' as const), target: ref, on: fc.boolean()}),
	fc.record({type: fc.constant('shared' as const), fileName: token, size: fileSize, file: fileId}),
	fc.record({
		type: fc.constant('shared' as const),
		fileName: token,
		size: fileSize,
		file: fileId,
		note: text.filter(note => note.length < 1000),
	}),
	fc.record({type: fc.constant('renamed' as const), name: token}),
	fc.record({type: fc.constant('moved' as const), addresses}),
	fc.record({type: fc.constant('left' as const)}),
	fc.record({type: fc.constant('lost' as const), subject: peerId, absence: uint}),
	fc.record({type: fc.constant('returned' as const), absence: uint}),
);

export const batch: fc.Arbitrary<Batch> = fc.record({
	peer: peerId,
	firstSeq: fc.integer({min: 1, max: 2 ** 48}),
	previousHash: bytes(32),
	entries: fc.array(fc.uint8Array({minLength: 1, maxLength: 400}), {minLength: 1, maxLength: 20}),
	signature: bytes(64),
});

const haveFeed = fc.record({peer: peerId, seq: uint, hash: bytes(8)});
const have = fc.constant('have' as const);

export const message: fc.Arbitrary<Message> = fc.oneof(
	fc.record({
		type: fc.constant('hello' as const),
		versions: fc.constant([1, 3] as const),
		peer: peerId,
		name: token,
		port,
		features: fc.array(token, {maxLength: 5}),
		program: fc.constant('1.2.3'),
		clock: time,
		hlc,
		signature: bytes(64),
		mac: bytes(32),
	}),
	fc.record({type: have, kind: fc.constant('digest' as const), digest: bytes(2048)}),
	fc.record({
		type: have,
		kind: fc.constant('page' as const),
		feeds: fc.array(haveFeed, {maxLength: 10}),
		last: fc.boolean(),
	}),
	fc.record({type: have, kind: fc.constant('delta' as const), feeds: fc.array(haveFeed, {maxLength: 10})}),
	fc.record({
		type: fc.constant('want' as const),
		id: uint,
		ranges: fc.array(fc.record({peer: peerId, from: uint.map(value => Math.max(1, value))}), {maxLength: 20}),
	}),
	fc.record({
		type: fc.constant('events' as const),
		batches: fc.array(batch, {maxLength: 20}),
	}),
	fc.record({
		type: fc.constant('events' as const),
		batches: fc.array(batch, {maxLength: 20}),
		answer: uint,
		done: fc.boolean(),
	}),
	fc.record({
		type: fc.constant('peers' as const),
		added: fc.array(
			fc.record({
				peer: peerId,
				addresses: fc.array(fc.record({host: address, port}), {maxLength: 4}),
			}),
			{maxLength: 8},
		),
		removed: fc.array(peerId, {maxLength: 8}),
	}),
	fc.record({type: fc.constant('ping' as const), id: uint}),
	fc.record({type: fc.constant('pong' as const), id: uint, clock: time, hlc}),
	fc.record({
		type: fc.constant('alive' as const),
		peers: fc.array(fc.record({peer: peerId, ageMs: uint}), {maxLength: 8}),
	}),
	fc.record({type: fc.constant('file-ask' as const), id: uint, file: fileId, leaves: fc.boolean()}),
	fc.record({type: fc.constant('file-info' as const), id: uint, have: fc.constant(true as const)}),
	fc.record({
		type: fc.constant('file-info' as const),
		id: uint,
		leaves: bytes(64),
		have: fc.uint8Array({maxLength: 2048}),
	}),
	fc.record({
		type: fc.constant('file-want' as const),
		id: uint,
		file: fileId,
		part: fc.integer({min: 0, max: 16_383}),
		offset: fc.integer({min: 0, max: 2 ** 21 - 1}),
		length: fc.integer({min: 1, max: 262_144}),
	}),
	fc.record({
		type: fc.constant('file-data' as const),
		id: uint,
		bytes: fc.oneof(fc.uint8Array({minLength: 1, maxLength: 300}), fc.constant(new Uint8Array(70_000).fill(7))),
	}),
	fc.record({type: fc.constant('file-none' as const), id: uint}),
	fc.constant({type: 'typing' as const}),
	fc.record({type: fc.constant('whisper' as const), id: uint.map(value => Math.max(1, value)), text: token}),
	fc.record(
		{
			type: fc.constant('whisper-ack' as const),
			id: uint,
			refused: fc.array(
				uint.map(value => Math.max(1, value)),
				{maxLength: 64},
			),
			closed: fc.constant(true as const),
		},
		{requiredKeys: ['type', 'id']},
	),
	fc.record({
		type: fc.constant('bye' as const),
		reason: fc.constantFrom('leaving' as const, 'duplicate', 'self', 'idle', 'overloaded'),
	}),
	fc.record({type: fc.constant('error' as const), code: token, text: token}),
);

/** Replaces every Buffer and Uint8Array by its hexadecimal digits, so that test values can be compared and printed. */
export function plain(value: unknown): unknown {
	if (value instanceof Uint8Array) return `hex ${Buffer.from(value).toString('hex')}`;
	if (Array.isArray(value)) return value.map(plain);
	if (typeof value === 'object' && value !== null) {
		return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item)]));
	}
	return value;
}
