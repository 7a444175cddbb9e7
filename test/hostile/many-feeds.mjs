// Cost of a feed with one event: `node test/hostile/many-feeds.mjs FEEDS CONNECTIONS [KIND] [SECONDS]`. It needs a build. It
// starts the real program on loopback. Members, each with one connection, list the same FEEDS feeds of one event and serve them.
// The user posts a message every 500 ms. It prints the longest time until such a message was printed, and the memory for each
// feed: the live heap and buffers, and the resident memory. KIND: posted (default), joined, lost or unreadable. SECONDS: how long
// the room lasts after the feeds have arrived, by default 5. It is not part of any test run.
import {spawn} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

const root = new URL('../../', import.meta.url);
const load = path => import(new URL(`dist/${path}`, root));
const {encodeMessageFrame, decodeMessage} = await load('codec/message.js');
const {createFrameDecoder} = await load('codec/frame.js');
const {chainHash} = await load('feed/chain.js');
const {createOwnFeed} = await load('feed/own-feed.js');
const {deriveRoomKeys} = await load('feed/room-keys.js');
const {createPeerKey} = await load('feed/signing-keys.js');
const {createHelloProof} = await load('network/link/handshake.js');
const {createTlsTransport} = await load('network/transport/tls-transport.js');
const limits = await load('core/limits.js');

const [feedCount = 8000, connections = 8, kind = 'posted', seconds = 5] = process.argv
	.slice(2)
	.map(word => (/^\d+$/.test(word) ? Number(word) : word));
const WAIT_MS = 500_000;
const POST_MS = 500;
const keys = await deriveRoomKeys({room: 'lan'});
const pause = ms => new Promise(resolve => setTimeout(resolve, ms));
const home = mkdtempSync(join(tmpdir(), 'p2pchat-feeds-'));
const meter = join(home, 'meter.mjs');
writeFileSync(
	meter,
	`process.on('SIGUSR2', () => { gc(); gc(); process.stderr.write(JSON.stringify(process.memoryUsage()) + '\\n'); });`,
);

const bodies = {
	posted: index => ({type: 'posted', text: `${index}`}),
	joined: index => ({type: 'joined', name: `n${index}`, addresses: ['10.0.0.1'], version: '1.0.0'}),
	lost: index => ({type: 'lost', subject: index.toString(16).padStart(64, 'e'), absence: 0}),
	unreadable: () => ({type: 'left'}),
};
const start = Date.now() - 3_600_000;
const batches = new Map();
for (let index = 0; index < feedCount; index++) {
	const key = createPeerKey();
	const ms = start + index;
	const feed = createOwnFeed({key, roomTag: keys.tag});
	batches.set(key.peer, feed.append([{body: bodies[kind](index), at: ms, hlc: {ms, counter: 0}}]));
}
const listed = [...batches.values()].map(({peer, previousHash, entries}) => {
	return {peer, seq: 1, hash: chainHash(previousHash, entries).slice(0, 8)};
});

const cli = new URL('dist/cli.js', root).pathname;
const profile = process.env.PROFILE ? ['--cpu-prof', `--cpu-prof-dir=${process.env.PROFILE}`] : [];
const child = spawn(
	process.execPath,
	[
		...profile,
		'--expose-gc',
		`--import=${meter}`,
		cli,
		'--json',
		'--interface',
		'lo',
		'--port',
		'31879',
		'--name',
		'Ann',
	],
	{
		env: {PATH: process.env.PATH, HOME: home, P2PCHAT_HOME: home, P2PCHAT_INTERFACE: 'lo'},
		stdio: ['pipe', 'pipe', 'pipe'],
	},
);
const posted = new Map();
const delays = [];
let [rest, tcpPort, lines, memory] = ['', undefined, 0, undefined];
child.stderr.setEncoding('utf8').on('data', text => {
	if (text.startsWith('{"rss"')) memory = JSON.parse(text);
	else process.stderr.write(text);
});
child.stdout.setEncoding('utf8').on('data', text => {
	const parts = (rest + text).split('\n');
	rest = parts.pop() ?? '';
	for (const part of parts) {
		lines += 1;
		tcpPort ??= /"tcpPort":(\d+)/.exec(part)?.[1];
		const own = /"text":"mine (\d+)"/.exec(part)?.[1];
		if (own && posted.has(own)) {
			delays.push(performance.now() - posted.get(own));
			posted.delete(own);
		}
	}
});

async function measure() {
	memory = undefined;
	child.kill('SIGUSR2');
	while (!memory) await pause(20);
	const {heapUsed, external, arrayBuffers} = memory;
	const rss = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) * 1024;
	return {heapUsed, external, arrayBuffers, rss};
}

const served = new Set();
async function connect() {
	const transport = createTlsTransport({psk: keys.psk, identity: keys.pskIdentity, hosts: {ipv4: '127.0.0.1'}});
	const result = await transport.dial('127.0.0.1', Number(tcpPort));
	if ('failure' in result) throw new Error(result.failure.text);
	const {connection} = result;
	const decoder = createFrameDecoder();
	const send = message => connection.send(encodeMessageFrame(message));
	const key = createPeerKey();
	connection.handle({
		data(chunk) {
			for (const payload of decoder.push(chunk)) {
				const message = decodeMessage(payload);
				const now = Date.now();
				if (message?.type === 'ping') send({type: 'pong', id: message.id, clock: now, hlc: {ms: now, counter: 0}});
				if (message?.type === 'have' && message.kind === 'digest') list();
				if (message?.type === 'error' || message?.type === 'bye') console.log('ended', message);
				if (message?.type !== 'want') continue;
				for (const {peer} of message.ranges) {
					const batch = batches.get(peer);
					if (batch) send({type: 'events', batches: [batch], answer: message.id});
					if (batch) served.add(peer);
				}
				send({type: 'events', batches: [], answer: message.id, done: true});
			}
		},
		drain() {},
		closed(error) {
			console.log('closed', error ?? '');
		},
	});
	/** Lists all feeds, at the rate that a receiver accepts. */
	async function list() {
		for (let from = 0; from < listed.length; from += limits.MAX_HAVE_FEEDS) {
			const feeds = listed.slice(from, from + limits.MAX_HAVE_FEEDS);
			send({type: 'have', kind: 'page', feeds, last: from + limits.MAX_HAVE_FEEDS >= listed.length});
			await pause(20);
		}
	}
	const now = Date.now();
	send({
		type: 'hello',
		versions: [1, 1],
		peer: key.peer,
		name: 'Mallory',
		port: 4000,
		features: [],
		program: '1.0.0',
		clock: now,
		hlc: {ms: now, counter: 0},
		...createHelloProof(key, keys).prove(connection.keyingMaterial, 'dialler'),
	});
	send({type: 'have', kind: 'digest', digest: new Uint8Array(limits.HAVE_BUCKETS * 8)});
	return connection;
}

try {
	while (!tcpPort) await pause(50);
	await pause(1500);
	const before = await measure();
	const open = [];
	let number = 0;
	const poster = setInterval(() => {
		posted.set(`${++number}`, performance.now());
		child.stdin.write(`${JSON.stringify({type: 'post', text: `mine ${number}`})}\n`);
	}, POST_MS);
	const from = performance.now();
	for (let index = 0; index < connections; index++) open.push(await connect());
	const until = performance.now() + WAIT_MS;
	while (served.size < feedCount && performance.now() < until) await pause(200);
	const arrived = (performance.now() - from) / 1000;
	await pause(seconds * 1000);
	clearInterval(poster);
	const waiting = [...posted.values()].map(at => performance.now() - at);
	const longest = Math.max(...delays, ...waiting);
	const after = await measure();
	for (const connection of open) connection.destroy();
	await pause(2000);
	const later = await measure();
	const perFeed = memory =>
		Object.entries(memory)
			.map(([name, bytes]) => `${name} ${((bytes - before[name]) / served.size).toFixed(0)}`)
			.join(', ');
	console.log(
		`${served.size} feeds "${kind}" from ${connections} connections after ${arrived.toFixed(1)} s, ${lines} lines: ${delays.length} own posts printed, ${waiting.length} waiting, longest ${longest.toFixed(0)} ms`,
	);
	console.log(`bytes per feed while connected: ${perFeed(after)}`);
	console.log(`bytes per feed after they left: ${perFeed(later)}`);
} finally {
	child.kill(profile.length > 0 ? 'SIGTERM' : 'SIGKILL');
	await new Promise(resolve => child.once('exit', resolve));
	rmSync(home, {recursive: true, force: true});
	process.exit();
}
