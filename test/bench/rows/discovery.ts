import type {Beacon} from '../../../source/network/discovery/beacon.js';
import {createUdpBeacon} from '../../../source/network/discovery/udp-beacon.js';
import {createNamespaceLab, namespacesAvailable} from '../../helpers/namespaces.js';
import {createBenchNode, freeUdpPort, stopAll} from '../bench-node.js';
import {sees, startChat} from '../chat-process.js';
import {benchKeys} from '../make-history.js';
import {percentile, until} from '../measure.js';
import type {Figure, Row} from '../row.js';

const RUNS = 40;
const LOSSY_RUNS = 30;
const NAMESPACE_RUNS = 12;

/** Beacon that loses a fraction (`part`) of the received datagrams. */
function lossy(port: number, part: number): Beacon {
	const inner = createUdpBeacon({port, selection: ['lo']});
	return {
		...inner,
		start: received => inner.start((bytes, source) => void (Math.random() >= part && received(bytes, source))),
	};
}

/** Time from the start of two nodes until they are connected, in ms. */
async function meetOnce(port: number, loss: number): Promise<number> {
	const keys = await benchKeys();
	const nodes = ['Ann', 'Ben'].map(name => createBenchNode({keys, name, beacon: lossy(port, loss)}));
	const start = performance.now();
	await Promise.all(nodes.map(({chatNode}) => chatNode.start()));
	await until('each sees the other', () => nodes.every(node => node.connected() === 1), 30_000);
	const ms = performance.now() - start;
	await stopAll(nodes);
	return ms;
}

/**
 * Times in ms until two processes in two network namespaces are connected, from the moment when both are ready.
 * `lossPercent`: percentage of datagrams that are lost.
 */
async function meetAcross(family: 4 | 6, lossPercent = 0): Promise<number[]> {
	const lab = createNamespaceLab({ipv6: family === 6});
	try {
		lab.addNetwork('lan');
		const hosts = [1, 2].map(number => lab.addHost(`h${number}`, {lan: family === 4 ? `10.77.0.${number}/24` : ''}));
		if (lossPercent > 0) for (const host of hosts) host.setFaults({type: 'udp-loss', percent: lossPercent});
		const times: number[] = [];
		for (let run = 0; run < NAMESPACE_RUNS; run++) {
			const chats = await Promise.all(
				hosts.map((host, index) =>
					startChat({
						port: 47_474,
						name: `Peer ${index}`,
						interface: 'eth0',
						spawn: (command, words, env) => host.spawn(command, words, env),
					}),
				),
			);
			const ready = performance.now();
			const [ann, ben] = chats;
			if (ann && ben) {
				const seen = await Promise.all([ann.when(sees(ben.peer)), ben.when(sees(ann.peer))]);
				times.push(Math.max(0, Math.max(...seen) - ready));
			}
			await Promise.all(chats.map(chat => chat.close()));
		}
		return times;
	} finally {
		await lab.close();
	}
}

function figureOf(what: string, times: readonly number[], atMost: number): Figure {
	const part = (share: number) => percentile(times, share).toFixed(0);
	return {what, unit: 'ms', ours: percentile(times, 0.95), atMost, note: `p50 ${part(0.5)}, max ${part(1)}`};
}

async function repeat(count: number, run: () => Promise<number>): Promise<number[]> {
	const times: number[] = [];
	for (let index = 0; index < count; index++) times.push(await run());
	return times;
}

async function run(): Promise<readonly Figure[]> {
	const port = await freeUdpPort();
	await meetOnce(port, 0);
	const figures = [
		figureOf('p95 on loopback', await repeat(RUNS, () => meetOnce(port, 0)), 50),
		figureOf('p95, half of all datagrams lost', await repeat(LOSSY_RUNS, () => meetOnce(port, 0.5)), 1000),
	];
	if (namespacesAvailable() !== undefined) return figures;
	figures.push(
		figureOf('p95 across namespaces', await meetAcross(4), 50),
		figureOf('p95 across namespaces over IPv6', await meetAcross(6), 50),
		figureOf('p95 across namespaces over IPv6, half of all datagrams lost', await meetAcross(6, 50), 1000),
	);
	return figures;
}

export const discoveryRow: Row = {number: 13, name: 'discovery', against: '-', run};
