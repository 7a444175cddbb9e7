import {crc32} from 'node:zlib';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {
	decodeLogRecord,
	encodeLogHeader,
	encodeLogRecord,
	type LogRecord,
	markerAt,
	probeRecord,
} from '../../source/codec/log-record.js';
import {pack} from '../../source/codec/msgpack.js';
import type {Observation} from '../../source/core/event.js';
import {batchRecord, observationRecord, peerOf, plain, SAMPLE_HEADER} from '../storage/log-samples.js';

const marker = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const carol = peerOf(1);
const head = {peer: carol, seq: 0, at: 1_795_000_000_000, ms: 1_795_000_000_001, counter: 65_535} as const;

/** Record with the given fields, a correct length and a correct CRC. */
function forge(fields: readonly unknown[]): Uint8Array {
	const packed = pack([...fields, 0]).slice(0, -1);
	const bytes = Buffer.concat([Buffer.alloc(4), packed, Buffer.of(0xce, 0, 0, 0, 0)]);
	bytes.writeUInt32BE(bytes.length - 4);
	bytes.writeUInt32BE(crc32(bytes.subarray(0, -4)), bytes.length - 4);
	return bytes;
}

function roundTrip(record: LogRecord): unknown {
	const bytes = encodeLogRecord(record, marker, crc32);
	expect(probeRecord(bytes, 0, marker, crc32)).toEqual({type: 'good', length: bytes.length});
	expect(Buffer.from(markerAt(bytes, 0))).toEqual(Buffer.from(marker));
	return plain(decodeLogRecord(bytes));
}

const observations: readonly Observation[] = [
	{...head, type: 'launched', version: '1.0.0'},
	{...head, type: 'peer-connected', subject: peerOf(2), address: '192.168.1.7'},
	{...head, type: 'peer-disconnected', subject: peerOf(2), reason: 'timed out', alone: false},
	{...head, type: 'notice', level: 'error', code: 'clock-ahead', text: 'two\nlines'},
];

test.each(observations)('a decoded $type observation equals the encoded one', observation => {
	const record: LogRecord = {type: 'observation', loggedAt: 1_795_000_000_002, observation};
	expect(roundTrip(record)).toEqual(plain(record));
});

test('a decoded batch equals the encoded one, including every byte of its entries', () => {
	const entries = fc.array(fc.uint8Array({minLength: 1, maxLength: 300}), {minLength: 1, maxLength: 20});
	fc.assert(
		fc.property(entries, fc.integer({min: 1, max: 2 ** 40}), fc.boolean(), (texts, firstSeq, live) => {
			const record = batchRecord(carol, firstSeq, texts, live);
			expect(roundTrip(record)).toEqual(plain(record));
		}),
	);
});

test('a decoded header equals the encoded one', () => {
	const bytes = encodeLogHeader(SAMPLE_HEADER, marker, crc32);
	expect(plain(decodeLogRecord(bytes))).toEqual(plain({type: 'header', header: SAMPLE_HEADER}));
});

test('a header above MAX_HEADER_BYTES is rejected, because otherwise text from peers could be read as a header', () => {
	expect(() => encodeLogHeader({...SAMPLE_HEADER, roomName: 'x'.repeat(300)}, marker, crc32)).toThrow(RangeError);
});

test('texts of observations are sanitised and truncated, even if another program wrote them', () => {
	const fields = {level: 'warn', code: 'x', text: 'a\u001b[2Jb\u202ec'};
	const bytes = forge([marker, 'notice', 1, [Buffer.from(carol, 'hex'), 1, 2, 3, fields]]);
	expect(decodeLogRecord(bytes)).toMatchObject({observation: {text: 'abc'}});
	const long = observationRecord(carol, '😀'.repeat(5000));
	expect(JSON.stringify(roundTrip(long))).toMatch(/😀"/);
});

const good = batchRecord(carol, 1, ['a']);
const batch = [Buffer.from(carol, 'hex'), 1, Buffer.alloc(32), [Buffer.of(1)], Buffer.alloc(64)];

test.each([
	['no fields', []],
	['too few fields', [marker, 'batch', 1]],
	['too many fields', [marker, 'batch', 1, [true, batch], 1]],
	['a time before 1970', [marker, 'batch', -1, [true, batch]]],
	['a time with a fraction', [marker, 'batch', 1.5, [true, batch]]],
	['a kind that is not a text', [marker, 7, 1, [true, batch]]],
	['no body', [marker, 'batch', 1, null]],
	['a batch without a peer', [marker, 'batch', 1, [true, [1, ...batch.slice(1)]]]],
	['a batch without entries', [marker, 'batch', 1, [true, batch.with(3, [])]]],
	['a batch that begins at 0', [marker, 'batch', 1, [true, batch.with(1, 0)]]],
	['an observation without a peer', [marker, 'launched', 1, [Buffer.alloc(3), 1, 2, 3, {version: '1'}]]],
	['an observation without text', [marker, 'notice', 1, [Buffer.from(carol, 'hex'), 1, 2, 3, {level: 'warn'}]]],
	['an unknown level', [marker, 'notice', 1, [Buffer.from(carol, 'hex'), 1, 2, 3, {level: 'x', code: '', text: ''}]]],
	['a counter above the limit', [marker, 'launched', 1, [Buffer.from(carol, 'hex'), 1, 2, 65_536, {version: '1'}]]],
	['a header without a room', [marker, 'header', 1, {format: 1, version: '1', roomName: 'lan'}]],
])('a record with %s is not decoded, although its CRC is correct', (_, fields) => {
	expect(decodeLogRecord(forge(fields))).toBeUndefined();
});

test('a record that the helper forge builds from valid fields is decoded', () => {
	expect(decodeLogRecord(forge([marker, 'batch', 1, [true, batch]]))).toMatchObject({type: 'batch', live: true});
	expect(decodeLogRecord(forge([marker, 'quoted', 1, {any: 'thing'}]))).toEqual({type: 'unknown', kind: 'quoted'});
});

test('a record with a changed byte or a missing end is reported as bad or incomplete, never as good', () => {
	const bytes = encodeLogRecord(good, marker, crc32);
	for (let length = 0; length < bytes.length; length++) {
		expect(probeRecord(bytes.subarray(0, length), 0, marker, crc32).type).toBe('incomplete');
	}
	for (let at = 0; at < bytes.length; at++) {
		const damaged = bytes.slice();
		damaged[at] = (damaged[at] ?? 0) ^ 1;
		expect(probeRecord(damaged, 0, marker, crc32).type).not.toBe('good');
	}
});
