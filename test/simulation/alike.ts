/** Keys whose peer ids begin with the same byte, so that their feeds share a bucket. */
import {createPeerKey} from '../../source/feed/signing-keys.js';
import {createSeededRandom, type SeededRandom} from '../helpers/seeded-random.js';

const BEGINNING = /^00/;
const random = createSeededRandom(1);
/** Found once for all rooms: one key in 256 begins like this. Always the same ones, in the same order. */
const seeds: Uint8Array[] = [];

/** The seed of the `index`th such key. */
export function alikeSeed(index: number): Uint8Array {
	for (;;) {
		const found = seeds[index];
		if (found) return found;
		const seed = random.bytes(32);
		if (BEGINNING.test(createPeerKey(seed).peer)) seeds.push(seed);
	}
}

/** Chance that begins with these bytes: a process makes its key first. */
export function withSeed(random: SeededRandom, seed: Uint8Array): SeededRandom {
	let first: Uint8Array | undefined = seed;
	return {
		...random,
		bytes(length) {
			const bytes = first ?? random.bytes(length);
			first = undefined;
			return bytes;
		},
	};
}
