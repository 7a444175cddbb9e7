/**
 * Seeded mutations of bytes. Some change random bytes, others insert MessagePack tokens, boundary numbers, special
 * texts or parts of other inputs.
 */
import type {SeededRandom} from '../../helpers/seeded-random.js';

/** Bytes at the boundaries of the ranges of MessagePack tokens. */
const TOKENS = [
	0x00, 0x01, 0x7f, 0x80, 0x81, 0x8f, 0x90, 0x91, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7,
	0xca, 0xcb, 0xcc, 0xcd, 0xce, 0xcf, 0xd0, 0xd3, 0xd4, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xde, 0xdf, 0xe0, 0xff,
];
const NUMBERS = [0, 1, 127, 128, 255, 256, 32_767, 65_535, 65_536, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];
const TEXTS = [
	...[
		'__proto__',
		'type',
		'hello',
		'have',
		'want',
		'events',
		'peers',
		'ping',
		'pong',
		'bye',
		'error',
		'posted',
		'joined',
	],
	...[
		'\u001B[2J',
		'\u202E',
		'\uD800',
		'\u0000',
		'/ignore',
		'/peer ',
		'{"type":"post","text":"',
		'\u001B[200~',
		'\u001B[201~',
	],
];
const MAX_BYTES = 4096;

function splice(bytes: Uint8Array, at: number, removed: number, added: Uint8Array): Uint8Array {
	return Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(Math.min(bytes.length, at + removed))]);
}

function mutateOnce(bytes: Uint8Array, random: SeededRandom, others: readonly Uint8Array[]): Uint8Array {
	const at = random.between(0, Math.max(0, bytes.length - 1));
	const changed = Uint8Array.from(bytes);
	switch (random.between(0, 10)) {
		case 0:
			changed[at] = (changed[at] ?? 0) ^ (1 << random.between(0, 7));
			return changed;
		case 1:
			changed[at] = random.pick(TOKENS);
			return changed;
		case 2:
			return splice(bytes, at, 1, Uint8Array.of(random.pick(TOKENS)));
		case 3:
			return splice(bytes, at, 0, random.bytes(random.between(1, 8)));
		case 4:
			return splice(bytes, at, random.between(1, 16), new Uint8Array(0));
		case 5: {
			const length = random.between(1, 64);
			return splice(bytes, at, 0, bytes.subarray(at, at + length));
		}
		case 6: {
			const number = Buffer.alloc(4);
			number.writeUInt32BE(random.pick(NUMBERS));
			return splice(bytes, at, 4, number);
		}
		case 7:
			return bytes.subarray(0, at);
		case 8:
			return splice(bytes, at, random.between(0, 8), Buffer.from(random.pick(TEXTS)));
		case 9: {
			const other = others.length > 0 ? random.pick(others) : bytes;
			const from = random.between(0, Math.max(0, other.length - 1));
			return splice(bytes, at, random.between(0, 32), other.subarray(from, from + random.between(1, 64)));
		}
		default: {
			const length = 10 ** random.between(1, 3);
			return splice(bytes, at, 0, new Uint8Array(length).fill(random.pick(TOKENS)));
		}
	}
}

/** Applies one to six mutations, one after another. */
export function mutate(bytes: Uint8Array, random: SeededRandom, others: readonly Uint8Array[]): Uint8Array {
	let changed = bytes;
	for (let count = random.pick([1, 1, 1, 2, 3, 6]); count > 0; count--) changed = mutateOnce(changed, random, others);
	return changed.subarray(0, MAX_BYTES);
}
