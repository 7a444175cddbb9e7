/** Command line of the simulator: see HELP. */
import {parseArgs} from 'node:util';
import {runSeed} from './simulate.js';

const HELP = `Usage: npm run simulate -- [OPTIONS]
Plays rooms of simulated nodes with faults on fake time, and prints the first seed that violates an invariant.
  --runs N          number of rooms (default: 100)
  --seed S          seed of the first room; each further room has the next number (default: 1)
  --nodes LOW..HIGH number of nodes in a room (default: 2..10)
  --keep-going      print every seed that violates an invariant
  --trace           print what happens in each room
  --help            print this text`;

const {values} = parseArgs({
	options: {
		help: {type: 'boolean', default: false},
		runs: {type: 'string', default: '100'},
		seed: {type: 'string', default: '1'},
		nodes: {type: 'string', default: '2..10'},
		trace: {type: 'boolean', default: false},
		'keep-going': {type: 'boolean', default: false},
	},
});
if (values.help) {
	console.log(HELP);
	process.exit(0);
}

const [low = 2, high = low] = values.nodes.split('..').map(Number);
const first = Number(values.seed);
const runs = Number(values.runs);
const started = performance.now();
let failed = 0;
let events = 0;
let current = first;
let slowest = 0;
let equal = 0;
let sending = 0;

process.on('unhandledRejection', error => {
	console.log(`seed ${current}: unhandled rejection`, error);
	process.exit(1);
});

for (let index = 0; index < runs; index++) {
	current = first + index;
	const result = await runSeed(current, {low, high}, values.trace ? line => console.log(line) : undefined);
	events += result.events;
	slowest = Math.max(slowest, result.settledMs);
	equal = Math.max(equal, result.equalMs);
	sending = Math.max(sending, result.sendingRatio);
	if (result.faults.length === 0) continue;
	failed++;
	console.log(`seed ${current}, ${result.nodes} nodes:\n  ${result.faults.slice(0, 6).join('\n  ')}`);
	if (!values['keep-going']) break;
}

const seconds = ((performance.now() - started) / 1000).toFixed(1);
console.log(
	`${current - first + 1 - failed} passed, ${failed} failed: seeds ${first}..${current}, ${low} to ${high} nodes, ${events} events, history equal within ${equal / 1000} s, settled within ${slowest / 1000} s, traffic at most ${sending.toFixed(2)} of the bound, ${seconds} s`,
);
process.exitCode = failed > 0 ? 1 : 0;
