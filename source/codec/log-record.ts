/**
 * Codec of records in a log file (protocol.md, The log file). A record is a 4-byte big-endian length and a
 * MessagePack array `[marker bin 8, kind, loggedAt, body, crc uint 32]`. The CRC-32 is always the last 4 bytes. It is
 * computed from all bytes of the record before it, including the length. Later versions can add kinds, but never
 * change one.
 */

import type {Batch} from '../core/batch.js';
import {ProtocolError} from '../core/errors.js';
import type {NoticeLevel, Observation, ObservationBody, ObservationHead} from '../core/event.js';
import {
	MAX_ADDRESS_LENGTH,
	MAX_FRAME_BYTES,
	MAX_HLC_COUNTER,
	MAX_REASON_LENGTH,
	MAX_ROOM_BYTES,
	MAX_TEXT_BYTES,
	MAX_VERSION_LENGTH,
} from '../core/limits.js';
import {extend} from '../core/memory-cost.js';
import {cleanText} from '../core/text.js';
import {batchFields, readBatch} from './batch.js';
import {hexToBytes, readBigEndian, writeUint32} from './bytes.js';
import {
	failField,
	readBoolean,
	readBytes,
	readList,
	readMap,
	readPeerId,
	readText,
	readTime,
	readUint,
} from './field-readers.js';
import {FRAME_HEADER_BYTES} from './frame.js';
import {pack, unpack} from './msgpack.js';

/** One record of the log. `loggedAt`: our wall clock in ms since 1970 when the record was logged. */
export type LogRecord =
	| {readonly type: 'batch'; readonly loggedAt: number; readonly live: boolean; readonly batch: Batch}
	| {readonly type: 'observation'; readonly loggedAt: number; readonly observation: Observation};

/** Header of a log file. The file begins with two equal copies of its header. */
export interface LogHeader {
	/** Version of the file format. This program writes LOG_FORMAT. */
	readonly format: number;
	/** Program version that created the file. */
	readonly version: string;
	/** Room tag, 8 bytes. */
	readonly roomTag: Uint8Array;
	readonly roomName: string;
	/** Time of creation in ms since 1970. */
	readonly created: number;
}

/** Content of a valid log record. `unknown`: its kind is known only to newer program versions; readers skip it. */
export type LogEntry =
	| LogRecord
	| {readonly type: 'header'; readonly header: LogHeader}
	| {readonly type: 'unknown'; readonly kind: string};

/** Computes the CRC-32 (IEEE 802.3, as in zlib). A parameter, because the codec imports no Node modules. */
export type Crc32 = (bytes: Uint8Array) => number;

export const LOG_FORMAT = 1;
export const MARKER_BYTES = 8;
/**
 * Maximum bytes of the header of a log file. Readers look for a header only in the first 2 × MAX_HEADER_BYTES of a
 * file. Content from peers comes after both headers, so it cannot be mistaken for a header.
 */
export const MAX_HEADER_BYTES = 256;
/**
 * Number of bytes of a record before its kind: length field, MessagePack tag of the array, tag and length of the
 * marker, and the marker.
 */
export const RECORD_START_BYTES = FRAME_HEADER_BYTES + 3 + MARKER_BYTES;

const ARRAY_OF_4 = 0x94;
const ARRAY_OF_5 = 0x95;
const BIN_8 = 0xc4;
const UINT_32 = 0xce;
/** Number of bytes of the CRC at the end of a record, including its MessagePack tag. */
const CRC_BYTES = 5;
const MIN_PAYLOAD_BYTES = RECORD_START_BYTES - FRAME_HEADER_BYTES + 3 + CRC_BYTES;
const MAX_KIND_BYTES = 64;

/**
 * Bytes that follow the length field in every record of a file with this marker. After damage, the scanner searches
 * for these bytes to find the next record.
 */
export function recordPrefix(marker: Uint8Array): Uint8Array {
	return Uint8Array.of(ARRAY_OF_5, BIN_8, MARKER_BYTES, ...marker);
}

function encodeRecord(marker: Uint8Array, kind: string, loggedAt: number, body: unknown, crc32: Crc32): Uint8Array {
	const fields = pack([marker, kind, loggedAt, body]);
	if (fields[0] !== ARRAY_OF_4) throw new RangeError('Unexpected array header from the MessagePack encoder');
	const payloadBytes = fields.length + CRC_BYTES;
	if (payloadBytes > MAX_FRAME_BYTES) throw new RangeError(`A record holds at most ${MAX_FRAME_BYTES} bytes`);
	const bytes = new Uint8Array(FRAME_HEADER_BYTES + payloadBytes);
	writeUint32(bytes, 0, payloadBytes);
	bytes.set(fields, FRAME_HEADER_BYTES);
	bytes[FRAME_HEADER_BYTES] = ARRAY_OF_5;
	bytes[bytes.length - CRC_BYTES] = UINT_32;
	const crc = crc32(bytes.subarray(0, bytes.length - 4));
	writeUint32(bytes, bytes.length - 4, crc);
	return bytes;
}

/** Encodes the header of a log file. Throws RangeError if it exceeds MAX_HEADER_BYTES. */
export function encodeLogHeader(header: LogHeader, marker: Uint8Array, crc32: Crc32): Uint8Array {
	const {format, version, roomTag, roomName, created} = header;
	const bytes = encodeRecord(marker, 'header', created, {format, version, roomTag, roomName}, crc32);
	if (bytes.length > MAX_HEADER_BYTES) throw new RangeError(`A log header holds at most ${MAX_HEADER_BYTES} bytes`);
	return bytes;
}

/** Encodes a record of a log file. Throws RangeError if it exceeds MAX_FRAME_BYTES. */
export function encodeLogRecord(record: LogRecord, marker: Uint8Array, crc32: Crc32): Uint8Array {
	if (record.type === 'batch') {
		return encodeRecord(marker, 'batch', record.loggedAt, [record.live, batchFields(record.batch)], crc32);
	}
	return encodeRecord(marker, record.observation.type, record.loggedAt, observationFields(record.observation), crc32);
}

/**
 * `good`: a complete record of `length` bytes with a correct CRC. `bad`: no valid record. `incomplete`: more bytes
 * are needed to decide.
 */
type RecordProbe = {readonly type: 'good'; readonly length: number} | {readonly type: 'bad' | 'incomplete'};

const BAD_RECORD: RecordProbe = {type: 'bad'};
const INCOMPLETE_RECORD: RecordProbe = {type: 'incomplete'};

/**
 * Checks whether a valid record begins at `offset`. Without `marker`, any marker is accepted: a reader learns the
 * marker of a file from its header.
 */
export function probeRecord(
	bytes: Uint8Array,
	offset: number,
	marker: Uint8Array | undefined,
	crc32: Crc32,
): RecordProbe {
	if (bytes.length - offset < RECORD_START_BYTES) return INCOMPLETE_RECORD;
	const payloadBytes = readBigEndian(bytes, offset, 4);
	if (payloadBytes < MIN_PAYLOAD_BYTES || payloadBytes > MAX_FRAME_BYTES) return BAD_RECORD;
	const start = offset + FRAME_HEADER_BYTES;
	if (bytes[start] !== ARRAY_OF_5 || bytes[start + 1] !== BIN_8 || bytes[start + 2] !== MARKER_BYTES) return BAD_RECORD;
	for (let index = 0; marker && index < MARKER_BYTES; index++) {
		if (bytes[start + 3 + index] !== marker[index]) return BAD_RECORD;
	}
	const end = start + payloadBytes;
	if (end > bytes.length) return INCOMPLETE_RECORD;
	if (bytes[end - CRC_BYTES] !== UINT_32) return BAD_RECORD;
	if (crc32(bytes.subarray(offset, end - 4)) !== readBigEndian(bytes, end - 4, 4)) return BAD_RECORD;
	return {type: 'good', length: end - offset};
}

/** Marker in the valid record at `offset`, as a view of `bytes`. All records of a file have the same marker. */
export function markerAt(bytes: Uint8Array, offset: number): Uint8Array {
	const start = offset + RECORD_START_BYTES - MARKER_BYTES;
	return bytes.subarray(start, start + MARKER_BYTES);
}

/**
 * Decodes a valid record. `bytes` contains exactly this record; decoded entries share its memory. Returns undefined
 * if the body of the record is malformed although the CRC is correct. A faulty program must have written such a
 * record; callers report it as damage.
 */
export function decodeLogRecord(bytes: Uint8Array): LogEntry | undefined {
	try {
		const [, kind, loggedAt, body] = readList(unpack(bytes.subarray(FRAME_HEADER_BYTES)), 'record', 5, 5);
		return readLogEntry(readText(kind, 'kind', MAX_KIND_BYTES), readTime(loggedAt, 'loggedAt'), body);
	} catch (error) {
		if (error instanceof ProtocolError) return undefined;
		throw error;
	}
}

function readLogEntry(kind: string, loggedAt: number, body: unknown): LogEntry {
	if (kind === 'batch') {
		const [live, batch] = readList(body, 'body', 16, 2);
		return {type: 'batch', loggedAt, live: readBoolean(live, 'live'), batch: readBatch(batch, 'batch')};
	}
	if (kind === 'header') return {type: 'header', header: readLogHeader(body, loggedAt)};
	if (isObservationKind(kind)) return {type: 'observation', loggedAt, observation: readObservation(kind, body)};
	return {type: 'unknown', kind};
}

function readLogHeader(body: unknown, created: number): LogHeader {
	const fields = readMap(body, 'header');
	return {
		format: readUint(fields.format, 'format', Number.MAX_SAFE_INTEGER, 1),
		version: cleanText(readText(fields.version, 'version', MAX_VERSION_LENGTH)),
		roomTag: readBytes(fields.roomTag, 'roomTag', 8),
		roomName: cleanText(readText(fields.roomName, 'roomName', MAX_ROOM_BYTES)),
		created,
	};
}

// The body of an observation is `[peer bin 32, at, ms, counter, {fields of its kind}]`.

type ObservationKind = Observation['type'];

const OBSERVATION_KINDS: readonly string[] = [
	'launched',
	'peer-connected',
	'peer-disconnected',
	'notice',
	'whisper',
] satisfies ObservationKind[];
const MAX_NOTICE_BYTES = 4096;
const MAX_CODE_BYTES = 64;

function isObservationKind(kind: string): kind is ObservationKind {
	return OBSERVATION_KINDS.includes(kind);
}

/**
 * Body of an observation as the array that `pack` encodes. Texts are sanitised and truncated in the same way as in
 * `readObservation`.
 */
function observationFields(observation: Observation): readonly unknown[] {
	const {peer, at, ms, counter} = observation;
	return [hexToBytes(peer), at, ms, counter, observationBodyFields(observation)];
}

function observationBodyFields(body: ObservationBody): Readonly<Record<string, unknown>> {
	switch (body.type) {
		case 'launched':
			return {version: cleanText(body.version, MAX_VERSION_LENGTH)};
		case 'peer-connected':
			return {subject: hexToBytes(body.subject), address: cleanText(body.address, MAX_ADDRESS_LENGTH)};
		case 'peer-disconnected':
			return {subject: hexToBytes(body.subject), reason: cleanText(body.reason, MAX_REASON_LENGTH), alone: body.alone};
		case 'notice':
			return {
				level: body.level,
				code: cleanText(body.code, MAX_CODE_BYTES),
				text: cleanText(body.text, MAX_NOTICE_BYTES),
			};
		case 'whisper':
			return {subject: hexToBytes(body.subject), own: body.own, id: body.id, text: cleanText(body.text)};
	}
}

/** Reads the body of an observation. Sanitises every text, because a log can come from a stranger. Throws ProtocolError. */
export function readObservation(kind: ObservationKind, value: unknown): Observation {
	const [peer, at, ms, counter, body] = readList(value, 'observation', 16, 5);
	const head: ObservationHead = {
		peer: readPeerId(peer, 'peer'),
		seq: 0,
		at: readTime(at, 'at'),
		ms: readTime(ms, 'ms'),
		counter: readUint(counter, 'counter', MAX_HLC_COUNTER),
	};
	return extend(head, readObservationBody(kind, readMap(body, kind)));
}

function readObservationBody(kind: ObservationKind, fields: Readonly<Record<string, unknown>>): ObservationBody {
	const text = (name: string, maxBytes: number) =>
		cleanText(readText(fields[name], `${kind}.${name}`, maxBytes), maxBytes);
	const subject = () => readPeerId(fields.subject, `${kind}.subject`);
	switch (kind) {
		case 'launched':
			return {type: kind, version: text('version', MAX_VERSION_LENGTH)};
		case 'peer-connected':
			return {type: kind, subject: subject(), address: text('address', MAX_ADDRESS_LENGTH)};
		case 'peer-disconnected':
			return {
				type: kind,
				subject: subject(),
				reason: text('reason', MAX_REASON_LENGTH),
				alone: readBoolean(fields.alone, `${kind}.alone`),
			};
		case 'notice':
			return {
				type: kind,
				level: readNoticeLevel(fields.level),
				code: text('code', MAX_CODE_BYTES),
				text: text('text', MAX_NOTICE_BYTES),
			};
		case 'whisper':
			return {
				type: kind,
				subject: subject(),
				own: readBoolean(fields.own, `${kind}.own`),
				id: readUint(fields.id, `${kind}.id`, Number.MAX_SAFE_INTEGER, 1),
				text: text('text', MAX_TEXT_BYTES),
			};
	}
}

function readNoticeLevel(value: unknown): NoticeLevel {
	if (value === 'info' || value === 'warn' || value === 'error') return value;
	return failField('notice.level', 'info, warn or error');
}
