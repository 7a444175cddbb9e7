import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {statSync} from 'node:fs';
import {benchKeys, historyLog} from '../make-history.js';
import {compare, median} from '../measure.js';
import type {Figure, Row} from '../row.js';

const SIZES = [1000, 10_000, 100_000, 1_000_000] as const;

export interface OpenReport {
	readonly ms: number;
	/** Growth of live memory, in bytes. */
	readonly bytes: number;
	readonly rss: number;
}

/** Each run starts a new process, so that no run is faster because an earlier run has warmed up the code. */
async function measure(how: 'ours' | 'floor', path: string, count: number): Promise<OpenReport> {
	const script = new URL('../open-process.js', import.meta.url).pathname;
	const words = ['--expose-gc', '--max-old-space-size=8192', script, how, path, String(count)];
	const child = spawn(process.execPath, words, {stdio: ['ignore', 'ignore', 'inherit', 'ipc']});
	const message = once(child, 'message').then(([report]) => report as OpenReport);
	const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`ended with ${code}`)));
	ended.catch(() => {});
	return Promise.race([message, ended]);
}

async function run(): Promise<readonly Figure[]> {
	const keys = await benchKeys();
	const figures: Figure[] = [];
	for (const count of SIZES) {
		const path = await historyLog(count, keys, {signed: false});
		const large = count === 1_000_000;
		const bytes: number[] = [];
		const ours = async () => {
			const report = await measure('ours', path, count);
			bytes.push(report.bytes / count);
			return report.ms;
		};
		const compared = await compare(ours, async () => (await measure('floor', path, count)).ms, {
			runs: large ? 3 : 5,
			warmup: 1,
		});
		const label = count.toLocaleString('en-US');
		figures.push({what: `${label} to the first frame`, unit: 'ms', ...compared, ...(large && {atMost: 2.5})});
		figures.push({
			what: `${label}: memory`,
			unit: 'B/event',
			ours: median(bytes),
			...(large && {atMost: 270}),
			note: `${Math.round(statSync(path).size / count)} B an event in the file`,
		});
	}
	return figures;
}

export const openRow: Row = {
	number: 2,
	name: 'open',
	against: 'reading and unpacking the same file with nothing else',
	run,
};
