/**
 * Runs the rows of the benchmark one after another, each in a separate process. Prints one table and writes the figures to
 * fixtures/bench.json, under the version of Node.
 */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {rmSync} from 'node:fs';
import {historyFolder} from './make-history.js';
import type {Figure, Row} from './row.js';
import {rows} from './rows.js';
import {saveFigures} from './save-figures.js';
import {drawTable} from './table.js';

/** Time limit of a row, ms. A row that exceeds it counts as failed. */
const ROW_LIMIT_MS = 1_200_000;

async function runRow(row: Row): Promise<readonly Figure[]> {
	const script = new URL(row.bundled ? '../../bundled/row-process.js' : './row-process.js', import.meta.url).pathname;
	const words = ['--expose-gc', '--max-old-space-size=8192', script, row.name];
	const child = spawn(process.execPath, words, {stdio: ['ignore', 'inherit', 'inherit', 'ipc']});
	const figures: Figure[] = [];
	child.on('message', (message: readonly Figure[]) => void figures.push(...message));
	const timer = setTimeout(() => void child.kill('SIGKILL'), ROW_LIMIT_MS);
	const [code] = await once(child, 'close');
	clearTimeout(timer);
	if (code !== 0) process.exitCode = 1;
	return figures;
}

function chosenRows(words: readonly string[]): Row[] {
	const unknown = words.filter(word => !rows.some(row => row.name === word || String(row.number) === word));
	if (unknown.length > 0)
		throw new Error(`no such row: ${unknown.join(' ')}; there are ${rows.map(row => row.name).join(' ')}`);
	return rows.filter(row => words.length === 0 || words.includes(row.name) || words.includes(String(row.number)));
}

const chosen = chosenRows(process.argv.slice(2));
const done: {row: Row; figures: readonly Figure[]}[] = [];
for (const row of chosen) {
	process.stderr.write(`${row.number} ${row.name} …\n`);
	const figures = await runRow(row);
	done.push({row, figures});
	if (figures.length > 0) saveFigures(row, figures);
	if (chosen.length > 1) process.stderr.write(`${drawTable([{row, figures}])}\n`);
}
if (!process.env.P2PCHAT_BENCH_KEEP) rmSync(historyFolder, {recursive: true, force: true});
process.stdout.write(`\nNode ${process.versions.node}\n${drawTable(done)}\n`);
