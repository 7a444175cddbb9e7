/**
 * A lecture hall: many nodes start within a minute on one network, and one of them posts. The run prints the state of
 * the room once per ten simulated seconds, and the cost per node at the end. Connections are plain memory streams, so
 * the processor times contain everything but TLS. Arguments: number of nodes (512), simulated seconds after the last
 * start (120), time between two starts in ms (100).
 */
import {MAX_CONNECTIONS} from '../../source/core/limits.js';
import {deriveRoomKeys} from '../../source/feed/room-keys.js';
import type {ChatNode} from '../../source/node/chat-node.js';
import {createChatNode} from '../../source/node/create-chat-node.js';
import {createFakeClock} from '../helpers/fake-clock.js';
import {createMemoryNetwork} from '../helpers/memory-network.js';
import {createSeededRandom} from '../helpers/seeded-random.js';
import {createDisk} from './disk.js';
import type {ConnectionObserver, EndRecorder} from './message-recorder.js';
import {createTraffic, meterTransport, type Traffic} from './meter.js';

const [nodes = 512, secondsAfter = 120, betweenStartsMs = 100] = process.argv.slice(2).map(Number);
const REPORT_MS = 10_000;
/** Time between two posts of the first node, ms. */
const POST_MS = 5000;

interface Listener {
	readonly index: number;
	/** Simulated time of the start, ms. */
	readonly startedAt: number;
	readonly chatNode: ChatNode;
	readonly traffic: Traffic;
	/** Number of applied events by type. */
	readonly events: Map<string, number>;
	/** Number of notices, by their text. */
	readonly notices: Map<string, number>;
}

const clock = createFakeClock();
const random = createSeededRandom(512);
const network = createMemoryNetwork({clock, random: random.fork()});
network.links.setDefaults({latencyMs: 2, jitterMs: 1});
const keys = await deriveRoomKeys({room: 'room'});
const listeners: Listener[] = [];
/** Simulated time of each post, and the delays until the nodes that had started before the post applied it, ms. */
const posted = new Map<string, number>();
let delays: number[] = [];

/** Observer that records nothing, because decoding each message would cost as much as the nodes themselves. */
const IGNORE: ConnectionObserver = {
	opened: () => ({received() {}, sent() {}, suppressed() {}, closed() {}}) as Partial<EndRecorder> as EndRecorder,
};

function count(table: Map<string, number>, key: string): void {
	table.set(key, (table.get(key) ?? 0) + 1);
}

function launch(index: number): void {
	const host = network.addHost(`host ${index}`, `fd00::${(index + 1).toString(16)}`);
	const header = {format: 1, version: '0', roomTag: keys.tag, roomName: 'room', created: 0};
	const traffic = createTraffic();
	const chatNode = createChatNode(
		{name: `node ${index}`, room: 'room', keys, version: '1.0.0', targets: [], identitySeed: random.bytes(32)},
		{
			clock: host.clock,
			random: random.fork(),
			transport: meterTransport(
				host.createTransport({psk: keys.psk, identity: keys.pskIdentity, port: 4000}),
				traffic,
				host.clock,
				IGNORE,
			),
			beacon: host.createBeacon({port: 47_474}),
			openedLog: createDisk(header).open(),
			debug() {},
			rememberTarget: () => {},
		},
	);
	const listener: Listener = {
		index,
		startedAt: clock.monotonic(),
		chatNode,
		traffic,
		events: new Map(),
		notices: new Map(),
	};
	listeners.push(listener);
	chatNode.store.subscribe((_, inputs) => {
		for (const input of inputs) {
			if (input.type === 'observed' && input.observation.type === 'notice')
				count(listener.notices, input.observation.code);
			if (input.type !== 'events') continue;
			for (const event of input.events) {
				count(listener.events, event.type);
				if (event.type !== 'posted' || index === 0) continue;
				const at = posted.get(event.text);
				if (at !== undefined && at >= listener.startedAt) delays.push(clock.monotonic() - at);
			}
		}
	});
	void chatNode.start();
}

const percentile = (values: readonly number[], part: number): number =>
	values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(values.length * part) - 1)] ?? Number.NaN;
const sum = (of: (listener: Listener) => number): number => listeners.reduce((total, one) => total + of(one), 0);
const range = (of: (listener: Listener) => number): string => {
	const values = listeners.map(of);
	return `${Math.min(...values)} to ${Math.max(...values)}`;
};

const started = performance.now();
let [cpu, bytes, connections] = [process.cpuUsage(), 0, 0];

/** Prints the state of the room, with the cost since the previous report. */
function report(): void {
	const used = process.cpuUsage(cpu);
	cpu = process.cpuUsage();
	const sent = sum(({traffic}) => traffic.sentBytes);
	const opened = sum(({traffic}) => traffic.opened);
	const perNode = (value: number) => value / listeners.length / (REPORT_MS / 1000);
	const cells = [
		`${(clock.monotonic() / 1000).toFixed(0)} s`,
		`${listeners.length} nodes`,
		`${range(({traffic}) => traffic.open.size)} connections each`,
		`${(opened / 2 - connections).toFixed(0)} opened`,
		`post p50 ${percentile(delays, 0.5).toFixed(0)} ms, p99 ${percentile(delays, 0.99).toFixed(0)} ms, ${delays.length} arrived`,
		`CPU of a node ${((perNode(used.user + used.system) / 1e6) * 100).toFixed(2)} %`,
		`${(perNode(sent - bytes) / 1000).toFixed(1)} kB/s sent by a node`,
		`${(process.memoryUsage().rss / 1e6).toFixed(0)} MB in all`,
		`${((performance.now() - started) / 1000).toFixed(0)} s real`,
	];
	console.log(cells.join(', '));
	[bytes, connections, delays] = [sent, opened / 2, []];
}

console.log(`${nodes} nodes, one more each ${betweenStartsMs} ms; at most ${MAX_CONNECTIONS} connections`);
let next = REPORT_MS;
let postAt = 0;
const end = nodes * betweenStartsMs + secondsAfter * 1000;
for (let now = 0, launched = 0; now < end; now += betweenStartsMs) {
	if (launched < nodes) launch(launched++);
	await clock.advance(betweenStartsMs);
	if (now >= postAt) {
		postAt += POST_MS;
		const text = `sentence ${postAt / POST_MS}`;
		posted.set(text, clock.monotonic());
		listeners[0]?.chatNode.post(text);
	}

	if (now + betweenStartsMs >= next) {
		report();
		next += REPORT_MS;
	}
}

const tally = (of: (listener: Listener) => Map<string, number>): string => {
	const total = new Map<string, number>();
	for (const listener of listeners)
		for (const [key, value] of of(listener)) total.set(key, (total.get(key) ?? 0) + value);
	return [...total].map(([key, value]) => `${key} ${(value / listeners.length).toFixed(1)}`).join(', ');
};
console.log(`events applied per node: ${tally(({events}) => events)}`);
console.log(`notices per node: ${tally(({notices}) => notices) || 'none'}`);
process.exit(0);
