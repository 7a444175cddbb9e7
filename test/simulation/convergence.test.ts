/**
 * Rules broken one at a time in a copy of the code, and what caught each: the seed-th room of
 * `npm run simulate -- --seed 2000 --runs 40 --nodes 2..6`, or the unit test named.
 *
 * | rule broken | caught by |
 * |---|---|
 * | both ends close a duplicate | room 2: no connection left of two |
 * | the lower id closes before the other end has verified | room 3: no connection left of two |
 * | nobody closes a duplicate | room 1: two connections |
 * | no `have` anew after a close | room 17: not acknowledged |
 * | no `have` anew at a replacement, or once per peer | room 1: not acknowledged |
 * | only the lower id dials | room 26: no connection |
 * | peers are not exchanged | room 1: no connection |
 * | beacons stop after the burst | room 10: no connection |
 * | lost by everybody at once | room 35: four accusers |
 * | lost although others are connected | room 3: never went but lost |
 * | lost never answered | room 8: here but lost |
 * | returned without a current lost | room 1: returned from what nobody reported |
 * | gaps accepted | room 1: not acknowledged |
 * | digests never differ | room 1: feeds differ |
 * | no relay | room 16: feeds differ |
 * | no acknowledgement of what the author holds | room 1: not acknowledged |
 * | no push | room 1: feeds differ |
 * | own-stall guard off | room 9: gave up the living |
 * | own-stall guard off for accusations | room 40: three accusers |
 * | no `left` on a shutdown | room 6: never went but lost |
 * | silence ends no connection | room 8: no connection |
 * | no ping | room 1: gave up the living |
 * | timers outlive a stop | room 1: timers left |
 * | only one address of a peer is dialled; no dial after the fifth failure | dialler.test.ts |
 * | lost without grace; no rule for the vanished | witness.test.ts |
 * | HLC merged against our own HLC, or not at all | node-clock.test.ts |
 * | a range asked of every source | want-planner.test.ts |
 */
import {describe, expect, it} from 'vitest';
import {runSeed} from './simulate.js';

const LIMIT_MS = 120_000;

/** `npm run simulate -- --seed S --runs 1 --nodes LOW..HIGH --trace` tells the story of one seed. */
async function faultsOf(seeds: readonly number[], low: number, high: number): Promise<string[]> {
	const faults: string[] = [];
	for (const seed of seeds) {
		const result = await runSeed(seed, {low, high});
		if (result.faults.length > 0)
			faults.push(`--seed ${seed} --runs 1 --nodes ${low}..${high}\n${result.faults.join('\n')}`);
	}
	return faults;
}

const count = (from: number, length: number) => Array.from({length}, (_, index) => from + index);

describe('a room under every fault', () => {
	it('agrees on one history, and on who is here, in small rooms', {timeout: LIMIT_MS}, async () => {
		expect(await faultsOf(count(1, 10), 2, 5)).toEqual([]);
	});

	it('agrees in rooms of up to ten', {timeout: LIMIT_MS}, async () => {
		expect(await faultsOf(count(101, 2), 6, 10)).toEqual([]);
	});

	it('is the same history for the same seed', {timeout: LIMIT_MS}, async () => {
		const lines: string[][] = [[], []];
		for (const trace of lines) await runSeed(7, {low: 3, high: 3}, line => trace.push(line));
		expect(lines[1]).toEqual(lines[0]);
		expect(lines[0]?.length).toBeGreaterThan(50);
	});
});
