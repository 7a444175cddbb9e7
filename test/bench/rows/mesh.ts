/** Row 7: a full mesh of nodes connects, and then all nodes post at the same time. */
import {randomBytes} from 'node:crypto';
import type {TLSSocket} from 'node:tls';
import {peerIdFromBytes} from '../../../source/codec/bytes.js';
import {createPeerKey, type PeerKey, verifySignature} from '../../../source/feed/signing-keys.js';
import {UP_LIMIT_MS} from '../bench-node.js';
import {benchKeys} from '../make-history.js';
import {compare, median, sleep, until} from '../measure.js';
import {type Meshed, meshOurs, postsEach} from '../mesh-room.js';
import type {Figure, Row} from '../row.js';
import {dialTls, listenTls, tlsKeyOf} from '../tls-pair.js';

const SIZES = [10, 20, 50, 100] as const;
const TARGETS: readonly number[] = [20, 50, 100];
/** Size of the signed content of a hello in the reference measurement, in bytes. An Ed25519 signature follows it. */
const CLAIM_BYTES = 136;
const HELLO_BYTES = CLAIM_BYTES + 64;
/** Size of one post on the wire, in bytes. */
const POST_BYTES = 260;
const DIALS_AT_ONCE = 16;

/** Sends a signed hello and reads the hello of the other end. Calls `done` once the signature of that hello is valid. */
function exchangeHellos(signer: PeerKey, socket: TLSSocket, done: (rest: Buffer) => void): void {
	const peer = Buffer.from(signer.peer, 'hex');
	const claim = Buffer.concat([peer, randomBytes(CLAIM_BYTES - peer.length)]);
	socket.write(Buffer.concat([claim, signer.sign(claim)]));
	let pending = Buffer.alloc(0);
	const read = (chunk: Buffer) => {
		pending = Buffer.concat([pending, chunk]);
		if (pending.length < HELLO_BYTES) return;
		socket.off('data', read);
		const [claimed, signature] = [pending.subarray(0, CLAIM_BYTES), pending.subarray(CLAIM_BYTES, HELLO_BYTES)];
		if (!verifySignature(peerIdFromBytes(claimed.subarray(0, 32)), claimed, signature))
			throw new Error('a hello of the floor is invalid');
		done(pending.subarray(HELLO_BYTES));
	};
	socket.on('data', read);
}

async function meshFloor(count: number): Promise<Pick<Meshed, 'upMs' | 'rate'>> {
	const key = tlsKeyOf(await benchKeys());
	const signers = Array.from({length: count}, () => createPeerKey());
	const sockets: TLSSocket[][] = Array.from({length: count}, () => []);
	let received = 0;
	const keep = (index: number, socket: TLSSocket) => {
		const signer = signers[index];
		if (!signer) throw new Error(`no key for node ${index}`);
		exchangeHellos(signer, socket, rest => {
			received += rest.length;
			sockets[index]?.push(socket);
			socket.on('data', chunk => {
				received += chunk.length;
			});
		});
	};
	const start = performance.now();
	const listeners = await Promise.all(
		Array.from({length: count}, (_, index) => listenTls(key, socket => keep(index, socket))),
	);
	const dialAll = async (index: number) => {
		const others = listeners.slice(index + 1);
		const dialNext = async () => {
			for (let other = others.shift(); other; other = others.shift()) keep(index, await dialTls(key, other.port));
		};
		await Promise.all(Array.from({length: DIALS_AT_ONCE}, dialNext));
	};
	await Promise.all(Array.from({length: count}, (_, index) => dialAll(index)));
	await until('all are connected', () => sockets.every(all => all.length === count - 1));
	const upMs = performance.now() - start;
	const posts = postsEach(count);
	const expected = count * (count - 1) * posts;
	const bytes = Buffer.alloc(POST_BYTES);
	const posting = performance.now();
	for (let post = 0; post < posts; post++) {
		for (const all of sockets) for (const socket of all) socket.write(bytes);
		await new Promise(resolve => setImmediate(resolve));
	}
	await until('all is delivered', () => received >= expected * POST_BYTES);
	const rate = (expected / (performance.now() - posting)) * 1000;
	for (const all of sockets) for (const socket of all) socket.destroy();
	for (const {server} of listeners) server.close();
	await sleep(200);
	return {upMs, rate};
}

/** Runs the row. If a room does not connect in time, that is reported as a figure, and larger rooms are skipped. */
async function run(): Promise<readonly Figure[]> {
	const figures: Figure[] = [];
	for (const count of SIZES) {
		try {
			figures.push(...(await measureSize(count)));
		} catch (error) {
			const note = `given up: ${error instanceof Error ? error.message : error}`;
			figures.push({what: `${count} nodes up`, unit: 'ms', ours: UP_LIMIT_MS, atMost: 0, note});
			break;
		}
	}
	return figures;
}

async function measureSize(count: number): Promise<Figure[]> {
	const figures: Figure[] = [];
	const ours: Meshed[] = [];
	const floors: number[] = [];
	const runs = count >= 50 ? {runs: 1, warmup: 0} : {runs: 2, warmup: 1};
	const rates: number[] = [];
	const up = await compare(
		async () => {
			const meshed = await meshOurs(count);
			ours.push(meshed);
			return meshed.upMs;
		},
		async () => {
			const floor = await meshFloor(count);
			floors.push(floor.rate);
			rates.push((ours.at(-1)?.rate ?? 0) / floor.rate);
			return floor.upMs;
		},
		runs,
	);
	const counted = ours.slice(runs.warmup);
	const middle = (pick: (one: Meshed) => number) => median(counted.map(pick));
	const aimed = TARGETS.includes(count);
	const label = `${count} nodes`;
	const note = `${(middle(one => one.memory) / 1000).toFixed(1)} kB a connection end`;
	figures.push({what: `${label} up`, unit: 'ms', ...up, ...(aimed && {atMost: 3}), note});
	const ratio = rates.slice(runs.warmup).sort((a, b) => a - b);
	figures.push({
		what: `${label} post`,
		unit: 'deliveries/s',
		ours: middle(one => one.rate),
		floor: median(floors.slice(runs.warmup)),
		ratio: {median: median(ratio), low: ratio[0] ?? 0, high: ratio.at(-1) ?? 0},
		note: 'the floor neither signs nor verifies',
	});
	const byClock = `${middle(one => one.upClockUs).toFixed(0)} us more by the clock`;
	const upCpu = {what: `${label} up: CPU of an end`, unit: 'us', ours: middle(one => one.upCpuUs), note: byClock};
	figures.push({...upCpu, ...(aimed && {atMost: 2000})});
	figures.push({what: `${label} rest: CPU of an end in 1 s`, unit: 'us', ours: middle(one => one.clockUs)});
	const frames = `${middle(one => one.framesADelivery).toFixed(2)} frames a delivery`;
	figures.push({what: `${label} post: CPU of a frame`, unit: 'us', ours: middle(one => one.frameCpuUs), note: frames});
	const joining = `in ${middle(one => one.joinMs).toFixed(0)} ms`;
	figures.push({
		what: `${label}, one joins: CPU of an end`,
		unit: 'us',
		ours: middle(one => one.joinCpuUs),
		note: joining,
	});
	return figures;
}

export const meshRow: Row = {
	number: 7,
	name: 'mesh',
	against: 'TLS sockets that sign one hello and verify one at each end, and do the same writes',
	run,
};
