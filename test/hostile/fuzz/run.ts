/**
 * Runs the fuzzer: `npm run fuzz -- [--target NAME[,NAME]] [--seconds N] [--seed S]`, by default 10 s for each target.
 * If an input failed, this program prints the failed inputs and exits with code 1.
 */
import {mkdirSync, writeFileSync} from 'node:fs';
import {parseArgs} from 'node:util';
import {startCoverage} from './coverage.js';
import {type FuzzResult, fuzz} from './engine.js';
import {linkTarget} from './link-target.js';
import {fuzzPeerLinks} from './session-fuzz.js';
import {targets as decoders} from './targets.js';

const {values} = parseArgs({
	options: {
		target: {type: 'string', default: 'all'},
		seconds: {type: 'string', default: '10'},
		seed: {type: 'string', default: String(Date.now() % 1_000_000)},
	},
});
const targets = {...decoders, link: linkTarget};
const names = values.target === 'all' ? [...Object.keys(targets), 'session'] : values.target.split(',');
const seed = Number(values.seed);
let total = 0;
let failed = false;

async function runTarget(name: string): Promise<{result: FuzzResult; blocks: number}> {
	const end = performance.now() + Number(values.seconds) * 1000;
	const limits = {seed, inputs: Number.POSITIVE_INFINITY, isOver: () => performance.now() >= end};
	if (name === 'session') return {result: await fuzzPeerLinks(limits), blocks: 0};
	const target = Object.entries(targets).find(([known]) => known === name)?.[1];
	if (!target) throw new Error(`no such target: ${name}; there are ${[...Object.keys(targets), 'session'].join(', ')}`);
	const coverage = startCoverage(url => url.includes('/source/'));
	// Measuring coverage makes a run several times slower, so only the first part, which builds the corpus, uses it.
	const half = performance.now() + Number(values.seconds) * 400;
	const guided = fuzz(target, {...limits, isOver: () => performance.now() >= half, coverage});
	coverage.stop();
	const fast = fuzz({...target, seeds: guided.corpus}, {...limits, seed: seed + 1});
	const inputs = guided.inputs + fast.inputs;
	const kept = guided.kept + fast.kept;
	return {result: {inputs, kept, corpus: [], faults: [...guided.faults, ...fast.faults]}, blocks: coverage.blocks};
}

console.log(`seed ${seed}`);
for (const name of names) {
	const {result, blocks} = await runTarget(name);
	total += result.inputs;
	console.log(
		`${name.padEnd(11)} ${result.inputs} inputs, ${result.kept} kept, ${blocks} blocks, ${result.faults.length} faults`,
	);
	for (const {hex, error} of result.faults) {
		failed = true;
		console.log(`  ${error}\n  ${hex.slice(0, 400)}`);
	}

	if (result.faults.length > 0) {
		const folder = new URL('fixtures/hostile/', process.env.P2PCHAT_FUZZ_ROOT);
		mkdirSync(folder, {recursive: true});
		writeFileSync(new URL(`found-${name}-${seed}.json`, folder), `${JSON.stringify(result.faults, undefined, '\t')}\n`);
	}
}

console.log(`${total} inputs in all`);
process.exitCode = failed ? 1 : 0;
