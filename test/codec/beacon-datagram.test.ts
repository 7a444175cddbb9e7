import {createHmac} from 'node:crypto';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {type BeaconMac, decodeBeacon, encodeBeacon} from '../../source/codec/beacon-datagram.js';
import {MAX_BEACON_BYTES} from '../../source/core/limits.js';
import * as arbitrary from './arbitraries.js';

const macWith =
	(key: number): BeaconMac =>
	bytes =>
		createHmac('sha256', Uint8Array.of(key)).update(bytes).digest().subarray(0, 16);
const mac = macWith(3);
const tag = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const beacon = fc.record(
	{
		version: fc.constant(1),
		roomTag: fc.constant(tag),
		peer: arbitrary.peerId,
		port: fc.integer({min: 1, max: 65_535}),
		name: arbitrary.token,
		kind: fc.constantFrom('here' as const, 'leaving', 'answer'),
		path: fc.constantFrom('broadcast' as const, 'multicast'),
		counter: fc.maxSafeInteger().map(Math.abs),
	},
	{requiredKeys: ['version', 'roomTag', 'peer', 'port', 'kind', 'counter']},
);

test('a decoded beacon equals the encoded one, with and without a name', () => {
	fc.assert(
		fc.property(beacon, sent => {
			const bytes = encodeBeacon(sent, mac);
			expect(bytes.length).toBeLessThanOrEqual(MAX_BEACON_BYTES);
			expect(decodeBeacon(bytes, tag, mac)).toEqual({type: 'beacon', beacon: sent});
		}),
	);
});

test('a beacon that was made for another room or with another secret is recognised as a beacon of a foreign node', () => {
	fc.assert(
		fc.property(beacon, sent => {
			const bytes = encodeBeacon(sent, mac);
			const foreign = {type: 'foreign', peer: sent.peer, leaving: sent.kind === 'leaving'};
			expect(
				decodeBeacon(
					bytes,
					tag.map(byte => byte + 1),
					mac,
				),
			).toEqual(foreign);
			expect(decodeBeacon(bytes, tag, macWith(4))).toEqual(foreign);
		}),
	);
});

test('a changed, truncated or extended beacon is never accepted', () => {
	fc.assert(
		fc.property(beacon, fc.nat(), fc.integer({min: 1, max: 255}), (sent, at, change) => {
			const bytes = encodeBeacon(sent, mac);
			const changed = bytes.slice();
			changed[at % bytes.length]! ^= change;
			expect(decodeBeacon(changed, tag, mac).type).not.toBe('beacon');
			expect(decodeBeacon(bytes.subarray(0, at % bytes.length), tag, mac).type).not.toBe('beacon');
			expect(decodeBeacon(Uint8Array.from([...bytes, change]), tag, mac).type).not.toBe('beacon');
		}),
	);
});

test('random bytes are never accepted as a beacon', () => {
	fc.assert(
		fc.property(fc.uint8Array({maxLength: 600}), bytes => {
			expect(['unrecognized', 'other-version', 'foreign']).toContain(decodeBeacon(bytes, tag, mac).type);
		}),
	);
});

test('a beacon of another version is reported as such, whatever its other fields contain', () => {
	const later = Uint8Array.from([...Buffer.from('p2pi'), 9]);
	expect(decodeBeacon(later, tag, mac)).toEqual({type: 'other-version', version: 9});
});

function signed(change: (bytes: Uint8Array) => void, extra: readonly number[] = []): Uint8Array {
	const [sent] = fc.sample(beacon, {numRuns: 1, seed: 5});
	const encoded = encodeBeacon({...sent!, name: 'carol', kind: 'here'}, mac);
	const body = Uint8Array.from([...encoded.subarray(0, -16), ...extra]);
	change(body);
	return Uint8Array.from([...body, ...mac(body)]);
}

test.each<[string, Uint8Array]>([
	['an unknown kind', signed(bytes => bytes.fill(77, 5, 6))],
	['a counter beyond 2^53', signed(bytes => bytes.fill(255, 48, 56))],
	['a name length that reaches into the MAC', signed(bytes => bytes.fill(255, 56, 57))],
	['port 0', signed(bytes => bytes.fill(0, 46, 48))],
])('a beacon with %s is unrecognized even if its MAC is valid', (_title, bytes) => {
	expect(decodeBeacon(bytes, tag, mac)).toEqual({type: 'unrecognized'});
});

test('bytes that a later version adds after the name in a beacon are ignored', () => {
	expect(
		decodeBeacon(
			signed(() => {}, [1, 2, 3]),
			tag,
			mac,
		).type,
	).toBe('beacon');
});
