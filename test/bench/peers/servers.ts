/** Delay of one message between two clients of a server on loopback: ngircd, nats-server, or a bare TCP relay in Node. */
import {type ChildProcess, fork, spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {connect, type Socket} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {freeUdpPort} from '../bench-node.js';
import {meet, startChat} from '../chat-process.js';
import {textOf} from '../make-history.js';
import {median, percentile, sleep} from '../measure.js';
import {type Comparison, findProgram, freeTcpPort, notInstalled, type PeerResult, versionOf} from './peer.js';

const WORDS = 240;
const PAUSE_MS = 25;
const LIMIT_MS = 20_000;

/**
 * Two clients of one server. `send` makes one client send a text; when the other client gets this text, `received` is
 * called.
 */
interface Route {
	send(text: string): void;
	onText(received: (text: string) => void): void;
	close(): Promise<void> | void;
}

async function timesOf(route: Route): Promise<number[]> {
	const times: number[] = [];
	let arrived: (text: string) => void = () => {};
	route.onText(text => arrived(text));
	for (let index = 0; index < WORDS + 40; index++) {
		await sleep(PAUSE_MS);
		const text = textOf(index);
		const shown = new Promise<void>((resolve, reject) => {
			const timer = setTimeout(() => reject(new Error(`a word did not arrive: ${text}`)), LIMIT_MS);
			arrived = received => {
				if (!received.includes(text)) return;
				clearTimeout(timer);
				resolve();
			};
		});
		const start = performance.now();
		route.send(text);
		await shown;
		times.push(performance.now() - start);
	}
	return times.slice(40);
}

/** Connects to a server that has just been started. Dials again until the server listens. */
async function dial(port: number): Promise<Socket> {
	const end = performance.now() + LIMIT_MS;
	for (;;) {
		const socket = connect({port, host: '127.0.0.1', noDelay: true});
		try {
			await once(socket, 'connect');
			return socket;
		} catch (error) {
			if (performance.now() > end) throw error;
			await sleep(50);
		}
	}
}

/** Sends the text `words` and resolves when the server has answered with `answer`. */
function ask(socket: Socket, words: string, answer: string): Promise<void> {
	return new Promise(resolve => {
		let seen = '';
		const read = (chunk: Buffer) => {
			seen += chunk.toString();
			if (!seen.includes(answer)) return;
			socket.off('data', read);
			resolve();
		};
		socket.on('data', read);
		socket.write(words);
	});
}

const end = (child: ChildProcess, sockets: readonly Socket[]) => {
	for (const socket of sockets) socket.destroy();
	child.kill('SIGKILL');
};

async function ircRoute(path: string): Promise<Route> {
	const folder = mkdtempSync(join(tmpdir(), 'p2pchat-bench-'));
	const port = await freeTcpPort();
	const settings = [
		'[Global]',
		'Name = bench.local',
		'Info = bench',
		'Listen = 127.0.0.1',
		`Ports = ${port}`,
		...(process.getuid?.() === 0 ? ['ServerUID = nobody', 'ServerGID = nogroup'] : []),
		'[Limits]',
		'MaxPenaltyTime = 0',
		'[Options]',
		'DNS = no',
		'Ident = no',
		'PAM = no',
	];
	writeFileSync(join(folder, 'ngircd.conf'), settings.join('\n'));
	const child = spawn(path, ['-n', '-f', join(folder, 'ngircd.conf')], {stdio: 'ignore'});
	const sockets = await Promise.all(
		['ann', 'ben'].map(async name => {
			const socket = await dial(port);
			await ask(socket, `NICK ${name}\r\nUSER ${name} 0 * :${name}\r\n`, ' 001 ');
			await ask(socket, 'JOIN #bench\r\n', ' 366 ');
			return socket;
		}),
	);
	const [ann, ben] = sockets;
	return {
		send: text => void ann?.write(`PRIVMSG #bench :${text}\r\n`),
		onText: received => void ben?.on('data', chunk => received(chunk.toString())),
		close() {
			end(child, sockets);
			rmSync(folder, {recursive: true, force: true});
		},
	};
}

async function natsRoute(path: string): Promise<Route> {
	const port = await freeTcpPort();
	const child = spawn(path, ['-a', '127.0.0.1', '-p', String(port)], {stdio: 'ignore'});
	const sockets = await Promise.all(
		['ann', 'ben'].map(async () => {
			const socket = await dial(port);
			await ask(socket, 'CONNECT {"verbose":false}\r\nSUB bench 1\r\nPING\r\n', 'PONG');
			return socket;
		}),
	);
	const [ann, ben] = sockets;
	return {
		send: text => void ann?.write(`PUB bench ${Buffer.byteLength(text)}\r\n${text}\r\n`),
		onText: received => void ben?.on('data', chunk => received(chunk.toString())),
		close: () => end(child, sockets),
	};
}

async function relayRoute(): Promise<Route> {
	const child = fork(new URL('./relay-process.js', import.meta.url).pathname);
	const [port] = await once(child, 'message');
	const sockets = [await dial(port), await dial(port)];
	const [ann, ben] = sockets;
	await sleep(100);
	return {
		send: text => void ann?.write(text),
		onText: received => void ben?.on('data', chunk => received(chunk.toString())),
		close: () => end(child, sockets),
	};
}

async function ourRoute(): Promise<Route> {
	const port = await freeUdpPort();
	const chats = await Promise.all(['Ann', 'Ben'].map(name => startChat({port, name})));
	await meet(chats);
	await sleep(1500);
	const [ann, ben] = chats;
	return {
		send: text => ann?.post(text),
		onText: received => void ben?.child.stdout?.on('data', chunk => received(chunk.toString())),
		async close() {
			await Promise.all(chats.map(chat => chat.close()));
		},
	};
}

async function measure(open: Promise<Route>): Promise<number[]> {
	const route = await open;
	try {
		return await timesOf(route);
	} finally {
		await route.close();
	}
}

interface Rival {
	readonly peer: string;
	readonly open: () => Promise<Route>;
	readonly note: string;
}

/** Compares the delay of one message. Measurements of each server and of this program alternate. */
export async function compareServers(): Promise<PeerResult> {
	const ngircd = findProgram('ngircd');
	const nats = findProgram('nats-server');
	const rivals: Rival[] = [
		{peer: `TCP relay, Node ${process.versions.node}`, open: relayRoute, note: 'no encryption, signature or log'},
	];
	const results: PeerResult[number][] = [];
	const plain = 'a server; neither encrypted nor signed; no history';
	if (ngircd) rivals.push({peer: `ngircd ${versionOf(ngircd)}`, open: () => ircRoute(ngircd), note: plain});
	else results.push(notInstalled('ngircd', 'Debian: ngircd'));
	if (nats) rivals.push({peer: `nats-server ${versionOf(nats)}`, open: () => natsRoute(nats), note: plain});
	else results.push(notInstalled('nats-server', 'Debian: nats-server'));
	for (const {peer, open, note} of rivals) {
		const ours: number[] = [];
		const theirs: number[] = [];
		for (let round = 0; round < 2; round++) {
			theirs.push(...(await measure(open())));
			ours.push(...(await measure(ourRoute())));
		}
		const row = {peer, note, unit: 'ms'};
		results.push(
			{...row, figure: 'a word to another user, p50', ours: median(ours), theirs: median(theirs)},
			{...row, figure: 'a word to another user, p99', ours: percentile(ours, 0.99), theirs: percentile(theirs, 0.99)},
		);
	}
	return results satisfies readonly (Comparison | {peer: string})[];
}
