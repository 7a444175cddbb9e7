/** Fuzzer. It keeps inputs that give a new result of the target or new coverage, and mutates them further. */
import {createSeededRandom} from '../../helpers/seeded-random.js';
import type {Coverage} from './coverage.js';
import {mutate} from './mutate.js';
import type {FuzzTarget} from './targets.js';

export interface FuzzResult {
	readonly inputs: number;
	/** Number of inputs that were kept in addition to the seeds. */
	readonly kept: number;
	/** Seeds and kept inputs. */
	readonly corpus: readonly Uint8Array[];
	/** Inputs that failed, in hexadecimal digits, with their errors. */
	readonly faults: readonly {readonly hex: string; readonly error: string}[];
}

export interface FuzzLimits {
	readonly seed: number;
	readonly inputs: number;
	/** Called once per round; returning true ends the run. */
	readonly isOver?: () => boolean;
	readonly coverage?: Coverage;
}

const ROUND = 256;
const MAX_KEPT = 2000;
const MAX_FAULTS = 5;
/** Longest time for an input of a few kB, in ms. A slower target would block the event loop. */
const SLOW_MS = 1000;

export function fuzz(target: FuzzTarget, limits: FuzzLimits): FuzzResult {
	const random = createSeededRandom(limits.seed);
	const corpus = [...target.seeds];
	const results = new Set<string>();
	const faults: {hex: string; error: string}[] = [];
	let inputs = 0;

	function runOne(bytes: Uint8Array): boolean {
		inputs++;
		const started = performance.now();
		try {
			const result = target.run(bytes, random);
			const ms = performance.now() - started;
			if (ms > SLOW_MS) throw new Error(`it took ${Math.round(ms)} ms`);
			if (results.has(result) || results.size > MAX_KEPT) return false;
			results.add(result);
			return true;
		} catch (error) {
			const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
			if (faults.length < MAX_FAULTS) faults.push({hex: Buffer.from(bytes).toString('hex'), error: text.slice(0, 600)});
			return false;
		}
	}

	function keep(bytes: Uint8Array): void {
		if (corpus.length < MAX_KEPT) corpus.push(Uint8Array.from(bytes));
	}

	/** Runs a round again in groups of 16 inputs, and keeps each group that reaches new blocks. */
	function keepReachers(round: readonly Uint8Array[], coverage: Coverage): void {
		for (let at = 0; at < round.length; at += 16) {
			for (const bytes of round.slice(at, at + 16)) runOne(bytes);
			if (coverage.takeNew() > 0) for (const bytes of round.slice(at, at + 16)) keep(bytes);
		}
	}

	for (const seed of target.seeds) runOne(seed);
	limits.coverage?.takeNew();
	while (inputs < limits.inputs && faults.length < MAX_FAULTS && !limits.isOver?.()) {
		const round: Uint8Array[] = [];
		for (let index = 0; index < ROUND && inputs < limits.inputs; index++) {
			const bytes = mutate(random.pick(corpus), random, corpus);
			round.push(bytes);
			if (runOne(bytes)) keep(bytes);
		}

		if (limits.coverage && limits.coverage.takeNew() > 0) {
			keep(random.pick(round));
			if (corpus.length < MAX_KEPT / 2) keepReachers(round, limits.coverage);
		}
	}

	return {inputs, kept: corpus.length - target.seeds.length, corpus, faults};
}
