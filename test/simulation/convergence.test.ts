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
