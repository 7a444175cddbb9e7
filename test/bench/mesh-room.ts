/** A room of nodes in this process. Measures the cost of connecting, of idling, of posting and of one more node. */
import type {RoomKeys} from '../../source/feed/room-keys.js';
import {type BenchNode, createBenchNode, freeUdpPort, startTogether, stopAll} from './bench-node.js';
import {benchKeys, textOf} from './make-history.js';
import {liveBytes, median, sleep, until} from './measure.js';

const SETTLE_MS = 3000;
const WATCH_MS = 6000;
/** Number of nodes that join a connected room, one after another. */
const JOINING = 3;
const SAMPLE_MS = 100;

type Nodes = readonly Omit<BenchNode, 'self'>[];

/**
 * CPU times of all nodes together. Timers are listed separately, because the cost of timers grows with the time that the
 * nodes take to connect.
 */
export interface Meshed {
	readonly upMs: number;
	/** CPU time that connecting takes for each end of a connection. */
	readonly upCpuUs: number;
	/** Additional CPU time that timers take while the nodes connect, for each end of a connection. */
	readonly upClockUs: number;
	/** CPU time in us that timers take in one second, for each end of an idle connection. */
	readonly clockUs: number;
	/** Time until a node that joins a connected room is connected to all other nodes. */
	readonly joinMs: number;
	readonly joinCpuUs: number;
	/** Deliveries of posts per second. */
	readonly rate: number;
	/** CPU time per frame until all posts are delivered. Frames are posts and acknowledgements. */
	readonly frameCpuUs: number;
	readonly framesADelivery: number;
	/** Bytes of live memory for each end of a connection. */
	readonly memory: number;
}

interface Span {
	readonly ms: number;
	readonly cpuUs: number;
	/** Sum over all connection ends of the seconds for which they were open. */
	readonly endSeconds: number;
}

export function postsEach(count: number): number {
	return Math.max(2, Math.round(40_000 / (count * count)));
}

const endsOf = (nodes: Nodes) => nodes.reduce((sum, node) => sum + node.connected(), 0);

const framesOf = (nodes: Nodes) => nodes.reduce((sum, {traffic}) => sum + traffic.sentFrames, 0);

async function watch(nodes: () => Nodes, work: () => Promise<unknown>): Promise<Span> {
	let endSeconds = 0;
	let at = performance.now();
	const sample = () => {
		const now = performance.now();
		endSeconds += (endsOf(nodes()) * (now - at)) / 1000;
		at = now;
	};
	const timer = setInterval(sample, SAMPLE_MS);
	const cpu = process.cpuUsage();
	const start = performance.now();
	try {
		await work();
	} finally {
		clearInterval(timer);
	}
	const ms = performance.now() - start;
	const {user, system} = process.cpuUsage(cpu);
	sample();
	return {ms, cpuUs: user + system, endSeconds};
}

async function joinOne(keys: RoomKeys, udpPort: number, nodes: Omit<BenchNode, 'self'>[]): Promise<void> {
	const node = createBenchNode({keys, name: `Late ${nodes.length}`, udpPort});
	nodes.push(node);
	await node.chatNode.start();
	const isIn = () => nodes.every(one => one.connected() === nodes.length - 1);
	await until('the newcomer is connected to all', isIn, 60_000);
}

/** Makes every node post the same number of messages without pauses. */
async function postAll(nodes: Nodes, posts: number): Promise<void> {
	const expected = nodes.length * (nodes.length - 1) * posts;
	let delivered = 0;
	for (const {chatNode} of nodes) {
		const own = chatNode.store.getState().launch?.peer;
		chatNode.store.subscribe((_state, inputs) => {
			for (const input of inputs) {
				if (input.type !== 'events') continue;
				for (const event of input.events) if (event.type === 'posted' && event.peer !== own) delivered++;
			}
		});
	}
	for (let post = 0; post < posts; post++) {
		for (const {chatNode: session} of nodes) session.post(textOf(post));
		await new Promise(resolve => setImmediate(resolve));
	}
	await until('all is delivered', () => delivered >= expected, 120_000);
}

export async function meshOurs(count: number): Promise<Meshed> {
	const keys = await benchKeys();
	const udpPort = await freeUdpPort();
	const before = liveBytes();
	const nodes = Array.from({length: count}, (_, index) => createBenchNode({keys, name: `Node ${index}`, udpPort}));
	const ends = count * (count - 1);
	const up = await watch(
		() => nodes,
		() => startTogether(nodes),
	);
	await sleep(SETTLE_MS);
	const memory = (liveBytes() - before) / ends;
	const rest = await watch(
		() => nodes,
		() => sleep(WATCH_MS),
	);
	const clockUs = rest.cpuUs / rest.endSeconds;
	const beyondClock = ({cpuUs, endSeconds}: Span) => cpuUs - clockUs * endSeconds;
	const posts = postsEach(count);
	const framesBefore = framesOf(nodes);
	const posting = await watch(
		() => nodes,
		() => postAll(nodes, posts),
	);
	const frames = framesOf(nodes) - framesBefore;
	// Waits for the acknowledgements of the posts.
	await sleep(SETTLE_MS);
	const joins: Span[] = [];
	for (let join = 0; join < JOINING; join++)
		joins.push(
			await watch(
				() => nodes,
				() => joinOne(keys, udpPort, nodes),
			),
		);
	await stopAll(nodes);
	return {
		upMs: up.ms,
		upCpuUs: beyondClock(up) / ends,
		upClockUs: (clockUs * up.endSeconds) / ends,
		clockUs,
		joinMs: median(joins.map(({ms}) => ms)),
		joinCpuUs: median(joins.map(beyondClock)) / (2 * (count + 1)),
		rate: ((ends * posts) / posting.ms) * 1000,
		frameCpuUs: posting.cpuUs / frames,
		framesADelivery: frames / (ends * posts),
		memory,
	};
}
