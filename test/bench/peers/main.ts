/** Runs the comparison with public programs and prints it as a Markdown table: `npm run bench peers`. */

import {compareHypercore} from './hypercore.js';
import type {Comparison, PeerResult, Skipped} from './peer.js';
import {compareSerf} from './serf.js';
import {compareServers} from './servers.js';
import {compareTerminals} from './terminals.js';

const number = (value: number): string =>
	value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3);

function rowOf({figure, unit, ours, peer, theirs, note}: Comparison): string {
	const cells = [
		figure,
		`${number(ours)} ${unit}`,
		peer,
		`${number(theirs)} ${unit}`,
		`${number(ours / theirs)}x`,
		note ?? '',
	];
	return `| ${cells.join(' | ')} |`;
}

const isSkipped = (result: Comparison | Skipped): result is Skipped => 'reason' in result;

const parts: [string, () => Promise<PeerResult>][] = [
	['one word through servers', compareServers],
	['keys in terminals', compareTerminals],
	['absence', compareSerf],
	['history', compareHypercore],
];
const results: (Comparison | Skipped)[] = [];
for (const [name, compare] of parts) {
	process.stderr.write(`${name} …\n`);
	try {
		results.push(...(await compare()));
	} catch (error) {
		process.exitCode = 1;
		process.stderr.write(`${name}: ${error instanceof Error ? error.message : error}\n`);
	}
}
const date = new Date().toISOString().slice(0, 10);
process.stdout.write(`\nNode ${process.versions.node}, ${date}\n\n`);
process.stdout.write(
	'| figure | p2pchat-ink | beside | figure there | ours / theirs | note |\n|---|---|---|---|---|---|\n',
);
for (const result of results) if (!isSkipped(result)) process.stdout.write(`${rowOf(result)}\n`);
for (const result of results) if (isSkipped(result)) process.stdout.write(`\n${result.peer}: ${result.reason}\n`);
