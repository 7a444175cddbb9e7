import {type ChildProcess, fork} from 'node:child_process';
import {createHash} from 'node:crypto';
import {createReadStream, mkdtempSync, rmSync} from 'node:fs';
import {open} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {pipeline} from 'node:stream/promises';
import {freeUdpPort} from '../bench-node.js';
import type {FileRequest} from '../file-process.js';
import {percentile, sleep, spreadOf} from '../measure.js';
import type {Figure, Row} from '../row.js';

/** Size of the file that one node sends to another, in MiB. P2PCHAT_BENCH_FILE_MIB makes a shorter run. */
const FILE_MIB = Number(process.env.P2PCHAT_BENCH_FILE_MIB ?? 1024);
/** Size of the file that ten nodes fetch, and of the files that are sent while people chat, in MiB. */
const SMALL_MIB = Math.ceil(FILE_MIB / 16);
/**
 * Time limit of one transfer, ms. A longer transfer ends the row with an error. Otherwise the row could run for hours
 * on a busy machine.
 */
const LIMIT_MS = 120_000;
const RUNS = 3;
const FETCHERS = 10;
const WORDS = 150;
const WORD_PAUSE_MS = 20;

type Told = Readonly<Record<string, any>>;

interface Peer {
	readonly child: ChildProcess;
	tell(request: FileRequest): void;
	/** Resolves to the next message of this type for which `matches` is true. */
	next(type: string, matches?: (message: Told) => boolean): Promise<Told>;
	close(): Promise<void>;
}

async function startPeer(env: Readonly<Record<string, string>> = {}): Promise<Peer> {
	const script = new URL('../file-process.js', import.meta.url).pathname;
	const child = fork(script, {env: {...process.env, ...env}});
	const peer: Peer = {
		child,
		tell: request => void child.send(request),
		next: (type, matches = () => true) =>
			new Promise((resolve, reject) => {
				const onExit = () => reject(new Error(`a process ended before it sent ${type}`));
				const onMessage = (message: Told) => {
					if (message.type !== type || !matches(message)) return;
					child.off('message', onMessage).off('exit', onExit);
					resolve(message);
				};
				child.on('message', onMessage).once('exit', onExit);
			}),
		async close() {
			const ended = new Promise(resolve => child.once('exit', resolve));
			child.kill('SIGKILL');
			await ended;
		},
	};
	await peer.next('up');
	return peer;
}

async function makeFile(path: string, mib: number): Promise<void> {
	const file = await open(path, 'w');
	const block = new Uint8Array(1024 * 1024);
	for (let index = 0; index < mib; index++) {
		for (let at = 0; at < block.length; at += 4096) block[at] = (index * 31 + at / 4096) & 255;
		await file.write(block);
	}
	await file.close();
}

async function digestOf(path: string): Promise<string> {
	const hash = createHash('sha256');
	await pipeline(createReadStream(path), hash);
	return hash.digest('hex');
}

async function startNode(folder: string, port?: number, env: Readonly<Record<string, string>> = {}) {
	const peer = await startPeer(env);
	const ready = peer.next('ready');
	peer.tell({type: 'start', folder, ...(port !== undefined && {port})});
	const {port: tcpPort, peer: id} = await ready;
	return {...peer, tcpPort: Number(tcpPort), id: String(id)};
}

type Node = Awaited<ReturnType<typeof startNode>>;

async function share(author: Node, path: string) {
	const shared = author.next('shared');
	author.tell({type: 'share', path});
	return {peer: author.id as never, seq: Number((await shared).seq)};
}

/** Fetches a file. Resolves to the time that this takes, in ms. */
async function fetchOnce(node: Node, ref: Awaited<ReturnType<typeof share>>): Promise<number> {
	const from = performance.now();
	const done = node.next('file', message => message.state === 'done');
	node.tell({type: 'fetch', ref});
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<never>((_, reject) => {
		timer = setTimeout(() => reject(new Error(`a transfer took longer than ${LIMIT_MS / 1000} s`)), LIMIT_MS);
	});
	await Promise.race([done, late]).finally(() => clearTimeout(timer));
	return performance.now() - from;
}

async function figuresOf(node: Node): Promise<Told> {
	const figures = node.next('figures');
	node.tell({type: 'figures'});
	return figures;
}

/** Delays of messages from one node to another, in ms, for at least WORDS messages and until `isOver` is true. */
async function timeWords(from: Node, to: Node, label: string, isOver: () => boolean): Promise<number[]> {
	const times: number[] = [];
	for (let index = 0; index < WORDS || !isOver(); index++) {
		const text = `${label} ${index}`;
		const sent = from.next('sent', message => message.text === text);
		const posted = to.next('posted', message => message.text === text);
		from.tell({type: 'post', text});
		times.push((await posted).at - (await sent).at);
		await sleep(WORD_PAUSE_MS);
	}
	return times;
}

async function oneToOne(folder: string, path: string): Promise<Figure[]> {
	const author = await startNode(join(folder, 'author'));
	const source = await startPeer();
	const peers: Peer[] = [author, source];
	try {
		const ref = await share(author, path);
		const serving = source.next('serving');
		source.tell({type: 'serve', path});
		const {port} = await serving;
		const ours: number[] = [];
		const floor: number[] = [];
		let memory = 0;
		let loop = 0;
		for (let run = 0; run < RUNS; run++) {
			const fetcher = await startNode(join(folder, `fetcher-${run}`), author.tcpPort);
			await sleep(1500);
			for (const node of [author, fetcher]) node.tell({type: 'reset'});
			ours.push(await fetchOnce(fetcher, ref));
			for (const node of [author, fetcher]) {
				const figures = await figuresOf(node);
				memory = Math.max(memory, Number(figures.memoryBytes));
				loop = Math.max(loop, Number(figures.loopMs));
			}
			await fetcher.close();
			const copier = await startPeer();
			const copied = copier.next('copied');
			copier.tell({type: 'copy', port: Number(port), path: join(folder, `copy-${run}`)});
			floor.push(Number((await copied).ms));
			await copier.close();
			rmSync(join(folder, `copy-${run}`), {force: true});
			rmSync(join(folder, `fetcher-${run}`), {recursive: true, force: true});
		}
		const rate = (ms: number) => (FILE_MIB * 1000) / ms;
		return [
			{
				what: `${FILE_MIB} MiB, one to one`,
				unit: 'MiB/s',
				ours: rate(Math.min(...ours)),
				floor: rate(Math.min(...floor)),
				ratio: spreadOf(ours.map((ms, run) => (floor[run] ?? ms) / ms)),
				atLeast: 0.5,
			},
			{what: 'memory, either end, beyond idle', unit: 'MiB', ours: memory / 2 ** 20, atMost: 64},
			{what: 'event loop, either end, p99.9', unit: 'ms', ours: loop, atMost: 16},
		];
	} finally {
		await Promise.all(peers.map(peer => peer.close()));
	}
}

async function oneToTen(folder: string, path: string, digest: string): Promise<Figure[]> {
	const env = {P2PCHAT_BENCH_UDP_PORT: String(await freeUdpPort())};
	const author = await startNode(join(folder, 'author'), undefined, env);
	const fetchers = await Promise.all(
		Array.from({length: FETCHERS}, (_, index) => startNode(join(folder, `many-${index}`), author.tcpPort, env)),
	);
	try {
		const ref = await share(author, path);
		await sleep(5000);
		let sentBytes = 0;
		author.child.on('message', (message: Told) => {
			if (message.type === 'file') sentBytes = Number(message.sentBytes);
		});
		const from = performance.now();
		await Promise.all(fetchers.map(node => fetchOnce(node, ref)));
		const ms = performance.now() - from;
		await sleep(1000);
		const name = path.split('/').at(-1) ?? '';
		if ((await digestOf(join(folder, 'many-3', name))) !== digest) throw new Error('a fetched file differs');
		return [
			{
				what: 'one to ten: copies that the author sends',
				unit: 'copies',
				ours: sentBytes / (SMALL_MIB * 2 ** 20),
				atMost: 2.5,
			},
			{what: 'one to ten: all ten have it', unit: 'MiB/s', ours: (FETCHERS * SMALL_MIB * 1000) / ms},
		];
	} finally {
		await Promise.all([author, ...fetchers].map(node => node.close()));
		for (let index = 0; index < FETCHERS; index++)
			rmSync(join(folder, `many-${index}`), {recursive: true, force: true});
	}
}

async function besideChat(folder: string, paths: readonly string[]): Promise<Figure[]> {
	const author = await startNode(join(folder, 'author'));
	const fetcher = await startNode(join(folder, 'chat'), author.tcpPort);
	try {
		const refs: Awaited<ReturnType<typeof share>>[] = [];
		for (const path of paths) refs.push(await share(author, path));
		await sleep(2000);
		const idle = percentile(await timeWords(author, fetcher, 'idle', () => true), 0.99);
		const measure = async (some: typeof refs) => {
			let isOver = false;
			const fetching = Promise.all(some.map(ref => fetchOnce(fetcher, ref))).then(() => {
				isOver = true;
			});
			const times = await timeWords(author, fetcher, `with ${some.length}`, () => isOver);
			await fetching;
			return percentile(times, 0.99);
		};
		const one = await measure(refs.slice(0, 1));
		const four = await measure(refs.slice(1, 5));
		return [
			{
				what: 'a word while one file is sent, p99',
				unit: 'ms',
				ours: one,
				floor: idle,
				ratio: spreadOf([one / idle]),
				atMost: 2,
			},
			{
				what: 'a word while four files are sent, p99',
				unit: 'ms',
				ours: four,
				floor: idle,
				ratio: spreadOf([four / idle]),
				atMost: 2,
			},
		];
	} finally {
		await Promise.all([author.close(), fetcher.close()]);
	}
}

async function run(): Promise<readonly Figure[]> {
	const folder = mkdtempSync(join(tmpdir(), 'p2pchat-bench-'));
	try {
		const paths = Array.from({length: 5}, (_, index) => join(folder, `file-${index}`));
		const [path = ''] = paths;
		await makeFile(path, FILE_MIB);
		const figures = await oneToOne(folder, path);
		for (const [index, other] of paths.entries()) await makeFile(other, SMALL_MIB + index);
		figures.push(...(await besideChat(folder, paths)));
		await makeFile(path, SMALL_MIB);
		return [...figures, ...(await oneToTen(folder, path, await digestOf(path)))];
	} finally {
		rmSync(folder, {recursive: true, force: true});
	}
}

export const filesRow: Row = {
	number: 15,
	name: 'files',
	against: 'a bare TLS copy with SHA-256 to disk',
	run,
};
