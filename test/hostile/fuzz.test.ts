/** Short run of the fuzzer (`npm run fuzz` is the long one), and a test of all inputs that failed once. */
import {readFileSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import {createSeededRandom} from '../helpers/seeded-random.js';
import {fuzz} from './fuzz/engine.js';
import {linkTarget} from './fuzz/link-target.js';
import {fuzzPeerLinks} from './fuzz/session-fuzz.js';
import {targets as decoders} from './fuzz/targets.js';

interface FoundInput {
	readonly target: string;
	readonly title: string;
	readonly hex: string;
}

const SEED = 20_261_122;
/** Targets that need more time for one input than a decoder needs. */
const SLOW = new Set(['log', 'link', 'config', 'remembered']);
const targets = {...decoders, link: linkTarget};
const found: readonly FoundInput[] = JSON.parse(
	readFileSync(new URL('../../fixtures/hostile/found.json', import.meta.url), 'utf8'),
);

describe('the fuzzer with generated inputs', () => {
	test.each(Object.keys(targets))('the fuzzer with generated inputs finds no fault in target %s', name => {
		const target = Object.entries(targets).find(([known]) => known === name)![1];
		const inputs = SLOW.has(name) ? 300 : 1000;
		const {faults} = fuzz(target, {seed: SEED, inputs});
		expect(faults).toEqual([]);
	});

	test('the fuzzer with generated inputs finds no fault in nodes, and honest nodes continue to chat', async () => {
		const {faults} = await fuzzPeerLinks({seed: SEED, inputs: 600});
		expect(faults).toEqual([]);
	});
});

describe('an input that failed once is handled correctly', () => {
	test.each(found)('an input that failed once is handled correctly: $target, $title', ({target, hex}) => {
		const random = createSeededRandom(1);
		const known = Object.entries(targets).find(([name]) => name === target)![1];
		expect(() => known.run(new Uint8Array(Buffer.from(hex, 'hex')), random)).not.toThrow();
	});
});
