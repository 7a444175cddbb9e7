/**
 * Two honest nodes and an attacker as processes, on loopback or in network namespaces. It measures the delay of messages
 * between the honest nodes during an attack.
 */
import {type ChildProcess, spawn, spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {setPriority} from 'node:os';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {type ChatProcess, meet, startChat} from '../bench/chat-process.js';

const PAUSE_MS = 20;

export interface Delays {
	/** Median delay of messages in one direction, from posting until they are printed, in ms. */
	readonly p50: number;
	readonly p99: number;
	readonly max: number;
}

export interface AttackReport {
	readonly ends: Readonly<Record<string, number>>;
	/** Share of one processor that the attacker used. */
	readonly cpuShare: number;
}

export interface LoopReport {
	/** Longest delay of the event loop of the attacked node, in ms. `p99`: 99th percentile of the delays, in ms. */
	readonly max: number;
	readonly p99: number;
}

export interface SiegeProcesses {
	/** The attacked node. */
	readonly ann: ChatProcess;
	readonly bob: ChatProcess;
	/** Sends a command to the attacker (attacker.ts). Returns its report about the time since the previous command. */
	order(command: string): Promise<AttackReport>;
	/** Bob posts messages and Ann prints them. Returns the delay of each message in ms. */
	chat(messages: number): Promise<number[]>;
	/** Returns the delays of Ann's event loop since the previous call. */
	loop(): Promise<LoopReport>;
	/** Resident memory of Ann's process in MiB. */
	memoryMb(): number;
	/** Processor time of Ann's process so far, in s. */
	cpuSeconds(): number;
	close(): Promise<void>;
}

export function delaysOf(all: readonly number[]): Delays {
	const sorted = all.toSorted((a, b) => a - b);
	const at = (part: number) => sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? Number.NaN;
	return {p50: at(0.5), p99: at(0.99), max: at(1)};
}

/** Reads the JSON objects that a process prints, one per line, in order. */
function createReader<T>(child: ChildProcess, stream: 'stdout' | 'stderr'): () => Promise<T> {
	const lines: T[] = [];
	const waiting: ((line: T) => void)[] = [];
	let incompleteLine = '';
	child[stream]?.setEncoding('utf8').on('data', (text: string) => {
		const parts = (incompleteLine + text).split('\n');
		incompleteLine = parts.pop() ?? '';
		for (const part of parts) {
			if (!part.startsWith('{')) {
				process.stderr.write(`${part}\n`);
				continue;
			}
			const line: T = JSON.parse(part);
			const next = waiting.shift();
			if (next) next(line);
			else lines.push(line);
		}
	});
	return () => {
		const line = lines.shift();
		return line ? Promise.resolve(line) : new Promise(resolve => waiting.push(resolve));
	};
}

/**
 * Gives the main thread of a process real-time priority. Other threads keep their priority, because with real-time
 * priority they would occupy a processor for 100 ms at a time. Setting a priority needs privileges. Without them, other
 * load of this machine affects the measurements.
 */
function prefer(pid: number, priority: number): void {
	spawnSync('chrt', ['--reset-on-fork', '--rr', '--pid', String(priority), String(pid)], {stdio: 'ignore'});
}

/** Gives a process the lowest priority. */
function defer(pid: number): void {
	spawnSync('chrt', ['--all-tasks', '--other', '--pid', '0', String(pid)], {stdio: 'ignore'});
	setPriority(pid, 19);
}

/** Host that runs one of the processes. */
export interface SiegePlace {
	readonly address: string;
	readonly interface: string;
	/** Starts a process in its own session, because Linux divides a processor among sessions first. */
	spawn(command: string, commandArguments: readonly string[], env: Readonly<Record<string, string>>): ChildProcess;
}

const LOOPBACK: SiegePlace = {
	address: '127.0.0.1',
	interface: 'lo',
	spawn: (command, commandArguments, env) => spawn(command, commandArguments, {env, detached: true}),
};

/** Starts the three processes, by default all on loopback. `folder` contains attack.mjs and loop-meter.mjs. */
export async function startSiege(
	port: number,
	cli: string,
	folder: URL,
	[annPlace, bobPlace, attackerPlace]: readonly [SiegePlace, SiegePlace, SiegePlace] = [LOOPBACK, LOOPBACK, LOOPBACK],
): Promise<SiegeProcesses> {
	const metered = (environment: Readonly<Record<string, string>>) => ({
		...environment,
		NODE_OPTIONS: `--import=${new URL('loop-meter.mjs', folder).href}`,
	});
	const start = (name: string, place: SiegePlace, isVictim: boolean) =>
		startChat({
			port,
			name,
			interface: place.interface,
			spawn: (command, [, ...cliArguments], env) =>
				place.spawn(command, [cli, ...cliArguments], isVictim ? metered(env) : env),
		});
	const ann = await start('Ann', annPlace, true);
	const bob = await start('Bob', bobPlace, false);
	await meet([ann, bob]);
	const loopLine = createReader<LoopReport>(ann.child, 'stderr');
	const {tcpPort} = ann.lines[0] as {tcpPort: number};
	const attack = fileURLToPath(new URL('attack.mjs', folder));
	const attackArguments = [attack, attackerPlace.address, annPlace.address, String(tcpPort), String(port)];
	const attacker = attackerPlace.spawn(process.execPath, attackArguments, {PATH: process.env.PATH ?? ''});
	attacker.stderr?.pipe(process.stderr);
	// The processes represent separate machines, so the attacker and other processes should take as little processor time
	// from the honest nodes as possible.
	if (attacker.pid !== undefined) defer(attacker.pid);
	// Ann, Bob and this process get increasing priorities, because their work decreases in this order: a process with
	// little work then never waits for one with more work.
	prefer(ann.child.pid ?? 0, 1);
	prefer(bob.child.pid ?? 0, 2);
	prefer(process.pid, 3);
	const attackerLine = createReader<AttackReport>(attacker, 'stdout');
	const broken = new Promise<never>((_, reject) => {
		attacker.once('exit', code => code === null || reject(new Error(`the attacker ended unexpectedly: ${code}`)));
	});
	broken.catch(() => {});
	await Promise.race([attackerLine(), broken]);
	let messageCount = 0;

	return {
		ann,
		bob,
		order(command) {
			attacker.stdin?.write(`${command}\n`);
			return Promise.race([attackerLine(), broken]);
		},
		async chat(messages) {
			const delays: number[] = [];
			for (let index = 0; index < messages; index++) {
				messageCount += 1;
				const text = `message ${messageCount}`;
				const from = ann.lines.length;
				const started = performance.now();
				bob.post(text);
				delays.push((await ann.when(line => line.text === text, from)) - started);
				await sleep(PAUSE_MS);
			}

			return delays;
		},
		loop() {
			ann.child.kill('SIGUSR2');
			return loopLine();
		},
		memoryMb: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${ann.child.pid}/status`, 'utf8'))?.[1]) / 1024,
		cpuSeconds() {
			const fields = readFileSync(`/proc/${ann.child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
			return (Number(fields[11]) + Number(fields[12])) / 100;
		},
		async close() {
			attacker.kill('SIGKILL');
			await Promise.all([ann.close(), bob.close()]);
		},
	};
}
