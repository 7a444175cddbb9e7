import {crc32} from 'node:zlib';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {encodeLogHeader, encodeLogRecord, type LogRecord} from '../../source/codec/log-record.js';
import {createLogScanner, type ScannedRecord} from '../../source/storage/log-scanner.js';
import {batchRecord, observationRecord, peerOf, plain, SAMPLE_HEADER, textsOf} from './log-samples.js';

const marker = Uint8Array.of(9, 8, 7, 6, 5, 4, 3, 2);
const carol = peerOf(1);
const bob = peerOf(2);

interface Sample {
	readonly bytes: Buffer;
	/** Offset of each record (header records too), and of the end of the file. */
	readonly offsets: readonly number[];
	readonly records: readonly LogRecord[];
}

function build(records: readonly LogRecord[]): Sample {
	const header = encodeLogHeader(SAMPLE_HEADER, marker, crc32);
	const parts = [header, header, ...records.map(record => encodeLogRecord(record, marker, crc32))];
	const offsets = [0];
	for (const part of parts) offsets.push((offsets.at(-1) ?? 0) + part.length);
	return {bytes: Buffer.concat(parts), offsets, records};
}

/** Entry whose bytes are a valid record with the given marker. */
function imitation(itsMarker: Uint8Array): Uint8Array {
	return encodeLogRecord(batchRecord(bob, 1, ['forged']), itsMarker, crc32);
}

const sample = build([
	observationRecord(carol, 'started'),
	batchRecord(carol, 1, ['one', 'two']),
	batchRecord(bob, 1, [imitation(Uint8Array.of(1, 1, 1, 1, 1, 1, 1, 1)), 'three']),
	batchRecord(carol, 3, ['four']),
	observationRecord(carol, 'ended'),
]);

function scan(bytes: Uint8Array, chunkBytes = bytes.length || 1) {
	const scanner = createLogScanner(crc32);
	const found: ScannedRecord[] = [];
	for (let at = 0; at < bytes.length; at += chunkBytes)
		found.push(...scanner.push(bytes.subarray(at, at + chunkBytes)));
	found.push(...scanner.end());
	return {scanner, found, records: found.map(({record}) => record)};
}

test('the scanner finds the same records in chunks of any size', () => {
	for (const chunkBytes of [1, 2, 3, 7, 64, 255, 256, 1000, sample.bytes.length]) {
		const {scanner, found, records} = scan(sample.bytes, chunkBytes);
		expect(plain(records)).toEqual(plain(sample.records));
		expect(found.map(({offset}) => offset)).toEqual(sample.offsets.slice(2, -1));
		expect(scanner.damage).toEqual([]);
		expect(scanner.validEnd).toBe(sample.bytes.length);
		expect(plain(scanner.header)).toEqual(plain(SAMPLE_HEADER));
	}
});

test('a changed byte damages only the record that contains it, and the position of the damage is reported', () => {
	const {bytes, offsets, records} = sample;
	for (let flipped = 0; flipped < bytes.length; flipped++) {
		const mask = [0x01, 0x80, 0xff][flipped % 3] ?? 1;
		const damaged = Buffer.from(bytes);
		damaged[flipped] = (damaged[flipped] ?? 0) ^ mask;
		const hit = offsets.findLastIndex(offset => offset <= flipped);
		const [start = 0, end = 0] = [offsets[hit], offsets[hit + 1]];
		const result = scan(damaged, 1 + (flipped % 300));
		expect(plain(result.records)).toEqual(plain(records.filter((_, index) => index + 2 !== hit)));
		const kind = end === bytes.length ? 'torn' : 'damaged';
		expect(result.scanner.damage).toEqual([{offset: start, length: end - start, kind}]);
	}
});

test('if a log file is truncated at any length, all complete records are read, and the rest is reported as an incomplete end (torn)', () => {
	const {bytes, offsets, records} = sample;
	for (let length = 0; length <= bytes.length; length++) {
		const {scanner, records: read} = scan(bytes.subarray(0, length), 1 + (length % 97));
		const complete = offsets.filter(offset => offset > 0 && offset <= length);
		expect(plain(read)).toEqual(plain(records.slice(0, Math.max(0, complete.length - 2))));
		const goodEnd = complete.at(-1) ?? 0;
		expect(scanner.header === undefined).toBe(complete.length === 0);
		const torn = {offset: goodEnd, length: length - goodEnd, kind: 'torn'};
		expect(scanner.damage).toEqual(length === goodEnd ? [] : [torn]);
	}
});

test('changing and removing bytes never makes the scanner return a record that was not written', () => {
	const written = sample.records.map(record => JSON.stringify(plain(record)));
	const edits = fc.array(fc.tuple(fc.nat(sample.bytes.length - 1), fc.integer({min: 1, max: 255})), {maxLength: 12});
	fc.assert(
		fc.property(edits, fc.nat(sample.bytes.length), fc.integer({min: 1, max: 400}), (flips, length, chunkBytes) => {
			const damaged = Buffer.from(sample.bytes);
			for (const [at, mask] of flips) damaged[at] = (damaged[at] ?? 0) ^ mask;
			const read = scan(damaged.subarray(0, length), chunkBytes).records.map(record => JSON.stringify(plain(record)));
			expect(written.filter(record => read.includes(record))).toEqual(read);
		}),
		{numRuns: 500},
	);
});

test('an entry whose bytes imitate a log record is not read as a record, even if the record that contains the entry is damaged', () => {
	const texts = (itsMarker: Uint8Array) => {
		const {bytes, offsets} = build([
			batchRecord(carol, 1, ['one', imitation(itsMarker)]),
			batchRecord(carol, 3, ['two']),
		]);
		bytes[(offsets[2] ?? 0) + 1] = 0xff;
		return textsOf(scan(bytes).records);
	};
	expect(texts(Uint8Array.of(9, 8, 7, 6, 5, 4, 3, 3))).toEqual(['two']);
	// With the real marker of the log, the imitation in the entry is read as a record. This shows why peers must not
	// learn the marker.
	expect(texts(marker)).toEqual(['forged', 'two']);
});

test('a text that imitates the header of a log is not read as a header, even if both headers are damaged', () => {
	const forgedHeader = encodeLogHeader(
		{...SAMPLE_HEADER, roomName: 'forged'},
		Uint8Array.of(7, 7, 7, 7, 7, 7, 7, 7),
		crc32,
	);
	const {bytes, offsets} = build([batchRecord(carol, 1, [forgedHeader, forgedHeader])]);
	bytes[20] = 0xff;
	bytes[(offsets[1] ?? 0) + 20] = 0xff;
	const {scanner, records} = scan(bytes);
	expect(scanner.header).toBeUndefined();
	expect(records).toEqual([]);
	expect(scanner.damage).toEqual([{offset: 0, length: bytes.length, kind: 'torn'}]);
});

test('the second header is accepted only at the offset where the first one ends', () => {
	const header = encodeLogHeader(SAMPLE_HEADER, marker, crc32);
	const at = (offset: number) => scan(Buffer.concat([Buffer.alloc(offset, 1), header])).scanner.header;
	expect(at(header.length)).toBeDefined();
	for (const offset of [1, header.length - 1, header.length + 1, 200]) expect(at(offset)).toBeUndefined();
});

test('zeros at the end of a log file are reported as an incomplete end (torn), and zeros in the middle as damage', () => {
	const {bytes, offsets, records} = sample;
	const zeros = Buffer.alloc(5000);
	const end = scan(Buffer.concat([bytes, zeros]), 512);
	expect(end.records).toHaveLength(records.length);
	expect(end.scanner.damage).toEqual([{offset: bytes.length, length: 5000, kind: 'torn'}]);
	expect(end.scanner.validEnd).toBe(bytes.length);
	const cut = offsets[4] ?? 0;
	const middle = scan(Buffer.concat([bytes.subarray(0, cut), zeros, bytes.subarray(cut)]), 512);
	expect(plain(middle.records)).toEqual(plain(records));
	expect(middle.scanner.damage).toEqual([{offset: cut, length: 5000, kind: 'damaged'}]);
});

test('records after a record with a damaged length are found, even at the end of the file', () => {
	const {bytes, offsets, records} = sample;
	const damaged = Buffer.from(bytes);
	damaged.writeUInt32BE(1_000_000, offsets[3] ?? 0);
	expect(plain(scan(damaged, 100).records)).toEqual(plain(records.filter((_, index) => index !== 1)));
});

test('a log file in which something that looks like a record of 1 MiB begins every 16 bytes is scanned in linear time, and the valid record after it is found', () => {
	const candidate = Buffer.alloc(16);
	candidate.writeUInt32BE(1024 * 1024, 0);
	candidate.set([0x95, 0xc4, 8, ...marker], 4);
	candidate[15] = 0xce;
	const crafted = Buffer.alloc(1_200_000, candidate);
	const last = encodeLogRecord(batchRecord(bob, 9, ['after the candidates']), marker, crc32);
	let checkedBytes = 0;
	const scanner = createLogScanner(bytes => {
		checkedBytes += bytes.length;
		return crc32(bytes);
	});
	const header = encodeLogHeader(SAMPLE_HEADER, marker, crc32);
	const found = [...scanner.push(Buffer.concat([header, header, crafted, last])), ...scanner.end()];
	expect(textsOf(found.map(({record}) => record))).toEqual(['after the candidates']);
	expect(checkedBytes).toBeGreaterThan(64_000_000);
	expect(checkedBytes).toBeLessThan(100_000_000);
});

test('the scanner of a log skips and counts records of unknown kinds', () => {
	const newer = encodeLogRecord(observationRecord(carol, 'x'), marker, crc32);
	const kindAt = Buffer.from(newer).indexOf('notice');
	newer.set(Buffer.from('quoted'), kindAt);
	new DataView(newer.buffer).setUint32(newer.length - 4, crc32(newer.subarray(0, -4)));
	const {bytes, offsets} = sample;
	const cut = offsets[3] ?? 0;
	const {scanner, records} = scan(Buffer.concat([bytes.subarray(0, cut), newer, bytes.subarray(cut)]));
	expect(plain(records)).toEqual(plain(sample.records));
	expect(scanner.unknownRecords).toBe(1);
	expect(scanner.damage).toEqual([]);
});

test('the scanner of a log can continue at the offset at which an earlier scan ended', () => {
	const {bytes, offsets, records} = sample;
	const offset = offsets[4] ?? 0;
	const scanner = createLogScanner(crc32, {marker, header: SAMPLE_HEADER, offset});
	const found = [...scanner.push(bytes.subarray(offset)), ...scanner.end()];
	expect(found.map(({offset}) => offset)).toEqual(offsets.slice(4, -1));
	expect(plain(found.map(({record}) => record))).toEqual(plain(records.slice(2)));
});
