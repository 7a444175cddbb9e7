import {readFileSync, writeFileSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import {readBatch} from '../../source/codec/batch.js';
import {decodeBeacon} from '../../source/codec/beacon-datagram.js';
import {peerIdFromBytes} from '../../source/codec/bytes.js';
import {decodeEntry} from '../../source/codec/entry.js';
import {createFrameDecoder} from '../../source/codec/frame.js';
import {decodeMessage} from '../../source/codec/message.js';
import {unpack} from '../../source/codec/msgpack.js';
import {ProtocolError} from '../../source/core/errors.js';
import {createFeedTips} from '../../source/feed/feed-tips.js';
import {createBeaconMac} from '../../source/feed/room-keys.js';
import {verifySignature} from '../../source/feed/signing-keys.js';
import {plain} from './arbitraries.js';
import {type HostileVector, makeHostile} from './make-hostile.js';
import {batches, carol, closed, lan, makeVectors, type Vector} from './make-vectors.js';

const made: Readonly<Record<string, readonly unknown[]>> = {...makeVectors(), hostile: makeHostile()};
const pathOf = (name: string) => new URL(`../../fixtures/codec/${name}.json`, import.meta.url);
const read = <Kind>(name: string): readonly Kind[] => JSON.parse(readFileSync(pathOf(name), 'utf8'));
const bytesOf = ({hex}: {readonly hex: string}) => new Uint8Array(Buffer.from(hex, 'hex'));

if (process.env.UPDATE_FIXTURES === '1') {
	for (const [name, vectors] of Object.entries(made)) {
		writeFileSync(pathOf(name), `${JSON.stringify(vectors, undefined, '\t')}\n`);
	}
}

test.each(Object.keys(made))('the encoders produce the bytes of fixtures/codec/%s.json', name => {
	expect(made[name]).toEqual(read(name));
});

describe('decoding the fixtures gives the expected results:', () => {
	test.each(read<Vector>('messages'))('the decoder reads the message of the fixtures: $title', vector => {
		const [payload] = createFrameDecoder().push(bytesOf(vector));
		expect(plain(decodeMessage(payload!))).toEqual(vector.value);
	});

	test.each(read<Vector>('batches'))('the decoder reads the batch of the fixtures: $title', vector => {
		expect(plain(readBatch(unpack(bytesOf(vector)), 'batch'))).toEqual(vector.value);
	});

	test.each(read<Vector>('beacons'))('the decoder reads the beacon of the fixtures: $title', vector => {
		const keys = JSON.stringify(vector.value).includes(Buffer.from(closed.tag).toString('hex')) ? closed : lan;
		const decoded = decodeBeacon(bytesOf(vector), keys.tag, createBeaconMac(keys));
		expect(plain(decoded)).toEqual({type: 'beacon', beacon: vector.value});
	});

	test.each(read<Vector>('signed-beacons'))(
		'the decoder reads the signed beacon of the fixtures, and the signature is valid: $title',
		vector => {
			const decoded = decodeBeacon(bytesOf(vector), lan.tag, createBeaconMac(lan));
			if (decoded.type !== 'beacon' || !decoded.proof) throw new Error('no signed beacon');
			expect(plain(decoded.beacon)).toEqual(vector.value);
			expect(verifySignature(carol.peer, decoded.proof.signed, decoded.proof.signature)).toBe(true);
		},
	);

	test.each(read<Vector>('entries'))('the decoder reads the entry of the fixtures: $title', vector => {
		const {identity: _, ...value} = vector.value as Record<string, unknown>;
		expect(decodeEntry(bytesOf(vector), carol.peer, 1)).toEqual({...value, peer: carol.peer, seq: 1});
	});

	test.each(read<Vector>('signatures'))(
		'verifying a signature of the fixtures gives the expected result: $title',
		vector => {
			const {key, signature, valid} = vector.value as {key: string; signature: string; valid: boolean};
			const bytes = (text: string) => new Uint8Array(Buffer.from(text.replace(/^hex /, ''), 'hex'));
			expect(verifySignature(peerIdFromBytes(bytes(key)), bytesOf(vector), bytes(signature))).toBe(valid);
		},
	);

	test('each batch of the fixtures continues the batch before it, and all batches are accepted', () => {
		const tips = createFeedTips({roomTag: lan.tag});
		expect(batches.map(batch => tips.accept(batch).type)).toEqual(['accepted', 'accepted']);
	});

	test.each(read<HostileVector>('hostile'))(
		'decoding a hostile message of the fixtures gives the error $code: $title',
		vector => {
			let caught: unknown;
			try {
				decodeMessage(bytesOf(vector));
			} catch (error) {
				caught = error;
			}
			expect(caught).toBeInstanceOf(ProtocolError);
			expect((caught as ProtocolError).code).toBe(vector.code);
		},
	);
});
