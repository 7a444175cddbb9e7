import type {Batch} from '../../../source/core/batch.js';
import type {OpenedLog} from '../../../source/storage/log.js';
import {createMemoryLog} from '../../../source/storage/memory-log.js';
import {type BenchNode, startBenchNode, stopAll} from '../bench-node.js';
import {benchKeys, makeBatches} from '../make-history.js';
import {spreadOf, until} from '../measure.js';
import type {Figure, Row} from '../row.js';

const PEERS = 20;
const EVENTS = 100_000;
const RUNS = 3;

async function run(): Promise<readonly Figure[]> {
	const keys = await benchKeys();
	const batches = [...makeBatches(EVENTS, keys)];
	let size = 0;
	for (const batch of batches) for (const entry of batch.entries) size += entry.length;

	/** Log in memory that contains the whole history, for nodes that this row starts without a log on disk. */
	function filled(): OpenedLog {
		const {log} = createMemoryLog({format: 1, version: '1.0.0', roomTag: keys.tag, roomName: 'bench', created: 0});
		const records = batches.map((batch: Batch) => ({type: 'batch' as const, loggedAt: Date.now(), live: false, batch}));
		log.append(records);
		return {
			log,
			damage: [],
			records: (async function* () {
				yield records;
			})(),
		};
	}

	const peers: BenchNode[] = [];
	for (let index = 0; index < PEERS; index++) {
		const targets = peers.map(({self}) => ({host: '127.0.0.1', port: self.tcpPort}));
		peers.push(await startBenchNode({keys, name: `Peer ${index}`, opened: filled(), targets}));
	}
	await until('the peers are connected', () => peers.every(node => node.connected() === PEERS - 1));
	const ratios: number[] = [];
	let bytes = 0;
	for (let round = 0; round < RUNS; round++) {
		const targets = peers.map(({self}) => ({host: '127.0.0.1', port: self.tcpPort}));
		const newcomer = await startBenchNode({keys, name: 'Newcomer', targets});
		await until('the newcomer holds everything', () => newcomer.chatNode.store.getState().timeline.length >= EVENTS);
		bytes = newcomer.traffic.receivedBytes;
		ratios.push(bytes / size);
		await newcomer.chatNode.stop();
	}
	await stopAll(peers);
	return [{what: 'bytes received', unit: 'bytes', ours: bytes, floor: size, ratio: spreadOf(ratios), atMost: 1.1}];
}

export const newcomerRow: Row = {number: 5, name: 'newcomer', against: 'the bytes of all entries, among 20 peers', run};
