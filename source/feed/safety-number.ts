/**
 * Safety number of two identities (protocol.md, Safety numbers). Two people compare it over another channel, for
 * example by voice, to check that each of them has the true key of the other. It is computed in the same way as the
 * safety numbers of Signal.
 */
import {createHash} from 'node:crypto';
import {hexToBytes} from '../codec/bytes.js';

const LABEL = 'p2pchat-ink safety number 1';
/**
 * Number of times that a key is hashed to compute its digits. The repetition makes it expensive to find a key whose
 * digits resemble those of another key.
 */
const ITERATIONS = 5200;
const DIGITS_PER_CHUNK = 5;
const CHUNKS = 6;

/**
 * Safety number of two identity keys of 64 hexadecimal digits: 60 decimal digits. The order of the two keys does not
 * matter.
 */
export function computeSafetyNumber(oneKey: string, otherKey: string): string {
	const [first = '', second = ''] = [digitsOfKey(oneKey), digitsOfKey(otherKey)].sort();
	return first + second;
}

/** Hash of an identity key, repeated ITERATIONS times, 64 bytes. The computation takes about 10 ms. */
export function hashIdentityKey(key: Uint8Array): Buffer {
	let hash = Buffer.concat([Buffer.from(LABEL), key]);
	for (let round = 0; round < ITERATIONS; round++) hash = createHash('sha512').update(hash).update(key).digest();
	return hash;
}

/**
 * The half of a safety number that belongs to one key, 30 decimal digits: six chunks of 5 bytes of its hash, each as
 * a big-endian integer modulo 100,000.
 */
function digitsOfKey(hex: string): string {
	const bytes = hashIdentityKey(hexToBytes(hex));
	let digits = '';
	for (let chunk = 0; chunk < CHUNKS; chunk++) {
		const value = bytes.readUIntBE(chunk * DIGITS_PER_CHUNK, DIGITS_PER_CHUNK) % 10 ** DIGITS_PER_CHUNK;
		digits += String(value).padStart(DIGITS_PER_CHUNK, '0');
	}

	return digits;
}

/** A safety number in groups of five digits, as two lines of six groups. */
export function formatSafetyNumber(number: string): readonly [string, string] {
	const groups = number.match(/.{5}/g) ?? [];
	return [groups.slice(0, CHUNKS).join(' '), groups.slice(CHUNKS).join(' ')];
}
