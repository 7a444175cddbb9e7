/**
 * Measures how much each attack delays the messages of honest nodes: `node test/hostile/weigh.mjs [BLOCKS] [ATTACK…]`.
 * Blocks of messages with the attack alternate with control blocks, in which the attacker only uses the same share of a
 * processor. For each block, the 99th percentile of the delays is computed. The table shows the median and the range of
 * these percentiles. BLOCKS is the number of blocks with the attack, by default 5; ATTACK is a name in attacks.ts. It
 * needs a build (or P2PCHAT_TEST_CLI).
 */
import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';
import {ATTACKS} from './attacks.js';
import {delaysOf, startSiege} from './siege.js';

const MESSAGES_PER_BLOCK = 100;

const root = new URL(process.env.P2PCHAT_FUZZ_ROOT ?? '../../', import.meta.url);
const cli = process.env.P2PCHAT_TEST_CLI ?? fileURLToPath(new URL('dist/cli.js', root));
const [blocks = '5', ...named] = process.argv.slice(2);
const names = named.length > 0 ? named : [...Object.keys(ATTACKS), Object.keys(ATTACKS).join(',')];

async function freePort(): Promise<number> {
	const socket = createSocket('udp4').bind(0, '127.0.0.1');
	await once(socket, 'listening');
	const {port} = socket.address();
	socket.close();
	return port;
}

/** Text with the median and the range of the 99th percentiles of the blocks, in ms. */
function showTails(all: readonly (readonly number[])[]): string {
	const tails = all.map(block => delaysOf(block).p99).toSorted((a, b) => a - b);
	const show = (value: number | undefined) => value?.toFixed(1) ?? '-';
	return `${show(delaysOf(tails).p50).padStart(6)} ${`(${show(tails[0])}-${show(tails.at(-1))})`.padEnd(12)}`;
}

const showMedian = (all: readonly (readonly number[])[]) => delaysOf(all.flat()).p50.toFixed(1).padStart(6);

console.log(
	'attack               burdened p50   p99 (blocks)  | attacked p50  p99 (blocks)  | loop p99  max |  cpu  MiB ends',
);
for (const name of names) {
	const siege = await startSiege(await freePort(), cli, new URL('test/hostile/', root));
	try {
		await siege.chat(50);
		const [attacked, control]: [number[][], number[][]] = [[], []];
		const memory = siege.memoryMb();
		const ends: Record<string, number> = {};
		let [cpu, seconds] = [0, 0];
		let loop = {p99: 0, max: 0};
		for (let block = 0; block < Number(blocks); block++) {
			await siege.loop();
			const [spent, from] = [siege.cpuSeconds(), performance.now()];
			await siege.order(`attack ${name}`);
			attacked.push(await siege.chat(MESSAGES_PER_BLOCK));
			cpu += siege.cpuSeconds() - spent;
			seconds += (performance.now() - from) / 1000;
			const {p99, max} = await siege.loop();
			loop = {p99: Math.max(loop.p99, p99), max: Math.max(loop.max, max)};
			const report = await siege.order('idle');
			for (const [end, count] of Object.entries(report.ends)) ends[end] = (ends[end] ?? 0) + count;
			await siege.chat(5);
			await siege.order(`burn ${Math.min(1, report.cpuShare)}`);
			control.push(await siege.chat(MESSAGES_PER_BLOCK));
			await siege.order('idle');
		}

		console.log(
			`${name.slice(0, 20).padEnd(20)} ${showMedian(control)} ${showTails(control)} | ${showMedian(attacked)} ${showTails(attacked)} | ${loop.p99.toFixed(1).padStart(6)} ${loop.max.toFixed(1).padStart(6)} | ${(cpu / seconds).toFixed(2)} ${(siege.memoryMb() - memory).toFixed(0)} ${JSON.stringify(ends)}`,
		);
	} finally {
		await siege.close();
	}
}
