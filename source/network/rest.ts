/**
 * How long to rest from what costs much and brings little while people talk: thousands of feeds of a word each take as much
 * work as a long history. Where nobody talks, nobody waits. Pure but for what it remembers; ms, `now` monotonic.
 */
import {createLoad} from './load.js';

export interface Rest {
	/** Somebody said something, we or others. */
	talked(now: number): void;
	/** A batch of so many entries took so long, from one who brings more than people write. */
	took(entries: number, ms: number, now: number): void;
	/** How long to rest before more. */
	due(now: number): number;
}

/** A long history comes in larger batches. */
const FEW_ENTRIES = 16;
/** A room has some short feeds. */
const FREE_LOAD_MS = 50;
const REST_FACTOR = 3;
const TALK_MS = 1000;

export function createRest(): Rest {
	const load = createLoad();
	let talkedAt = Number.NEGATIVE_INFINITY;
	let spent = 0;

	return {
		talked(now) {
			talkedAt = now;
		},
		took(entries, ms, now) {
			if (entries >= FEW_ENTRIES) return;
			load.add(ms, now);
			spent += ms;
		},
		due(now) {
			const pause = load.at(now) > FREE_LOAD_MS && now - talkedAt < TALK_MS ? REST_FACTOR * spent : 0;
			spent = 0;
			return pause;
		},
	};
}
