/**
 * Row 16: compares the transfer of 100,000 events to a newcomer with that of 100,000 blocks of hypercore over TCP on
 * loopback.
 */
import {fork} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {benchKeys, historyLog} from '../make-history.js';
import {median} from '../measure.js';
import {handOver} from '../rows/history.js';
import {notInstalled, type PeerResult} from './peer.js';

export const BLOCKS = 100_000;
const RUNS = 2;

/** Folder outside the dependencies of this project in which hypercore is looked for. */
const folder = join(process.env.P2PCHAT_BENCH_ROOT ?? '.', 'node_modules/.cache/p2pchat-peers');

async function replicate(): Promise<number> {
	const storage = mkdtempSync(join(tmpdir(), 'p2pchat-bench-'));
	const child = fork(new URL('./hypercore-process.js', import.meta.url).pathname, [folder, storage, String(BLOCKS)]);
	try {
		const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`hypercore ended with ${code}`)));
		ended.catch(() => {});
		const [ms] = await Promise.race([once(child, 'message'), ended]);
		return ms;
	} finally {
		child.kill('SIGKILL');
		rmSync(storage, {recursive: true, force: true});
	}
}

/** Compares events and blocks per second. One block holds the text of one message. */
export async function compareHypercore(): Promise<PeerResult> {
	const manifest = join(folder, 'node_modules/hypercore/package.json');
	if (!existsSync(manifest)) {
		return [notInstalled('hypercore', 'npm i --prefix node_modules/.cache/p2pchat-peers hypercore@11')];
	}
	const path = await historyLog(BLOCKS, await benchKeys(), {perBatch: 1});
	const ours: number[] = [];
	const theirs: number[] = [];
	for (let run = 0; run < RUNS; run++) {
		theirs.push((BLOCKS / (await replicate())) * 1000);
		ours.push((BLOCKS / (await handOver(path, BLOCKS)).ms) * 1000);
	}
	const peer = `hypercore ${JSON.parse(readFileSync(manifest, 'utf8')).version}`;
	const note = 'both ends in one process there, in two here';
	return [{figure: 'history to a newcomer', unit: 'events/s', peer, ours: median(ours), theirs: median(theirs), note}];
}
