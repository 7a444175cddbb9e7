import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {availableParallelism} from 'node:os';
import {join} from 'node:path';
import {type Figure, isMet, type Row} from './row.js';

type Results = Record<
	string,
	{readonly date: string; readonly processors: number; readonly rows: Record<string, unknown>}
>;

/** Writes the figures of a row to fixtures/bench.json, under the running version of Node. */
export function saveFigures(row: Omit<Row, 'run'>, figures: readonly Figure[]): void {
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
