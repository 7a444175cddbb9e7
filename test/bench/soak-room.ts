/**
 * Row 8: a room of real processes on loopback that chat for some minutes. At the end there is one connection per pair, no
 * peer was ever reported as absent, no event arrived twice, and all timelines are equal. Prints memory and processor time
 * of the processes, idle and while they chat.
 */
import {listConnections} from '../helpers/sockets.js';
import {freeUdpPort} from './bench-node.js';
import {type ChatProcess, sees, startChat} from './chat-process.js';
import type {Line} from './json-lines.js';
import {textOf} from './make-history.js';
import {median, sleep} from './measure.js';
import {processorMs, proportionalMb} from './process-usage.js';
import {saveSoak} from './soak-figures.js';

const processes = Number(process.argv[2] ?? 50);
const minutes = Number(process.argv[3] ?? 10);
/** Posts per second of all processes together. */
const POSTS_PER_SECOND = 5;
const STARTED_AT_ONCE = 5;
/** Time in ms for which the connected processes are measured idle. */
const IDLE_MS = 30_000;
/**
 * Maximum time until all processes are connected after the last start, and until the last posts have arrived, in ms. It
 * grows with the number of processes.
 */
const LIMIT_MS = 120_000 + processes * 1500;

const isConnected = ({type, status}: Line) => type === 'peer' && status === 'connected';
const isPosted = ({type, kind}: Line) => type === 'event' && kind === 'posted';

async function startRoom(port: number): Promise<ChatProcess[]> {
	const chats: ChatProcess[] = [];
	while (chats.length < processes) {
		const count = Math.min(STARTED_AT_ONCE, processes - chats.length);
		const names = Array.from({length: count}, (_, index) => `Peer ${chats.length + index}`);
		chats.push(...(await Promise.all(names.map(name => startChat({port, name})))));
		// Starts the next nodes only when the newest node is connected to half of the others, so that the machine can
		// connect all of them.
		const newest = chats.at(-1);
		await waitFor(
			'the newest node meets others',
			() => (newest?.lines.filter(isConnected).length ?? 0) >= chats.length / 2,
		);
	}
	return chats;
}

async function waitFor(what: string, holds: () => boolean): Promise<void> {
	const end = performance.now() + LIMIT_MS;
	while (!holds()) {
		if (performance.now() > end) throw new Error(`it did not happen within ${LIMIT_MS} ms: ${what}`);
		await sleep(200);
	}
}

/** Events of one process that must be equal in all processes, sorted by their `order`. */
function timelineOf({lines}: ChatProcess): string[] {
	const rows = lines.filter(({type}) => type === 'event');
	return rows.sort((a, b) => (a.order < b.order ? -1 : 1)).map(({id}) => id);
}

function countConnections(chats: readonly ChatProcess[]): number {
	return listConnections(chats.map(({child}) => child.pid ?? 0)).length;
}

function judge(chats: readonly ChatProcess[], from: readonly number[], connections: number): string[] {
	const faults: string[] = [];
	const pairs = (processes * (processes - 1)) / 2;
	if (connections !== pairs) faults.push(`${connections} connections instead of ${pairs}`);
	const [first, ...others] = chats.map(timelineOf);
	if (!first || new Set(first).size !== first.length) faults.push('an event arrived twice');
	const unequal = others.filter(other => other.join() !== first?.join()).length;
	if (unequal > 0) faults.push(`${unequal} timelines differ`);
	for (const [index, chat] of chats.entries()) {
		const flaps = chat.lines.slice(from[index]).filter(({type, status}) => type === 'peer' && status !== 'connected');
		if (flaps.length > 0) faults.push(`${index} showed ${flaps.length} changes: ${JSON.stringify(flaps[0])}`);
	}
	return faults;
}

/** Starts to measure the processor time of each process. The returned function prints the usage since then. */
function startUsage(chats: readonly ChatProcess[]): (what: string) => void {
	const pids = chats.map(({child}) => child.pid ?? 0);
	const before = pids.map(processorMs);
	const start = performance.now();
	return what => {
		const ms = performance.now() - start;
		const shares = pids.map((pid, index) => ((processorMs(pid) - (before[index] ?? 0)) / ms) * 100);
		const memory = pids.map(proportionalMb);
		const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
		process.stdout.write(
			`${what}: ${median(shares).toFixed(2)} % of a processor per process, ${sum(shares).toFixed(0)} % in all; ${median(memory).toFixed(0)} MB per process, ${sum(memory).toFixed(0)} MB in all\n`,
		);
	};
}

const port = await freeUdpPort();
const startedAt = performance.now();
const chats = await startRoom(port);
try {
	await waitFor('all see all', () =>
		chats.every(chat => chats.every(other => other === chat || chat.lines.some(sees(other.peer)))),
	);
	const upMs = Math.round(performance.now() - startedAt);
	process.stdout.write(`${processes} processes see each other after ${upMs} ms\n`);
	const from = chats.map(({lines}) => lines.length);
	const printIdle = startUsage(chats);
	await sleep(IDLE_MS);
	printIdle('idle');
	const printChatting = startUsage(chats);
	const end = performance.now() + minutes * 60_000;
	let posts = 0;
	while (performance.now() < end) {
		chats[posts % processes]?.post(textOf(posts));
		posts += 1;
		await sleep(1000 / POSTS_PER_SECOND);
	}
	printChatting('chatting');
	await waitFor('all is delivered', () => chats.every(({lines}) => lines.filter(isPosted).length >= posts));
	const connections = countConnections(chats);
	const faults = judge(chats, from, connections);
	for (const fault of faults) process.stdout.write(`${fault}\n`);
	const pairs = (processes * (processes - 1)) / 2;
	process.stdout.write(
		`${minutes} minutes, ${posts} posts, ${pairs} connections: ${faults.length === 0 ? 'no faults' : 'FAULTS'}\n`,
	);
	if (processes === 50 && minutes === 10) saveSoak({upMs, posts, connections, faults: faults.length});
	process.exitCode = faults.length === 0 ? 0 : 1;
} finally {
	await Promise.all(chats.map(chat => chat.close()));
}
