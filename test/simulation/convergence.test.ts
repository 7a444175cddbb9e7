/**
 * Rules broken one at a time in a copy of the code, and what caught each: the first room that failed of
 * `npm run simulate -- --seed 2000 --runs 40 --nodes 2..6`, and a unit test. `node test/simulation/mutate.mjs [word…]` does
 * it again; all fifty were caught on 22 November 2026, 29 by a room. The numbers of rooms move when scenarios change.
 *
 * | rule broken | caught by |
 * |---|---|
 * | both ends close a duplicate | room 1: no connection left of two |
 * | the lower id closes before the other end has verified | room 1: no connection left of two |
 * | nobody closes a duplicate | room 1: two connections |
 * | either end sends on the oldest | mesh-duplicates.test.ts |
 * | no `have` anew after a close | room 24: not one history, mesh-duplicates.test.ts |
 * | no `have` anew at a replacement | mesh-duplicates.test.ts |
 * | `have` once for each peer, not for each connection | room 9: not acknowledged, sync.test.ts |
 * | what was asked on the older of two is not answered | sync.test.ts |
 * | only the lower id dials | room 6: not one history |
 * | peers are not exchanged | room 1: no connection |
 * | beacons stop after the burst | room 14: not one history, discovery.test.ts |
 * | no answer to a beacon | room 6: not one history, discovery.test.ts |
 * | a replayed beacon is believed | discovery.test.ts |
 * | only one address of a peer is dialled | dialler.test.ts |
 * | after five failures never again | dialler.test.ts |
 * | a target that is lost is not dialled again | dialler-targets.test.ts |
 * | lost by everybody at once | room 18: many accusers |
 * | lost although others are connected | room 15: here but lost |
 * | lost without grace | witness.test.ts |
 * | no rule for those who vanished unseen | room 14: crashed but not lost, witness.test.ts |
 * | lost never answered | room 15: here but lost |
 * | returned without a current lost | room 1: returned from what nobody reported |
 * | no `left` on a shutdown | room 1: never went but lost |
 * | last words not read before a goodbye is noted | room 9: last word after the goodbye |
 * | own-stall guard off | room 1: gave up the living |
 * | own-stall guard off for accusations | witness.test.ts |
 * | silence ends no connection | room 15: not one history, liveness.test.ts |
 * | no ping | room 1: gave up the living, open-peer-link.test.ts |
 * | gaps accepted | room 3: not one history, feed-tips.test.ts |
 * | digests never differ | room 1: not one history, sync-convergence.test.ts |
 * | a digest that differs is not answered with our own | sync.test.ts |
 * | a digest is answered with our own although one of ours is on its way | room 1: not one history, sync-convergence.test.ts |
 * | no relay | room 15: not one history, sync-convergence.test.ts |
 * | no acknowledgement of what the author holds | room 1: not acknowledged, sync.test.ts |
 * | an author whose list names its own feed is not told that we hold it | sync.test.ts |
 * | claims about our own feed are believed | sync.test.ts |
 * | no push | room 1: not acknowledged, sync.test.ts |
 * | push without a bound on what waits | slow-reader.test.ts, sync.test.ts |
 * | who reads again is not told how far we are | slow-reader.test.ts, sync.test.ts |
 * | what is ahead is dropped and not asked for | sync.test.ts |
 * | history that nobody asked for is taken | sync.test.ts |
 * | a want is never given up | room 9: not one history, sync.test.ts |
 * | a want that was not answered stays open | room 9: not one history, sync.test.ts |
 * | who does not give what he claims is asked for ever | sync.test.ts |
 * | who answered late is asked first again | sync.test.ts |
 * | a range asked of several at once | sync.test.ts |
 * | asked although its author is about to push it | sync.test.ts |
 * | the clocks of others are not merged | room 1: stands before what it knew, node-clock.test.ts |
 * | merged up to a day ahead of our own reading, not of our wall clock | node-clock.test.ts |
 * | a timer outlives a stop | room 1: timers left, sync.test.ts |
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
		expect(await faultsOf(count(10, 10), 2, 5)).toEqual([]);
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
