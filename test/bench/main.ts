/**
 * Runs the rows of the bench one after another, each in a process of its own, prints one table and puts the figures into
 * fixtures/bench.json under the version of Node.
 */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {availableParallelism} from 'node:os';
import {join} from 'node:path';
import {historyFolder} from './make-history.js';
import {type Figure, isMet, type Row} from './row.js';
import {rows} from './rows.js';
import {drawTable} from './table.js';

type Results = Record<
	string,
	{readonly date: string; readonly processors: number; readonly rows: Record<string, unknown>}
>;

/** A row that hangs is a failed row. */
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

function save(row: Row, figures: readonly Figure[]): void {
	const file = join(process.env.P2PCHAT_BENCH_ROOT ?? '.', 'fixtures/bench.json');
	const results: Results = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
	const round = (value: number) => Number(value.toPrecision(4));
	const rounded = figures.map(figure => ({
		...figure,
		ours: round(figure.ours),
		...(figure.floor !== undefined && {floor: round(figure.floor)}),
		...(figure.ratio && {
			ratio: {median: round(figure.ratio.median), low: round(figure.ratio.low), high: round(figure.ratio.high)},
		}),
		...(isMet(figure) !== undefined && {met: isMet(figure)}),
	}));
	const version = process.versions.node;
	const before = results[version]?.rows ?? {};
	results[version] = {
		date: new Date().toISOString().slice(0, 10),
		processors: availableParallelism(),
		rows: {...before, [row.name]: {number: row.number, against: row.against, figures: rounded}},
	};
	writeFileSync(file, `${JSON.stringify(results, undefined, '\t')}\n`);
}

const chosen = chosenRows(process.argv.slice(2));
const done: {row: Row; figures: readonly Figure[]}[] = [];
for (const row of chosen) {
	process.stderr.write(`${row.number} ${row.name} …\n`);
	const figures = await runRow(row);
	done.push({row, figures});
	if (figures.length > 0) save(row, figures);
	if (chosen.length > 1) process.stderr.write(`${drawTable([{row, figures}])}\n`);
}
if (!process.env.P2PCHAT_BENCH_KEEP) rmSync(historyFolder, {recursive: true, force: true});
process.stdout.write(`\nNode ${process.versions.node}\n${drawTable(done)}\n`);
