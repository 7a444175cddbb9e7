import {freeUdpPort} from '../bench-node.js';
import {type ChatProcess, meet, misses, startChat} from '../chat-process.js';
import {median, sleep, spreadOf} from '../measure.js';
import type {Figure, Row} from '../row.js';

const RUNS = 7;
/** Number of runs with a peer that falls silent. Each run takes 9 s. */
const SILENT_RUNS = 2;
const STALL_MS = 5000;

const names = ['Ann', 'Ben', 'Cem'];

/**
 * Starts three nodes, ends the third node with `end`, and returns after how many ms each of the other two noticed that
 * it is gone.
 */
async function notice(end: (victim: ChatProcess) => void, port: number): Promise<number[]> {
	const chats = await Promise.all(names.map(name => startChat({port, name})));
	try {
		await meet(chats);
		await sleep(300);
		const [ann, ben, cem] = chats;
		if (!ann || !ben || !cem) throw new Error('a process is missing');
		const from = [ann, ben].map(chat => chat.lines.length);
		const start = performance.now();
		end(cem);
		return (await Promise.all([ann, ben].map((chat, index) => chat.when(misses(cem.peer), from[index])))).map(
			at => at - start,
		);
	} finally {
		await Promise.all(chats.map(chat => chat.close()));
	}
}

/**
 * Pauses one of three processes for STALL_MS. Resolves to the number of lines in which a node reports a peer as absent,
 * which should be 0.
 */
async function stall(port: number): Promise<number> {
	const chats = await Promise.all(names.map(name => startChat({port, name})));
	try {
		await meet(chats);
		const [observer] = chats;
		if (!observer) throw new Error('a process is missing');
		const from = chats.map(chat => chat.lines.length);
		observer.child.kill('SIGSTOP');
		await sleep(STALL_MS);
		observer.child.kill('SIGCONT');
		await sleep(2500);
		const absent = (chat: ChatProcess, index: number) =>
			chat.lines.slice(from[index]).filter(line => chats.some(other => misses(other.peer)(line))).length;
		return chats.reduce((sum, chat, index) => sum + absent(chat, index), 0);
	} finally {
		await Promise.all(chats.map(chat => chat.close()));
	}
}

function figureOf(what: string, times: readonly number[], atMost: number): Figure {
	const {low, high} = spreadOf(times);
	return {what, unit: 'ms', ours: median(times), atMost, note: `${low.toFixed(0)} to ${high.toFixed(0)}`};
}

async function run(): Promise<readonly Figure[]> {
	const port = await freeUdpPort();
	const killed: number[] = [];
	const left: number[] = [];
	const silent: number[] = [];
	for (let run = 0; run < RUNS; run++) {
		killed.push(...(await notice(({child}) => child.kill('SIGKILL'), port)));
		left.push(...(await notice(({child}) => child.kill('SIGTERM'), port)));
	}
	for (let run = 0; run < SILENT_RUNS; run++) silent.push(...(await notice(({child}) => child.kill('SIGSTOP'), port)));
	return [
		figureOf('killed, noticed after', killed, 200),
		figureOf('silent, noticed after', silent, 9500),
		figureOf('left, noticed after', left, 200),
		{what: 'called absent in a 5 s stall', unit: 'peers', ours: await stall(port), atMost: 0},
	];
}

export const absenceRow: Row = {
	number: 14,
	name: 'absence',
	against: 'Serf 0.8: 8,400 ms for a crash, 700 ms for a leave',
	run,
};
