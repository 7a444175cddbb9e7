import {fork} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {openFileLog} from '../../../source/storage/file-log.js';
import {startBenchNode} from '../bench-node.js';
import {forkNode} from '../child-node.js';
import {benchKeys, textOf} from '../make-history.js';
import {percentile, sleep, spreadOf, until} from '../measure.js';
import type {Figure, Row} from '../row.js';
import {dialTls, tlsKeyOf} from '../tls-pair.js';

const ROUNDS = 10;
const PER_ROUND = 60;
const PAUSE_MS = 4;

/** Measures the half of each round trip, in microseconds. */
async function measure(exchange: (text: string) => Promise<unknown>): Promise<number[]> {
	const times: number[] = [];
	for (let index = 0; index < PER_ROUND; index++) {
		await sleep(PAUSE_MS);
		const start = performance.now();
		await exchange(textOf(index));
		times.push(((performance.now() - start) * 1000) / 2);
	}
	return times;
}

async function run(): Promise<readonly Figure[]> {
	const keys = await benchKeys();
	const folder = mkdtempSync(join(tmpdir(), 'p2pchat-bench-'));
	const header = {version: '1.0.0', roomTag: keys.tag, roomName: 'bench', created: Date.now()};
	const other = await forkNode({path: join(folder, 'other.p2plog'), fresh: true, echo: true});
	const {port} = await other.nextMessage('ready');
	const opened = openFileLog(join(folder, 'own.p2plog'), {create: header});
	const node = await startBenchNode({keys, name: 'Poster', opened, targets: [{host: '127.0.0.1', port}]});
	await until('connected', () => node.connected() === 1);
	await sleep(1500);

	let answered: () => void = () => {};
	node.chatNode.store.subscribe((_state, inputs) => {
		for (const input of inputs) {
			const isAnswer = input.type === 'events' && input.events[0]?.type === 'posted';
			if (isAnswer && input.events[0]?.peer !== node.self.peer) answered();
		}
	});
	const post = (text: string) =>
		new Promise<void>(resolve => {
			answered = resolve;
			node.chatNode.post(text);
		});

	const echo = fork(new URL('../echo-process.js', import.meta.url).pathname);
	const echoPort = await new Promise<number>(resolve => echo.once('message', resolve as (port: unknown) => void));
	const socket = await dialTls(tlsKeyOf(keys), echoPort);
	// Gives a message the size of a post on the wire.
	const padding = Buffer.alloc(180);
	const ping = (text: string) =>
		new Promise<void>(resolve => {
			socket.once('data', () => resolve());
			socket.write(Buffer.concat([padding, Buffer.from(text)]));
		});

	await measure(post);
	await measure(ping);
	const rounds: {ours: number[]; floor: number[]}[] = [];
	for (let round = 0; round < ROUNDS; round++) rounds.push({ours: await measure(post), floor: await measure(ping)});
	socket.destroy();
	echo.kill();
	await node.chatNode.stop();
	other.kill();
	rmSync(folder, {recursive: true, force: true});

	return [0.5, 0.99].map((part): Figure => {
		const ours = percentile(
			rounds.flatMap(round => round.ours),
			part,
		);
		const floor = percentile(
			rounds.flatMap(round => round.floor),
			part,
		);
		const ratio = spreadOf(rounds.map(round => percentile(round.ours, part) / percentile(round.floor, part)));
		return {what: `p${part * 100}, one way`, unit: 'us', ours, floor, ratio, ...(part === 0.5 && {atMost: 2})};
	});
}

export const latencyRow: Row = {number: 6, name: 'latency', against: 'TLS ping-pong between two processes', run};
