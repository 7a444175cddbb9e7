import {readFileSync} from 'node:fs';
import {crc32} from 'node:zlib';
import {describe, expect, test} from 'vitest';
import {inspectFrames} from '../../../source/cli/inspect/inspect-frames.js';
import {createLogInspector, entryLines} from '../../../source/cli/inspect/inspect-log.js';
import {encodeLogRecord} from '../../../source/codec/log-record.js';
import type {Batch} from '../../../source/core/batch.js';
import type {ObservationBody} from '../../../source/core/event.js';
import {MAX_FRAME_BYTES} from '../../../source/core/limits.js';
import {createLogScanner} from '../../../source/storage/log-scanner.js';
import {peerOf} from '../../storage/log-samples.js';

const fixture = (path: string) => readFileSync(new URL(`../../../fixtures/${path}`, import.meta.url));

function inspectLog(bytes: Uint8Array, chunkBytes = bytes.length) {
	const inspector = createLogInspector();
	const lines: string[] = [];
	for (let offset = 0; offset < bytes.length; offset += chunkBytes)
		lines.push(...inspector.push(bytes.subarray(offset, offset + chunkBytes)));
	lines.push(...inspector.end());
	return {lines, damaged: inspector.damaged};
}

/** Offset and length at the start of each printed line. Lines without them are left out. */
const positionsOf = (lines: readonly string[]) =>
	lines.flatMap(line => {
		const [, offset, length] = /^ *(\d+) +(\d+) {2}\S/.exec(line) ?? [];
		return offset === undefined ? [] : [[Number(offset), Number(length)] as const];
	});

describe('inspect of a log', () => {
	test.each([
		'conversation.p2plog',
		'log/good.p2plog',
		'log/damaged-middle.p2plog',
		'log/torn.p2plog',
		'log/zeros.p2plog',
	])('inspect shows every byte of %s exactly once', path => {
		const bytes = fixture(path);
		let expected = 0;
		for (const [offset, length] of positionsOf(inspectLog(bytes).lines)) {
			expect(offset).toBe(expected);
			expected = offset + length;
		}
		expect(expected).toBe(bytes.length);
	});

	test('inspect prints the same lines for a log, whatever the size of the chunks in which it reads the log', () => {
		const bytes = fixture('log/damaged-middle.p2plog');
		for (const chunkBytes of [1, 7, 600]) expect(inspectLog(bytes, chunkBytes)).toEqual(inspectLog(bytes));
	});

	test('inspect names the kind of each record and the entries of each batch', () => {
		const {lines} = inspectLog(fixture('conversation.p2plog'));
		const text = lines.join('\n');
		for (const kind of ['header', 'launched', 'batch', 'peer-connected', 'peer-disconnected'])
			expect(text).toMatch(new RegExp(`^ *\\d+ +\\d+ {2}${kind} `, 'm'));
		expect(text).toMatch(/^ +1 joined at="20.*name="/m);
		expect(text).toMatch(/^ +\d+ posted .*text="/m);
	});

	test('inspect says where a damaged range begins and how long it is', () => {
		const bytes = fixture('log/damaged-middle.p2plog');
		const scanner = createLogScanner(crc32);
		scanner.push(bytes);
		scanner.end();
		const {lines, damaged} = inspectLog(bytes);
		const shown = positionsOf(lines.filter(line => /damaged:|torn:/.test(line)));
		expect(shown).toEqual(scanner.damage.map(({offset, length}) => [offset, length]));
		expect(damaged).toBe(shown.length);
		expect(damaged).toBeGreaterThan(0);
	});

	test('inspect prints the offset, length and kind of a record of an unknown kind', () => {
		const bytes = fixture('log/good.p2plog');
		const scanner = createLogScanner(crc32);
		scanner.push(bytes);
		const observation = {
			type: 'notice',
			peer: peerOf(1),
			seq: 0,
			at: 1,
			ms: 1,
			counter: 0,
			level: 'info',
			code: 'x',
			text: 'y',
		} as const;
		const record = encodeLogRecord(
			{type: 'observation', loggedAt: 5, observation},
			scanner.marker ?? new Uint8Array(8),
			crc32,
		);
		const name = Buffer.from('notice');
		record.set(Buffer.from('future'), Buffer.from(record).indexOf(name));
		new DataView(record.buffer, record.byteOffset).setUint32(record.length - 4, crc32(record.subarray(0, -4)));
		const {lines, damaged} = inspectLog(Buffer.concat([bytes, record]));
		expect(damaged).toBe(0);
		expect(lines.at(-1)).toBe(
			`${String(bytes.length).padStart(8)} ${String(record.length).padStart(6)}  unknown kind="future"`,
		);
	});
});

describe('inspect of every kind of entry and observation', () => {
	const entries: {title: string; hex: string}[] = JSON.parse(fixture('codec/entries.json').toString());

	test.each(entries.map(({title, hex}, index) => [index + 1, title, hex] as const))(
		'inspect names the kind of entry %i of the fixtures, %s',
		(_, title, hex) => {
			const [line = '', ...more] = entryLines({
				peer: peerOf(1),
				firstSeq: 7,
				entries: [Buffer.from(hex, 'hex')],
				previousHash: new Uint8Array(32),
				signature: new Uint8Array(64),
			} as Batch);
			expect(more).toEqual([]);
			expect(line).toMatch(new RegExp(`^ +7 ${title} at="20`));
		},
	);

	const subject = peerOf(2);
	const bodies: readonly ObservationBody[] = [
		{type: 'launched', version: '1.0.0'},
		{type: 'peer-connected', subject, address: '10.0.0.2'},
		{type: 'peer-disconnected', subject, reason: 'reset', alone: true},
		{type: 'notice', level: 'info', code: 'x', text: 'y'},
		{type: 'whisper', subject, own: true, id: 3, text: 'for you'},
	];
	test.each(bodies.map(body => [body.type, body] as const))(
		'inspect names the observation %s with its fields',
		(_, body) => {
			const bytes = fixture('log/good.p2plog');
			const scanner = createLogScanner(crc32);
			scanner.push(bytes);
			const observation = {...body, peer: peerOf(1), seq: 0 as const, at: 1, ms: 1, counter: 0};
			const record = encodeLogRecord(
				{type: 'observation', loggedAt: 5, observation},
				scanner.marker ?? new Uint8Array(8),
				crc32,
			);
			const line = inspectLog(Buffer.concat([bytes, record])).lines.at(-1) ?? '';
			expect(line).toContain(`  ${body.type} `);
			for (const value of Object.values(body).slice(1)) expect(line).toContain(`${value}`);
		},
	);

	test('inspect prints the same lines for the common part of two logs, so that a diff shows only what differs', () => {
		const bytes = fixture('log/good.p2plog');
		const whole = inspectLog(bytes).lines;
		const [last = 0] = positionsOf(whole).at(-1) ?? [];
		const shorter = inspectLog(bytes.subarray(0, last)).lines;
		expect(whole.slice(0, shorter.length)).toEqual(shorter);
		expect(shorter.length).toBeGreaterThan(3);
	});
});

describe('inspect of captured frames', () => {
	const vectors: {title: string; hex: string}[] = JSON.parse(fixture('codec/messages.json').toString());

	test.each(vectors.map(({title, hex}) => [title, hex]))(
		'inspect with captured frames annotates the message "%s" of the fixtures',
		(_, hex) => {
			const frame = Buffer.from(hex, 'hex');
			const {lines, faults} = inspectFrames(frame);
			expect(faults).toBe(0);
			expect(positionsOf(lines.slice(0, 1))).toEqual([[0, frame.length]]);
			const [, type = ''] = /type.([a-z]+)/.exec(frame.toString('latin1')) ?? [];
			expect(lines[0]).toContain(`  ${type.slice(0, 3)}`);
		},
	);

	test('inspect with captured frames continues after a malformed message, and says where the message is and what is wrong', () => {
		const ping = vectors.find(({title}) => title.startsWith('ping'))?.hex ?? '';
		const {lines, faults} = inspectFrames(Buffer.from(`${ping}00000002c1c1${ping}`, 'hex'));
		expect(faults).toBe(1);
		expect(lines).toHaveLength(3);
		expect(lines[1]).toMatch(new RegExp(`^ *${ping.length / 2} +6 {2}malformed: `));
	});

	test.each([
		['a length above the limit', Uint8Array.of(0xff, 0xff, 0xff, 0xff, 1), String(MAX_FRAME_BYTES)],
		['a length of zero', new Uint8Array(4), '0 bytes'],
		['an end within a frame', Uint8Array.of(0, 0, 0, 9, 1), '9 bytes'],
		['an end within a length', Uint8Array.of(0, 0), 'within the length'],
	])('inspect ends a capture with a line about %s', (_, bytes, part) => {
		const {lines, faults} = inspectFrames(bytes);
		expect([lines.length, faults]).toEqual([1, 1]);
		expect(lines[0]).toContain(part);
	});
});
