import {createBenchNode, freeUdpPort, startTogether, stopAll} from '../bench-node.js';
import {type ChatProcess, meet, startChat} from '../chat-process.js';
import {benchKeys} from '../make-history.js';
import {liveBytes, median, sleep} from '../measure.js';
import {processorMs} from '../process-usage.js';
import type {Figure, Row} from '../row.js';

const SIZES = [11, 21, 51, 101] as const;
const SETTLE_MS = 8000;
const WATCH_MS = 15_000;
const PROCESSES = 21;

/** Measures idle nodes in one process and divides the CPU time of the process equally among them. */
async function idleTogether(count: number): Promise<Figure[]> {
	const keys = await benchKeys();
	const udpPort = await freeUdpPort();
	const before = liveBytes();
	const nodes = Array.from({length: count}, (_, index) => createBenchNode({keys, name: `Node ${index}`, udpPort}));
	await startTogether(nodes);
	await sleep(SETTLE_MS);
	const sent = () => nodes.reduce((sum, {traffic}) => sum + traffic.sentBytes, 0);
	const frames = () => nodes.reduce((sum, {traffic}) => sum + traffic.sentFrames, 0);
	const [bytesBefore, framesBefore] = [sent(), frames()];
	const cpu = process.cpuUsage();
	const start = performance.now();
	await sleep(WATCH_MS);
	const seconds = (performance.now() - start) / 1000;
	const {user, system} = process.cpuUsage(cpu);
	const connections = (count * (count - 1)) / 2;
	const memory = (liveBytes() - before) / count;
	const bytes = (sent() - bytesBefore) / seconds / connections;
	const rate = (frames() - framesBefore) / seconds / connections;
	await stopAll(nodes);
	const label = `${count - 1} peers`;
	const aimed = count === PROCESSES;
	return [
		{
			what: `${label}: CPU, one process`,
			unit: '%',
			ours: ((user + system) / 1e6 / seconds / count) * 100,
			note: `${(memory / 1e6).toFixed(1)} MB a node`,
		},
		{
			what: `${label}: a connection`,
			unit: 'B/s',
			ours: bytes,
			...(aimed && {atMost: 200}),
			note: `${rate.toFixed(1)} frames/s, both ways`,
		},
	];
}

async function idleApart(): Promise<Figure[]> {
	const port = await freeUdpPort();
	const chats: ChatProcess[] = [];
	try {
		for (let index = 0; index < PROCESSES; index++) chats.push(await startChat({port, name: `Peer ${index}`}));
		await meet(chats);
		await sleep(SETTLE_MS);
		const cpuOf = ({child}: ChatProcess) => processorMs(child.pid ?? 0);
		const before = chats.map(cpuOf);
		const start = performance.now();
		await sleep(WATCH_MS * 2);
		const ms = performance.now() - start;
		const shares = chats.map((chat, index) => ((cpuOf(chat) - (before[index] ?? 0)) / ms) * 100);
		const note = `${Math.min(...shares).toFixed(2)} to ${Math.max(...shares).toFixed(2)} of 21`;
		return [{what: '20 peers: CPU of a node', unit: '%', ours: median(shares), atMost: 0.4, note}];
	} finally {
		await Promise.all(chats.map(chat => chat.close()));
	}
}

async function run(): Promise<readonly Figure[]> {
	const figures: Figure[] = [];
	if (process.platform === 'linux') figures.push(...(await idleApart()));
	for (const count of SIZES) {
		try {
			figures.push(...(await idleTogether(count)));
		} catch (error) {
			const note = `given up: ${error instanceof Error ? error.message : error}`;
			figures.push({what: `${count - 1} peers: CPU, one process`, unit: '%', ours: 100, note});
			break;
		}
	}
	return figures;
}

export const idleRow: Row = {number: 12, name: 'idle', against: '-', run};
