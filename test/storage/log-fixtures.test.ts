/**
 * Golden log files of fixtures/log: the encoder must write exactly these bytes, and the reader must find their records
 * and damage. UPDATE_FIXTURES=1 rewrites the files.
 */
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {crc32} from 'node:zlib';
import {expect, test} from 'vitest';
import {encodeLogHeader, encodeLogRecord, type LogRecord} from '../../source/codec/log-record.js';
import type {Damage} from '../../source/storage/log.js';
import {openLogReader} from '../../source/storage/log-reader.js';
import {batchRecord, observationRecord, peerOf, plain, SAMPLE_HEADER} from './log-samples.js';

const folder = join(import.meta.dirname, '../../fixtures/log');
const marker = Uint8Array.of(0xc0, 0xff, 0xee, 0x11, 0x22, 0x33, 0x44, 0x55);
const carol = peerOf(1);
const head = {peer: carol, seq: 0, at: 1_795_000_000_000, ms: 1_795_000_000_002, counter: 7} as const;
const loggedAt = 1_795_000_000_003;

const records: readonly LogRecord[] = [
	{type: 'observation', loggedAt, observation: {...head, type: 'launched', version: '1.0.0'}},
	batchRecord(carol, 1, ['first entry', 'second entry']),
	{
		type: 'observation',
		loggedAt,
		observation: {...head, type: 'peer-connected', subject: peerOf(2), address: '10.0.0.2'},
	},
	batchRecord(peerOf(2), 1, ['entry of another peer'], false),
	{
		type: 'observation',
		loggedAt,
		observation: {...head, type: 'peer-disconnected', subject: peerOf(2), reason: 'closed', alone: true},
	},
	observationRecord(carol, 'the clock is ahead'),
];

interface Golden {
	readonly name: string;
	readonly bytes: Buffer;
	readonly records: readonly LogRecord[];
	readonly damage: readonly Damage[];
}

function makeGolden(): readonly Golden[] {
	const header = encodeLogHeader(SAMPLE_HEADER, marker, crc32);
	const parts = [header, header, ...records.map(record => encodeLogRecord(record, marker, crc32))];
	const good = Buffer.concat(parts);
	const start = parts.slice(0, 3).reduce((sum, part) => sum + part.length, 0);
	const length = parts[3]?.length ?? 0;
	const middle = Buffer.from(good);
	middle.writeUInt32BE(0xffff_ffff, start);
	const last = good.length - (parts.at(-1)?.length ?? 0);
	return [
		{name: 'good', bytes: good, records, damage: []},
		{
			name: 'damaged-middle',
			bytes: middle,
			records: records.filter((_, index) => index !== 1),
			damage: [{offset: start, length, kind: 'damaged'}],
		},
		{
			name: 'torn',
			bytes: good.subarray(0, -9),
			records: records.slice(0, -1),
			damage: [{offset: last, length: good.length - 9 - last, kind: 'torn'}],
		},
		{
			name: 'zeros',
			bytes: Buffer.concat([good, Buffer.alloc(64)]),
			records,
			damage: [{offset: good.length, length: 64, kind: 'torn'}],
		},
	];
}

function newerFormat(): Buffer {
	const header = encodeLogHeader({...SAMPLE_HEADER, format: 2, version: '9.0.0'}, marker, crc32);
	return Buffer.concat([header, header]);
}

const golden = makeGolden();

if (process.env.UPDATE_FIXTURES === '1') {
	mkdirSync(folder, {recursive: true});
	for (const {name, bytes} of golden) writeFileSync(join(folder, `${name}.p2plog`), bytes);
	writeFileSync(join(folder, 'newer-format.p2plog'), newerFormat());
}

test.each(golden)('the program writes and reads $name.p2plog', async ({name, bytes, records: expected, damage}) => {
	const path = join(folder, `${name}.p2plog`);
	expect(readFileSync(path).equals(bytes)).toBe(true);
	const reader = openLogReader(path);
	const read: LogRecord[] = [];
	for await (const chunk of reader.read()) read.push(...chunk);
	expect(plain(read)).toEqual(plain(expected));
	expect(reader.damage).toEqual(damage);
	reader.close();
});

test('the program writes the bytes of newer-format.p2plog', () => {
	expect(readFileSync(join(folder, 'newer-format.p2plog')).equals(newerFormat())).toBe(true);
});
