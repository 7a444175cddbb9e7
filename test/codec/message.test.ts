import fc from 'fast-check';
import {expect, test} from 'vitest';
import {createFrameDecoder} from '../../source/codec/frame.js';
import {decodeMessage, encodeMessage, encodeMessageFrame} from '../../source/codec/message.js';
import type {Message} from '../../source/codec/message-types.js';
import {pack, unpack} from '../../source/codec/msgpack.js';
import {ProtocolError} from '../../source/core/errors.js';
import * as arbitrary from './arbitraries.js';
import {messages} from './make-vectors.js';

test('a decoded message equals the encoded one', () => {
	fc.assert(
		fc.property(arbitrary.message, message => {
			expect(arbitrary.plain(decodeMessage(encodeMessage(message)))).toEqual(arbitrary.plain(message));
		}),
		{numRuns: 500},
	);
});

test('a framed message consists of its length and its payload', () => {
	fc.assert(
		fc.property(arbitrary.message, message => {
			const [payload] = createFrameDecoder().push(encodeMessageFrame(message));
			expect(arbitrary.plain(payload)).toEqual(arbitrary.plain(encodeMessage(message)));
		}),
	);
});

test('the encoder of `events` messages produces the same bytes as msgpackr', () => {
	const events = arbitrary.message.filter(message => message.type === 'events');
	fc.assert(
		fc.property(events, message => {
			const payload = encodeMessage(message);
			expect(arbitrary.plain(pack(unpack(payload)))).toEqual(arbitrary.plain(payload));
		}),
	);
});

test('msgpackr decodes `events` messages with lists at the limits of every header width', () => {
	for (const count of [1, 15, 16, 17, 128]) {
		for (const length of [1, 255, 256]) {
			if (count * length > 256 * 1024) continue;
			const entries = Array.from({length: count}, () => new Uint8Array(length).fill(7));
			const batch = {
				peer: arbitraryPeer,
				firstSeq: count,
				previousHash: new Uint8Array(32),
				entries,
				signature: new Uint8Array(64),
			};
			const payload = encodeMessage({type: 'events', batches: [batch], answer: count, done: true});
			const read = decodeMessage(payload);
			expect(read?.type === 'events' && read.batches[0]?.entries.length).toBe(count);
		}
	}
});

const arbitraryPeer = fc.sample(arbitrary.peerId, {numRuns: 1, seed: 1})[0]!;

test('a message with any value in any field decodes to a message or throws ProtocolError', () => {
	fc.assert(
		fc.property(arbitrary.message, fc.nat(), fc.anything({maxDepth: 2}), (message, at, value) => {
			const fields = unpack(encodeMessage(message)) as Record<string, unknown>;
			const keys = Object.keys(fields);
			let payload: Uint8Array;
			try {
				payload = pack({...fields, [keys[at % keys.length]!]: value});
			} catch {
				return;
			}
			expectMessageOrProtocolError(payload);
		}),
		{numRuns: 1000},
	);
});

test('a message with a changed byte decodes to a message or throws ProtocolError', () => {
	fc.assert(
		fc.property(arbitrary.message, fc.nat(), fc.integer({min: 0, max: 255}), (message, at, byte) => {
			const payload = encodeMessage(message).slice();
			payload[at % payload.length] = byte;
			expectMessageOrProtocolError(payload);
		}),
		{numRuns: 1000},
	);
});

function expectMessageOrProtocolError(payload: Uint8Array): void {
	try {
		decodeMessage(payload);
	} catch (error) {
		expect(error).toBeInstanceOf(ProtocolError);
	}
}

test('the decoder skips a message of unknown type, and ignores unknown fields of a message', () => {
	expect(decodeMessage(pack({type: 'dance', partner: 1}))).toBeUndefined();
	expect(decodeMessage(pack({type: 'ping', id: 4, mood: 'good'}))).toEqual({type: 'ping', id: 4});
	expect(decodeMessage(pack({type: 'bye', reason: 'sunset'}))).toEqual({type: 'bye', reason: 'idle'});
});

test('the error for an invalid message names the field and contains no text from the peer', () => {
	const hostile = '\u001B[2Jevil';
	const range = [new Uint8Array(31), 1];
	for (const [value, path] of [
		[{type: 'want', id: 1, ranges: [range]}, 'ranges[0].peer'],
		[{type: 'ping', id: hostile}, 'id'],
		[{type: 'ping', [hostile]: hostile}, 'id'],
		[{type: 'bye', reason: hostile}, 'reason'],
		[{type: 7}, 'type'],
		[['ping'], 'message'],
	] as const) {
		let caught: unknown;
		try {
			decodeMessage(pack(value));
		} catch (error) {
			caught = error;
		}
		expect(caught).toBeInstanceOf(ProtocolError);
		expect((caught as ProtocolError).code).toBe('bad-field');
		expect((caught as ProtocolError).detail).toContain(path);
		expect((caught as ProtocolError).detail).not.toContain('evil');
	}
});

test('encoding a message above the limit throws RangeError', () => {
	const entries = Array.from({length: 8}, () => new Uint8Array(32 * 1024));
	const batch = {
		peer: arbitraryPeer,
		firstSeq: 1,
		previousHash: new Uint8Array(32),
		entries,
		signature: new Uint8Array(64),
	};
	const message: Message = {type: 'events', batches: [batch, batch, batch, batch, batch]};
	expect(() => encodeMessageFrame(message)).toThrow(RangeError);
});

test('a `have` of an unknown kind is skipped, and a hello with port 0 is accepted', () => {
	expect(decodeMessage(pack({type: 'have', kind: 'sketch', cells: []}))).toBeUndefined();
	expect(() => decodeMessage(pack({type: 'have', kind: 7}))).toThrow('kind is not a text');
	const [hello] = messages;
	const fields = unpack(encodeMessage(hello!)) as Record<string, unknown>;
	expect(decodeMessage(pack({...fields, port: 0}))).toMatchObject({type: 'hello', port: 0});
});

test('decoding a message removes control sequences from the names and texts of peers', () => {
	const read = decodeMessage(encodeMessage({type: 'error', code: 'bad-frame', text: 'a\u001B[31mb\u202Ec'}));
	const shown = read?.type === 'error' ? read.text : undefined;
	for (const control of ['\u001B', '\u202E']) expect(shown).not.toContain(control);
});
