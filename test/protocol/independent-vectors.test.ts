import {readdirSync, readFileSync} from 'node:fs';
import {expect, it, test} from 'vitest';
import {decode, encode} from './messagepack.mjs';
import * as room from './room.mjs';

const vectors = (name: string): {readonly title: string; readonly hex: string; readonly value: any}[] =>
	JSON.parse(readFileSync(new URL(`../../fixtures/codec/${name}.json`, import.meta.url), 'utf8'));
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const fill = (byte: number) => Buffer.alloc(32, byte);
const lan = room.deriveRoom('lan');
const carol = room.createKey(fill(1));

it('the independent client imports no module of the program', () => {
	const folder = new URL('./', import.meta.url);
	for (const name of readdirSync(folder).filter(file => file.endsWith('.mjs'))) {
		const imports = [...readFileSync(new URL(name, folder), 'utf8').matchAll(/from '([^']+)'/g)].map(
			([, path]) => path,
		);
		for (const path of imports) expect(path).toMatch(/^(node:[a-z:]+|\.\/[a-z-]+\.mjs)$/);
	}
});

it('the independent client derives the room keys of the fixtures, with and without a secret', () => {
	const closed = room.deriveRoom('lan', 'correct horse battery staple');
	const derived = [lan.roomKey, lan.psk, lan.beaconKey, lan.tag, closed.roomKey, closed.tag].map(hexOf);
	expect(derived).toEqual(
		vectors('keys')
			.slice(0, 6)
			.map(({hex}) => hex),
	);
	expect(lan.pskIdentity).toBe(vectors('keys')[1]?.value.identity);
});

it('the independent client computes the hash chain and the signatures of the fixtures', () => {
	const keys = vectors('keys');
	const [first, second] = vectors('batches').map(({hex}) => decode(Buffer.from(hex, 'hex')));
	expect(carol.peer).toBe(keys[6]?.hex);
	expect(hexOf(room.firstHash(lan, carol.peer))).toBe(keys[9]?.hex);
	expect(hexOf(room.chain(room.firstHash(lan, carol.peer), first[3]))).toBe(keys[10]?.hex);
	expect(room.signBatch(lan, carol, 1, first[2], first[3])).toEqual(first);
	expect(room.signBatch(lan, carol, 2, second[2], second[3])).toEqual(second);
	expect(room.isSignedBatch(lan, second)).toBe(true);
	expect(room.isSignedBatch(lan, [second[0], 3, second[2], second[3], second[4]])).toBe(false);
});

test.each(vectors('signatures'))(
	'the independent client judges a signature like the fixture: $title',
	({hex, value}) => {
		const bytes = (text: string) => Buffer.from(text.replace(/^hex /, ''), 'hex');
		const peer = hexOf(bytes(value.key));
		expect(room.isSigned(peer, Buffer.from(hex, 'hex'), bytes(value.signature))).toBe(value.valid);
	},
);

it('the independent client computes the safety number of the fixtures, in either order of the keys', () => {
	const keys = [7, 13].map(index => Buffer.from(vectors('keys')[index]?.hex ?? '', 'hex'));
	for (const order of [keys, [...keys].reverse()])
		expect(room.safetyNumber(...order)).toBe(vectors('keys')[13]?.value.safetyNumber);
});

it('the independent client computes the hello proof of the fixtures', () => {
	const hello = decode(Buffer.from(vectors('messages')[0]?.hex ?? '', 'hex').subarray(4));
	expect(room.proveHello(lan, carol, fill(4), 'dialler')).toEqual({signature: hello.signature, mac: hello.mac});
	expect(room.isProven(lan, hello, fill(4), 'dialler')).toBe(true);
	expect(room.isProven(lan, hello, fill(4), 'accepter')).toBe(false);
	expect(room.isProven(lan, hello, fill(5), 'dialler')).toBe(false);
});

it('the independent client computes the digest of the fixtures', () => {
	const {digest} = decode(Buffer.from(vectors('messages')[1]?.hex ?? '', 'hex').subarray(4));
	expect(room.digestOf([{peer: carol.peer, seq: 3, hash: fill(6)}])).toEqual(digest);
});

test.each(vectors('beacons'))('the independent client encodes and decodes $title', ({hex, value}) => {
	const kind = ['here', 'leaving', 'answer'].indexOf(value.kind);
	const keys = value.name === undefined ? room.deriveRoom('lan', 'correct horse battery staple') : lan;
	const bytes = Buffer.from(hex, 'hex');
	expect(hexOf(room.encodeBeacon(keys, {...value, kind}))).toBe(hex);
	expect(room.decodeBeacon(keys, bytes)).toMatchObject({
		kind,
		peer: carol.peer,
		port: value.port,
		counter: value.counter,
	});
	expect(
		room.decodeBeacon(keys, Buffer.concat([bytes.subarray(0, 60), Buffer.of(0), bytes.subarray(61)])),
	).toBeUndefined();
});

test.each([...vectors('messages'), ...vectors('entries'), ...vectors('batches')])(
	'the independent client encodes the decoded $title to the same value',
	({hex}) => {
		const bytes = Buffer.from(hex, 'hex');
		const value = decode(bytes.readUInt32BE() === bytes.length - 4 ? bytes.subarray(4) : bytes);
		expect(decode(encode(value))).toEqual(value);
	},
);
