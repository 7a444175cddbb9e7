import {type ChildProcess, spawn} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {freeUdpPort} from '../bench-node.js';
import {meet, startChat} from '../chat-process.js';
import {type JsonLines, readJsonLines} from '../json-lines.js';
import {textOf} from '../make-history.js';
import {percentile, sleep, spreadOf} from '../measure.js';
import type {Figure, Row} from '../row.js';

const ROUNDS = 8;
const PER_ROUND = 60;
/**
 * Pause between two messages, ms. It is longer than the delay of a message, so that both ends are idle before each
 * message, as when people type.
 */
const PAUSE_MS = 25;

/** Two connected processes. One gets a line on its standard input, the other prints the line. */
interface Pair {
	write(line: string): void;
	readonly reader: JsonLines;
}

/** Times from the write to the standard input of one end to the line on the standard output of the other, in ms. */
async function measure({write, reader}: Pair, from: number): Promise<number[]> {
	const times: number[] = [];
	for (let index = from; index < from + PER_ROUND; index++) {
		await sleep(PAUSE_MS);
		const text = textOf(index);
		const shown = reader.when(line => line.text === text, reader.lines.length);
		const start = performance.now();
		write(`${JSON.stringify({type: 'post', text})}\n`);
		times.push((await shown) - start);
	}
	return times;
}

/** Starts the two ends of the reference measurement (signed-peer-process.ts) and connects them. */
async function startFloor(folder: string): Promise<{readonly pair: Pair; readonly children: readonly ChildProcess[]}> {
	const script = new URL('../signed-peer-process.js', import.meta.url).pathname;
	const listening = spawn(process.execPath, [script, join(folder, 'listening')]);
	const reader = readJsonLines(listening);
	await reader.when(line => line.type === 'ready');
	const port = String(reader.lines[0]?.port);
	const dialling = spawn(process.execPath, [script, join(folder, 'dialling'), port]);
	await Promise.all([reader, readJsonLines(dialling)].map(end => end.when(line => line.type === 'connected')));
	return {
		pair: {reader, write: line => void dialling.stdin.write(line)},
		children: [listening, dialling],
	};
}

async function run(): Promise<readonly Figure[]> {
	const folder = mkdtempSync(join(tmpdir(), 'p2pchat-bench-'));
	const port = await freeUdpPort();
	const chats = await Promise.all(['Ann', 'Ben'].map(name => startChat({port, name})));
	const floor = await startFloor(folder);
	try {
		await meet(chats);
		await sleep(1500);
		const [ann, ben] = chats;
		if (!ann || !ben) throw new Error('a process is missing');
		const ours: Pair = {reader: ben, write: line => void ann.child.stdin?.write(line)};
		const rounds: {ours: number[]; floor: number[]}[] = [];
		for (let round = -1; round < ROUNDS; round++) {
			const from = (round + 1) * PER_ROUND;
			const pair = {ours: await measure(ours, from), floor: await measure(floor.pair, from)};
			if (round >= 0) rounds.push(pair);
		}
		return [0.5, 0.99].map((part): Figure => {
			const all = (end: 'ours' | 'floor') =>
				percentile(
					rounds.flatMap(round => round[end]),
					part,
				);
			const ratio = spreadOf(rounds.map(round => percentile(round.ours, part) / percentile(round.floor, part)));
			const target = part === 0.5 ? {atMost: 2} : {atMost: 3, absolute: true as const};
			return {what: `p${part * 100}, one way`, unit: 'ms', ours: all('ours'), floor: all('floor'), ratio, ...target};
		});
	} finally {
		for (const child of floor.children) child.kill('SIGKILL');
		await Promise.all(chats.map(chat => chat.close()));
		rmSync(folder, {recursive: true, force: true});
	}
}

export const latencyRow: Row = {
	number: 6,
	name: 'latency',
	against: 'two processes that sign, append, send over TLS, verify and append, with nothing else',
	run,
};
