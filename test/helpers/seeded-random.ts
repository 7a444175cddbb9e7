import type {Random} from '../../source/core/environment.js';

/** Deterministic random source for tests. */
export interface SeededRandom extends Random {
	/** An integer from `low` to `high`, both included. */
	between(low: number, high: number): number;
	/** True with this probability. */
	chance(probability: number): boolean;
	pick<Item>(items: readonly Item[]): Item;
	/** Creates an independent stream. Reading from it does not change the numbers of this one. */
	fork(): SeededRandom;
}

/** Spreads a seed over 128 bits: splitmix-like steps on 32-bit words. */
function expandSeed(seed: number): [number, number, number, number] {
	let state = seed >>> 0;
	const next = (): number => {
		state = (state + 0x9e3779b9) >>> 0;
		let mixed = state;
		mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
		mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
		return (mixed ^ (mixed >>> 16)) >>> 0;
	};
	return [next(), next(), next(), next()];
}

/** xoshiro128** generator (Blackman and Vigna 2018). The same seed gives the same numbers on every machine. */
export function createSeededRandom(seed: number): SeededRandom {
	let [a, b, c, d] = expandSeed(seed);

	function word(): number {
		const scrambled = Math.imul(b, 5);
		const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
		const shifted = b << 9;
		c ^= a;
		d ^= b;
		b ^= c;
		a ^= d;
		c ^= shifted;
		d = (d << 11) | (d >>> 21);
		return result;
	}

	const fraction = (): number => word() / 2 ** 32;
	return {
		fraction,
		bytes: length => Uint8Array.from({length}, () => word() >>> 24),
		between: (low, high) => low + Math.floor(fraction() * (high - low + 1)),
		chance: probability => fraction() < probability,
		pick: items => items[Math.floor(fraction() * items.length)]!,
		fork: () => createSeededRandom(word()),
	};
}
