import fc from 'fast-check';
import {expect, test} from 'vitest';
import {pack, unpack} from '../../source/codec/msgpack.js';
import {ProtocolError} from '../../source/core/errors.js';

const key = fc.string({maxLength: 12}).filter(text => text !== '__proto__');
const value = fc.letrec(tie => ({
	value: fc.oneof(
		{depthSize: 'small', maxDepth: 6},
		fc.maxSafeInteger(),
		fc.boolean(),
		fc.constant(null),
		fc.string({unit: 'grapheme', maxLength: 80}),
		fc.uint8Array({maxLength: 300}),
		fc.array(tie('value'), {maxLength: 20}),
		fc.array(fc.tuple(key, tie('value')), {maxLength: 20}).map(pairs => Object.fromEntries(pairs)),
	),
})).value;

/** Replaces every Buffer and Uint8Array by a plain value, so that values are compared by their bytes. */
function plain(input: unknown): unknown {
	if (input instanceof Uint8Array) return {bytes: [...input]};
	if (Array.isArray(input)) return input.map(plain);
	if (typeof input === 'object' && input !== null) {
		return Object.fromEntries(Object.entries(input).map(([name, item]) => [name, plain(item)]));
	}
	return Object.is(input, -0) ? 0 : input;
}

function codeOf(bytes: Uint8Array): string {
	try {
		unpack(bytes);
	} catch (error) {
		if (error instanceof ProtocolError) return error.code;
		throw error;
	}
	return 'accepted';
}

const bytesOf = (...parts: readonly number[]) => Uint8Array.from(parts);
const repeat = (byte: number, count: number) => new Uint8Array(count).fill(byte);

test('a decoded value equals the encoded one', () => {
	fc.assert(
		fc.property(value, input => {
			expect(plain(unpack(new Uint8Array(pack(input))))).toEqual(plain(input));
		}),
	);
});

test('random bytes decode to a value or throw ProtocolError', () => {
	fc.assert(
		fc.property(fc.uint8Array({maxLength: 400}), bytes => {
			codeOf(bytes);
		}),
		{numRuns: 2000},
	);
});

test('a value with a changed byte decodes to a value or throws ProtocolError', () => {
	fc.assert(
		fc.property(value, fc.nat(), fc.integer({min: 0, max: 255}), (input, at, byte) => {
			const bytes = new Uint8Array(pack(input));
			bytes[at % bytes.length] = byte;
			codeOf(bytes);
		}),
		{numRuns: 2000},
	);
});

test('an encoded value without its last bytes is always rejected as truncated', () => {
	fc.assert(
		fc.property(value, fc.nat(), (input, at) => {
			const bytes = new Uint8Array(pack(input));
			expect(codeOf(bytes.subarray(0, at % bytes.length))).toBe('truncated');
		}),
	);
});

test.each([
	['nested arrays that would overflow the stack', repeat(0x91, 5000), 'too-deep'],
	['a million nested arrays', repeat(0x91, 1_000_000), 'too-deep'],
	['nested maps', Uint8Array.from(Array.from({length: 20}, () => [0x81, 0xa0]).flat()), 'too-deep'],
	['an array that claims four billion values', bytesOf(0xdd, 0xff, 0xff, 0xff, 0xff), 'truncated'],
	['a map that claims four billion pairs', bytesOf(0xdf, 0xff, 0xff, 0xff, 0xff), 'truncated'],
	['bytes that claim four gigabytes', bytesOf(0xc6, 0xff, 0xff, 0xff, 0xff), 'truncated'],
	['a text that claims four gigabytes', bytesOf(0xdb, 0xff, 0xff, 0xff, 0xff), 'truncated'],
	['a second value after the first', bytesOf(0x01, 0x02), 'trailing-bytes'],
	['an empty input', bytesOf(), 'truncated'],
	['a record definition of msgpackr', bytesOf(0xd4, 0x72, 0x40, 0x91, 0xa1, 0x61, 0x01), 'bad-type'],
	['a timestamp extension', bytesOf(0xd6, 0xff, 0, 0, 0, 0), 'bad-type'],
	['an extension of any length', bytesOf(0xc7, 0x01, 0x65, 0x00), 'bad-type'],
	['the unused type', bytesOf(0xc1), 'bad-type'],
	['a map key that is a number', bytesOf(0x81, 0x01, 0x01), 'bad-key'],
	['a map key that is an array', bytesOf(0x81, 0x91, 0xa1, 0x61, 0x01), 'bad-key'],
	['a map key __proto__', new Uint8Array([0x81, 0xa9, ...new TextEncoder().encode('__proto__'), 0x80]), 'bad-key'],
	['an integer above 2^53', bytesOf(0xcf, 0x00, 0x20, 0, 0, 0, 0, 0, 0), 'bad-integer'],
	['an integer below -2^53', bytesOf(0xd3, 0x80, 0, 0, 0, 0, 0, 0, 0), 'bad-integer'],
])('the MessagePack decoder rejects %s', (_title, bytes, code) => {
	expect(codeOf(bytes)).toBe(code);
});

test('the MessagePack decoder accepts 16 nested arrays and rejects 17', () => {
	expect(codeOf(bytesOf(...repeat(0x91, 16), 0x01))).toBe('accepted');
	expect(codeOf(bytesOf(...repeat(0x91, 17), 0x01))).toBe('too-deep');
});

test('64-bit integers up to 2^53 decode to numbers', () => {
	expect(unpack(bytesOf(0xcf, 0x00, 0x1f, 255, 255, 255, 255, 255, 255))).toBe(Number.MAX_SAFE_INTEGER);
	expect(unpack(bytesOf(0xd3, 255, 255, 255, 255, 255, 255, 255, 255))).toBe(-1);
	expect(unpack(bytesOf(0xd3, 255, 0xe0, 0, 0, 0, 0, 0, 1))).toBe(Number.MIN_SAFE_INTEGER);
});

test('bytes returned by an earlier encoding are not changed by a later one', () => {
	const first = pack(['first', repeat(7, 3000)]);
	const copy = first.slice();
	for (let index = 0; index < 100; index++) pack([index, repeat(9, 5000)]);
	expect(first).toEqual(copy);
});

test('map keys that are named like members of Object.prototype are decoded as ordinary keys', () => {
	const read = unpack(pack({constructor: 1, toString: 2})) as Record<string, unknown>;
	expect(Object.entries(read)).toEqual([
		['constructor', 1],
		['toString', 2],
	]);
	expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
});
