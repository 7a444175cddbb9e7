/** A node in its own process, with a log and without beacons. Its parent process controls it and sends the dial targets. */
import {rmSync} from 'node:fs';
import type {HostAddress} from '../../source/network/ip-address.js';
import {openFileLog} from '../../source/storage/file-log.js';
import {createBenchNode} from './bench-node.js';
import {benchKeys} from './make-history.js';
import {loopDelay, watchLoop} from './measure.js';

export interface NodeRequest {
	readonly path: string;
	/** Whether the node starts with an empty log. */
	readonly fresh: boolean;
	readonly targets: readonly HostAddress[];
	/** The node reports to its parent process when it holds this number of events. */
	readonly expected: number;
	/** Whether the node answers every post of other peers. */
	readonly echo: boolean;
}

const keys = await benchKeys();
let loop = watchLoop();

async function start(request: NodeRequest): Promise<void> {
	const {path, fresh, targets, expected, echo} = request;
	if (fresh) rmSync(path, {force: true});
	const header = {version: '1.0.0', roomTag: keys.tag, roomName: 'bench', created: Date.now()};
	const opened = openFileLog(path, {create: header});
	const {chatNode, traffic} = createBenchNode({keys, name: 'Node', opened, targets});
	let held = 0;
	let reported = false;
	chatNode.store.subscribe((_state, inputs) => {
		for (const input of inputs) {
			if (input.type !== 'events') continue;
			held += input.events.length;
			const [event] = input.events;
			if (echo && input.live && event?.type === 'posted' && event.peer !== self?.peer) chatNode.post(event.text);
		}
		if (reported || held < expected) return;
		reported = true;
		const memory = process.memoryUsage();
		process.send?.({type: 'held', ms: performance.now() - startedAt, bytes: traffic.receivedBytes, rss: memory.rss});
	});
	loop = watchLoop();
	const startedAt = performance.now();
	const self = await chatNode.start();
	process.send?.({type: 'ready', port: self.tcpPort});
	process.on('message', (message: {type: string}) => {
		if (message.type === 'reset') loop.reset();
		if (message.type === 'loop') process.send?.({type: 'loop', ...loopDelay(loop)});
		if (message.type === 'stop') void chatNode.stop().then(() => process.exit(0));
	});
}

process.once('message', (request: NodeRequest) => void start(request));
process.on('disconnect', () => process.exit(0));
process.send?.({type: 'up'});
