import {createHash} from 'node:crypto';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Packr} from 'msgpackr';
import {createFrameDecoder} from '../../../source/codec/frame.js';
import {encodeMessageFrame} from '../../../source/codec/message.js';
import {lastSeq} from '../../../source/core/batch.js';
import {MAX_BATCH_BYTES} from '../../../source/core/limits.js';
import {openFileLog} from '../../../source/storage/file-log.js';
import {forkNode} from '../child-node.js';
import {benchKeys, historyLog} from '../make-history.js';
import {compare} from '../measure.js';
import type {Figure, Row} from '../row.js';
import {dialTls, listenTls, tlsKeyOf} from '../tls-pair.js';

const SIZES = [1000, 10_000, 100_000, 1_000_000] as const;
const MOST_RATIO = {1000: 4, 10000: 3.5, 100000: 2.5, 1000000: 2.2} as const;

interface Handover {
	readonly ms: number;
	readonly rss: number;
	readonly p999: number;
	readonly max: number;
}

/** Time from the start of the new node until it holds all events. Both nodes have a log file. */
export async function handOver(path: string, count: number): Promise<Handover> {
	const folder = mkdtempSync(join(tmpdir(), 'p2pchat-bench-'));
	const old = await forkNode({path});
	try {
		const {port} = await old.nextMessage('ready');
		old.tell('reset');
		const newcomer = await forkNode({
			path: join(folder, 'new.p2plog'),
			fresh: true,
			targets: [{host: '127.0.0.1', port}],
			expected: count,
		});
		try {
			const held = await newcomer.nextMessage('held');
			const loops = [old, newcomer].map(node => {
				const loopDelays = node.nextMessage('loop');
				node.tell('loop');
				return loopDelays;
			});
			const [first, second] = await Promise.all(loops);
			return {
				ms: held.ms,
				rss: held.rss,
				p999: Math.max(first?.p999, second?.p999),
				max: Math.max(first?.max, second?.max),
			};
		} finally {
			newcomer.kill();
		}
	} finally {
		old.kill();
		rmSync(folder, {recursive: true, force: true});
	}
}

/** History as messages of the largest allowed size. */
async function framesOf(path: string): Promise<Uint8Array[]> {
	const {log, records} = openFileLog(path);
	const peers = new Set<string>();
	const frames: Uint8Array[] = [];
	for await (const part of records) {
		for (const record of part) {
			if (record.type === 'batch') peers.add(record.batch.peer);
		}
	}
	for (const peer of peers as Set<Parameters<typeof log.batchesFrom>[0]>) {
		for (let seq = 1; ; ) {
			const [batch] = log.batchesFrom(peer, seq, MAX_BATCH_BYTES);
			if (!batch) break;
			frames.push(encodeMessageFrame({type: 'events', batches: [batch]}));
			seq = lastSeq(batch) + 1;
		}
	}
	await log.close();
	return frames;
}

/**
 * Reference measurement: sends the same bytes over TLS within this process, hashes each entry into a chain, decodes it
 * and discards it. Resolves to the time in ms.
 */
async function floorMs(frames: readonly Uint8Array[], count: number): Promise<number> {
	const key = tlsKeyOf(await benchKeys());
	const packr = new Packr({useRecords: false});
	const start = performance.now();
	return new Promise((resolve, reject) => {
		void listenTls(key, socket => {
			const decoder = createFrameDecoder();
			let events = 0;
			let hash: Uint8Array = new Uint8Array(32);
			socket.on('data', chunk => {
				for (const payload of decoder.push(chunk)) {
					for (const batch of packr.unpack(payload).batches) {
						for (const entry of batch[3]) {
							hash = createHash('sha256').update(hash).update(entry).digest();
							if (Array.isArray(packr.unpack(entry))) events++;
						}
					}
				}
				if (events < count) return;
				resolve(performance.now() - start);
				socket.destroy();
				listener.then(({server}) => server.close());
			});
		}).then(async ({server, port}) => {
			listener = Promise.resolve({server});
			const socket = await dialTls(key, port);
			for (const frame of frames) socket.write(frame);
		}, reject);
		let listener: Promise<{server: {close(): void}}>;
	});
}

async function run(): Promise<readonly Figure[]> {
	const keys = await benchKeys();
	const figures: Figure[] = [];
	for (const count of SIZES) {
		// A million events get fewer signatures, because a million signatures would take longer than the measurement.
		const perBatch = count === 1_000_000 ? 10 : 1;
		const path = await historyLog(count, keys, {perBatch});
		const frames = await framesOf(path);
		const seen: Handover[] = [];
		const ours = async () => {
			const handover = await handOver(path, count);
			seen.push(handover);
			return handover.ms;
		};
		const large = count >= 100_000;
		const runs = count === 1_000_000 ? {runs: 2, warmup: 0} : {runs: 3, warmup: 1};
		const compared = await compare(ours, () => floorMs(frames, count), runs);
		const label = count.toLocaleString('en-US');
		figures.push({
			what: `${label} handed over`,
			unit: 'ms',
			...compared,
			atMost: MOST_RATIO[count],
			note: `${perBatch} a signature`,
		});
		const loops = seen.slice(runs.warmup);
		const p999 = Math.max(...loops.map(one => one.p999));
		figures.push({what: `${label}: loop p99.9`, unit: 'ms', ours: p999, ...(large && {atMost: 16})});
		const max = Math.max(...loops.map(one => one.max));
		const rss = Math.max(...loops.map(one => one.rss));
		const note = `newcomer ${Math.round(rss / 1e6)} MB`;
		figures.push({what: `${label}: loop max`, unit: 'ms', ours: max, note});
	}
	return figures;
}

export const historyRow: Row = {
	number: 4,
	name: 'history',
	against: 'TLS, SHA-256 of every entry and unpacking of the same bytes, in one process',
	run,
};
