/** Keys whose peer ids begin with the same byte, so that their feeds share one digest bucket. */
import {createPeerKey} from '../../source/feed/signing-keys.js';
import {createSeededRandom, type SeededRandom} from '../helpers/seeded-random.js';

const ID_PREFIX = /^00/;
const random = createSeededRandom(1);
/** Cache for all rooms, because only one key in 256 matches. The order is deterministic. */
const seeds: Uint8Array[] = [];

/** Returns the seed of the `index`th matching key. */
export function collidingSeed(index: number): Uint8Array {
	for (;;) {
		const found = seeds[index];
		if (found) return found;
		const seed = random.bytes(32);
		if (ID_PREFIX.test(createPeerKey(seed).peer)) seeds.push(seed);
	}
}

/**
 * Random source whose first bytes are the given seed. They become the seed of the process's key, because a process
 * creates its key before it reads other random bytes.
 */
export function withFirstBytes(random: SeededRandom, seed: Uint8Array): SeededRandom {
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
