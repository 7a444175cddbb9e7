import fc from 'fast-check';
import {expect, test} from 'vitest';
import {decodeEntry, decodeEntryGeneric, encodeEntry, readIdentityClaim} from '../../source/codec/entry.js';
import {MAX_TIME_MS} from '../../source/codec/field-readers.js';
import {pack, unpack} from '../../source/codec/msgpack.js';
import {decodePostedFast} from '../../source/codec/posted-fast.js';
import {
	MAX_ADDRESS_LENGTH,
	MAX_ENTRY_BYTES,
	MAX_FILE_NAME_BYTES,
	MAX_NAME_BYTES,
	MAX_NOTE_BYTES,
	MAX_TEXT_BYTES,
	MAX_VERSION_LENGTH,
} from '../../source/core/limits.js';
import * as arbitrary from './arbitraries.js';

const peer = fc.sample(arbitrary.peerId, {numRuns: 1, seed: 3})[0]!;
const decode = (value: unknown) => decodeEntry(pack(value), peer, 7);
const head = {peer, seq: 7, at: 5, ms: 6, counter: 1};

test('a note above the limit counts as missing, and the entry of the shared file stays readable', () => {
	const noteOf = (note: string) => decode(['shared', 5, 6, 1, 'a', 9, new Uint8Array(32), note]);
	expect(noteOf('x'.repeat(MAX_NOTE_BYTES))).toMatchObject({type: 'shared', note: 'x'.repeat(MAX_NOTE_BYTES)});
	expect(noteOf('x'.repeat(MAX_NOTE_BYTES + 1))).toEqual({
		...head,
		type: 'shared',
		fileName: 'a',
		size: 9,
		file: '00'.repeat(32),
	});
});

test('a decoded event equals the encoded one, with its peer, seq and time', () => {
	fc.assert(
		fc.property(arbitrary.entryBody, arbitrary.time, arbitrary.hlc, (body, at, hlc) => {
			const event = decodeEntry(encodeEntry(body, at, hlc), peer, 7);
			expect(event).toEqual({...body, peer, seq: 7, at, ...hlc});
		}),
		{numRuns: 500},
	);
});

test('encoding further entries does not change the bytes of an entry that was encoded before', () => {
	const first = encodeEntry({type: 'posted', text: 'first'}, 5, head);
	const copy = first.slice();
	for (let index = 0; index < 1000; index++) encodeEntry({type: 'posted', text: 'x'.repeat(500)}, index, head);
	expect(first).toEqual(copy);
	expect(first.buffer.byteLength).toBeLessThanOrEqual(8192);
});

test('a posted entry is less than 30 bytes longer than its text', () => {
	const text = 'x'.repeat(100);
	expect(
		encodeEntry({type: 'posted', text}, 1_795_000_000_000, {ms: 1_795_000_000_000, counter: 3}).length,
	).toBeLessThan(130);
});

test('any bytes decode to an event, which may be unreadable', () => {
	fc.assert(
		fc.property(fc.uint8Array({maxLength: 300}), bytes => {
			const event = decodeEntry(bytes, peer, 7);
			expect(event.peer).toBe(peer);
			expect(event.seq).toBe(7);
			expect(Number.isSafeInteger(event.ms)).toBe(true);
		}),
		{numRuns: 2000},
	);
});

test('an entry with any value in any field decodes to an event whose fields have the right types', () => {
	fc.assert(
		fc.property(arbitrary.entryBody, fc.nat(), fc.anything({maxDepth: 2}), (body, at, value) => {
			const fields = [...(unpack(encodeEntry(body, 5, head)) as unknown[])];
			fields[at % fields.length] = value;
			let bytes: Uint8Array;
			try {
				bytes = pack(fields);
			} catch {
				return;
			}
			const event = decodeEntry(bytes, peer, 7);
			if (event.type === 'posted') expect(typeof event.text).toBe('string');
			if (event.type === 'joined' || event.type === 'renamed') expect(typeof event.name).toBe('string');
			expect(new Date(event.ms).toISOString()).toHaveLength(24);
			expect(new Date(event.at).toISOString()).toHaveLength(24);
		}),
		{numRuns: 1000},
	);
});

test.each<[string, unknown]>([
	['an unknown kind', ['danced', 5, 6, 1, 'tango']],
	['a text that is a number', ['posted', 5, 6, 1, 7]],
	['a missing text', ['posted', 5, 6, 1]],
	['a text above the limit', ['posted', 5, 6, 1, 'x'.repeat(MAX_TEXT_BYTES + 1)]],
	['a text with too many bytes but not too many characters', ['posted', 5, 6, 1, 'é'.repeat(MAX_TEXT_BYTES / 2 + 1)]],
	['a name above the limit', ['renamed', 5, 6, 1, 'x'.repeat(MAX_NAME_BYTES + 1)]],
	['five addresses', ['moved', 5, 6, 1, ['1.1.1.1', '1.1.1.2', '1.1.1.3', '1.1.1.4', '1.1.1.5']]],
	['an address above the limit', ['moved', 5, 6, 1, ['a'.repeat(MAX_ADDRESS_LENGTH + 1)]]],
	['a file name above the limit', ['shared', 5, 6, 1, 'x'.repeat(MAX_FILE_NAME_BYTES + 1), 9, new Uint8Array(32)]],
	['a version above the limit', ['joined', 5, 6, 1, 'Ann', [], 'x'.repeat(MAX_VERSION_LENGTH + 1)]],
	['an address with an escape sequence', ['moved', 5, 6, 1, ['\u001B[2J']]],
	['a subject that is not a peer id', ['lost', 5, 6, 1, new Uint8Array(31), 0]],
	['a negative absence number', ['returned', 5, 6, 1, -1]],
	['a target that is not a peer id', ['withdrawn', 5, 6, 1, new Uint8Array(31), 2]],
	['a target with seq 0', ['withdrawn', 5, 6, 1, new Uint8Array(32), 0]],
	['a target without a seq', ['pinned', 5, 6, 1, new Uint8Array(32)]],
	['an empty word', ['marked', 5, 6, 1, new Uint8Array(32), 2, '', true]],
	['a word of 17 bytes', ['marked', 5, 6, 1, new Uint8Array(32), 2, '0123456789abcdefg', true]],
	['a word with a space', ['marked', 5, 6, 1, new Uint8Array(32), 2, 'a b', true]],
	['a word with a line separator', ['marked', 5, 6, 1, new Uint8Array(32), 2, 'a\u2028b', true]],
	['a word with a control character', ['marked', 5, 6, 1, new Uint8Array(32), 2, '\u001B[2J', true]],
	['a word with a bidirectional control', ['marked', 5, 6, 1, new Uint8Array(32), 2, 'a\u202eb', true]],
	['a correction above the limit', ['corrected', 5, 6, 1, new Uint8Array(32), 2, 'x'.repeat(MAX_TEXT_BYTES + 1)]],
])('an entry with %s is unreadable and keeps its time', (_title, value) => {
	const {type, ...fields} = decode(value);
	expect(type).toBe('unreadable');
	expect(fields).toMatchObject(head);
});

test.each<[string, unknown]>([
	['a map', {type: 'posted'}],
	['too few fields', ['posted', 5, 6]],
	['a time that is a text', ['posted', 'now', 6, 1, 'hi']],
	['a time with a fraction', ['posted', 5.5, 6, 1, 'hi']],
	['a time after the year 9999', ['posted', 5, MAX_TIME_MS + 1, 1, 'hi']],
	['a counter above 65,535', ['posted', 5, 6, 65_536, 'hi']],
	['an entry above the limit', ['posted', 5, 6, 1, 'hi', new Uint8Array(MAX_ENTRY_BYTES)]],
])('an entry that is or has %s is unreadable and gets time 0', (_title, value) => {
	expect(decode(value)).toMatchObject({type: 'unreadable', peer, seq: 7, at: 0, ms: 0, counter: 0});
});

test.each<[string, unknown]>([
	['nil', null],
	['a text', 'r'],
	['an empty list', []],
	['a list without a seq', [new Uint8Array(32)]],
	['a list with a short peer id', [new Uint8Array(31), 2]],
	['a list with seq 0', [new Uint8Array(32), 0]],
	['a list of 65 values', [new Uint8Array(32), 2, ...new Array(63).fill(0)]],
	['a map', {peer: new Uint8Array(32), seq: 2}],
])('a reply reference that is %s counts as missing, and the message stays readable', (_title, reply) => {
	expect(decode(['posted', 5, 6, 1, 'hi', null, reply])).toEqual({...head, type: 'posted', text: 'hi'});
});

test('a posted entry without a reply decodes to an event without any field for replies or effects, so that it needs no more memory than in release 1.0.0', () => {
	const plain = ['type', 'peer', 'seq', 'at', 'ms', 'counter', 'text'].sort();
	// The encoder writes times of this size as float 64, which is the only form of a time that the fast decoder reads.
	const bytes = encodeEntry({type: 'posted', text: 'hi'}, 1_795_000_000_001, {ms: 1_795_000_000_000, counter: 0});
	for (const decoded of [decodeEntry(bytes, peer, 7), decodeEntryGeneric(bytes, peer, 7)])
		expect(Object.keys(decoded).sort()).toEqual(plain);
});

test('a posted entry can be both an action and a reply, and additional values of later versions are ignored', () => {
	const event = decode(['posted', 5, 6, 1, 'waves', true, [new Uint8Array(32).fill(10), 2, 'later'], 'later']);
	expect(event).toEqual({
		...head,
		type: 'posted',
		text: 'waves',
		action: true,
		replyTo: {peer: '0a'.repeat(32), seq: 2},
	});
});

test.each([undefined, null, false, 1, 'true'])('a reaction or pin whose field `on` is %j counts as taken back', on => {
	const values = on === undefined ? [] : [on];
	expect(decode(['marked', 5, 6, 1, new Uint8Array(32), 2, 'ok', ...values])).toMatchObject({
		type: 'marked',
		on: false,
	});
	expect(decode(['pinned', 5, 6, 1, new Uint8Array(32), 2, ...values])).toMatchObject({type: 'pinned', on: false});
});

test('additional fields of later versions in an entry are ignored', () => {
	expect(decode(['left', 5, 6, 1, 'later'])).toEqual({...head, type: 'left'});
});

test('decoding an entry removes control sequences from its texts and names', () => {
	const posted = decode(['posted', 5, 6, 1, 'a\u001B[31mb\u0007c\u202Ed']);
	const renamed = decode(['renamed', 5, 6, 1, 'a\u001B[31m\nb\u202Ed']);
	const shown = `${posted.type === 'posted' && posted.text}${renamed.type === 'renamed' && renamed.name}`;
	for (const control of ['\u0007', '\u001B', '\u202E', '\n']) expect(shown).not.toContain(control);
});

test('the identity claim can be read separately, and the decoded event contains no identity', () => {
	const identity = {key: new Uint8Array(32).fill(1), signature: new Uint8Array(64).fill(2)};
	const bytes = encodeEntry({type: 'joined', name: 'Carol', addresses: [], version: '1.0.0', identity}, 5, head);
	expect(decodeEntry(bytes, peer, 1)).not.toHaveProperty('identity');
	expect(arbitrary.plain(readIdentityClaim(bytes))).toEqual(arbitrary.plain(identity));
	expect(readIdentityClaim(encodeEntry({type: 'left'}, 5, head))).toBeUndefined();
	expect(readIdentityClaim(Uint8Array.of(0xc1))).toBeUndefined();
});

/** Entries close to the form that the fast decoder reads, with arbitrary changes. */
const nearPosted = fc
	.tuple(
		fc.record({type: fc.constant('posted' as const), text: fc.string({unit: 'binary', maxLength: 300})}),
		fc.option(fc.boolean()),
		arbitrary.time,
		arbitrary.hlc,
		fc.array(fc.tuple(fc.nat(), fc.integer({min: 0, max: 255})), {maxLength: 2}),
		fc.integer({min: -3, max: 3}),
	)
	.map(([body, action, at, hlc, changes, cut]) => {
		const fields = ['posted', at, hlc.ms, hlc.counter, body.text];
		const bytes = new Uint8Array(pack(action === null ? fields : [...fields, action]));
		for (const [index, byte] of changes) bytes[index % bytes.length] = byte;
		return cut < 0 ? bytes.slice(0, cut) : Uint8Array.from([...bytes, ...new Uint8Array(cut)]);
	});

test('decodeEntry returns the same event as the generic decoder for any bytes', () => {
	fc.assert(
		fc.property(nearPosted, bytes => {
			expect(decodeEntry(bytes, peer, 7)).toEqual(decodeEntryGeneric(bytes, peer, 7));
		}),
		{numRuns: 3000},
	);
});

test('the fast decoder reads every posted entry that the encoder writes', () => {
	for (const text of [
		'',
		'x',
		'x'.repeat(31),
		'x'.repeat(32),
		'é'.repeat(200),
		'🚢'.repeat(4000),
		'x'.repeat(16_384),
	]) {
		for (const counter of [0, 127, 128, 255, 256, 65_535]) {
			const hlc = {ms: 1_795_000_000_000, counter};
			for (const body of [
				{type: 'posted' as const, text},
				{type: 'posted' as const, text, action: true as const},
			]) {
				expect(decodePostedFast(encodeEntry(body, 1_795_000_000_001, hlc), peer, 7)).toBeDefined();
			}
		}
	}
});

test('a text that is not UTF-8 makes the entry unreadable', () => {
	const bytes = new Uint8Array(
		encodeEntry({type: 'posted', text: 'abc'}, 1_795_000_000_001, {ms: 1_795_000_000_000, counter: 0}),
	);
	bytes[bytes.length - 1] = 0xff;
	expect(decodeEntry(bytes, peer, 7)).toMatchObject({type: 'unreadable', reason: 'a text is not UTF-8'});
});
