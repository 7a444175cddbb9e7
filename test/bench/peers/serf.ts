/** How soon two members notice that a third one crashed or left: this program and Serf on loopback. */
import {type ChildProcess, spawn} from 'node:child_process';
import {freeUdpPort} from '../bench-node.js';
import {meet, misses, startChat} from '../chat-process.js';
import {median, sleep, until} from '../measure.js';
import {findProgram, freeTcpPort, notInstalled, type PeerResult, versionOf} from './peer.js';

const RUNS = 3;
const LIMIT_MS = 60_000;
const names = ['ann', 'ben', 'cem'];

interface Agent {
	readonly child: ChildProcess;
	output(): string;
}

async function startAgents(path: string): Promise<Agent[]> {
	const agents: Agent[] = [];
	let first = '';
	for (const name of names) {
		const bind = `127.0.0.1:${await freeTcpPort()}`;
		const rpc = `127.0.0.1:${await freeTcpPort()}`;
		first ||= bind;
		const words = ['agent', `-node=${name}`, `-bind=${bind}`, `-rpc-addr=${rpc}`, '-profile=lan', `-join=${first}`];
		const child = spawn(path, name === 'ann' ? words.slice(0, -1) : words, {stdio: ['ignore', 'pipe', 'pipe']});
		let output = '';
		for (const stream of [child.stdout, child.stderr]) {
			stream?.on('data', text => {
				output += text;
			});
		}
		agents.push({child, output: () => output});
		await until(`the agent ${name} is up`, () => output.includes('EventMemberJoin'), LIMIT_MS).catch(error => {
			throw new Error(`${error.message}; it wrote: ${output}`);
		});
	}
	await until('all have met', () =>
		agents.every(({output}) => names.every(name => output().includes(`EventMemberJoin: ${name}`))),
	);
	return agents;
}

async function noticeSerf(path: string, signal: NodeJS.Signals, event: string): Promise<number> {
	const agents = await startAgents(path);
	try {
		await sleep(2000);
		const start = performance.now();
		agents[2]?.child.kill(signal);
		const seen = `${event}: cem`;
		await until(seen, () => agents.slice(0, 2).every(({output}) => output().includes(seen)), LIMIT_MS);
		return performance.now() - start;
	} finally {
		for (const {child} of agents) child.kill('SIGKILL');
	}
}

async function noticeOurs(signal: NodeJS.Signals): Promise<number> {
	const port = await freeUdpPort();
	const chats = await Promise.all(names.map(name => startChat({port, name})));
	try {
		await meet(chats);
		await sleep(1000);
		const [ann, ben, cem] = chats;
		if (!ann || !ben || !cem) throw new Error('a process is missing');
		const from = [ann, ben].map(chat => chat.lines.length);
		const start = performance.now();
		cem.child.kill(signal);
		const seen = await Promise.all([ann, ben].map((chat, index) => chat.when(misses(cem.peer), from[index])));
		return Math.max(...seen) - start;
	} finally {
		await Promise.all(chats.map(chat => chat.close()));
	}
}

/** Compares the time until both remaining members know that the third one crashed or left. */
export async function compareSerf(): Promise<PeerResult> {
	const path = findProgram('serf');
	if (!path) return [notInstalled('serf', 'Debian: serf')];
	const peer = `serf ${versionOf(path, ['version'])}`;
	const results: PeerResult[number][] = [];
	const ways = [
		{figure: 'crash noticed by all', ours: 'SIGKILL', theirs: 'SIGKILL', event: 'EventMemberFailed'},
		{figure: 'leave noticed by all', ours: 'SIGTERM', theirs: 'SIGINT', event: 'EventMemberLeave'},
	] as const;
	for (const way of ways) {
		const ours: number[] = [];
		const theirs: number[] = [];
		for (let run = 0; run < RUNS; run++) {
			theirs.push(await noticeSerf(path, way.theirs, way.event));
			ours.push(await noticeOurs(way.ours));
		}
		results.push({figure: way.figure, unit: 'ms', peer, ours: median(ours), theirs: median(theirs)});
	}
	return results;
}
