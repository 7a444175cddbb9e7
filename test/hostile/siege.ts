/**
 * Two honest nodes and an attacker, each a process, on loopback or in network namespaces, and how long words take between
 * the two meanwhile.
 */
import {type ChildProcess, spawn, spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {setPriority} from 'node:os';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {type ChatProcess, meet, startChat} from '../bench/chat-process.js';

const PAUSE_MS = 20;

export interface Delays {
	/** One way and printed, ms. */
	readonly p50: number;
	readonly p99: number;
	readonly max: number;
}

export interface AttackReport {
	readonly ends: Readonly<Record<string, number>>;
	/** Of one processor. */
	readonly cpuShare: number;
}

export interface LoopReport {
	/** Longest and 99th percentile of the waits of the victim's event loop, ms. */
	readonly max: number;
	readonly p99: number;
}

export interface SiegeProcesses {
	/** Who is attacked. */
	readonly ann: ChatProcess;
	readonly bob: ChatProcess;
	/** What the attacker does from now on; gives what it did before. */
	order(words: string): Promise<AttackReport>;
	/** Bob writes, Ann prints: one delay for each word, ms. */
	chat(words: number): Promise<number[]>;
	/** Since it was asked last. */
	loop(): Promise<LoopReport>;
	/** Of Ann: resident memory, MiB, and processor time so far, s. */
	memoryMb(): number;
	cpuSeconds(): number;
	close(): Promise<void>;
}

export function delaysOf(all: readonly number[]): Delays {
	const sorted = all.toSorted((a, b) => a - b);
	const at = (part: number) => sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? Number.NaN;
	return {p50: at(0.5), p99: at(0.99), max: at(1)};
}

/** Objects that a process prints, a line each, in their order. */
function createReader<T>(child: ChildProcess, stream: 'stdout' | 'stderr'): () => Promise<T> {
	const lines: T[] = [];
	const waiting: ((line: T) => void)[] = [];
	let rest = '';
	child[stream]?.setEncoding('utf8').on('data', (text: string) => {
		const parts = (rest + text).split('\n');
		rest = parts.pop() ?? '';
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
 * Ahead of all that is not real time, its main thread: helpers of the same rank would hold a processor for a slice of 100 ms.
 * Needs rights; without, the rest of this machine is in the figures.
 */
function prefer(pid: number, priority: number): void {
	spawnSync('chrt', ['--reset-on-fork', '--rr', '--pid', String(priority), String(pid)], {stdio: 'ignore'});
}

/** As any other process, whoever started it. */
function defer(pid: number): void {
	spawnSync('chrt', ['--all-tasks', '--other', '--pid', '0', String(pid)], {stdio: 'ignore'});
	setPriority(pid, 19);
}

/** Where one of them runs. */
export interface SiegePlace {
	readonly address: string;
	readonly interface: string;
	/** In a session of its own: Linux shares a processor among those first. */
	spawn(command: string, words: readonly string[], env: Readonly<Record<string, string>>): ChildProcess;
}

const LOOPBACK: SiegePlace = {
	address: '127.0.0.1',
	interface: 'lo',
	spawn: (command, words, env) => spawn(command, words, {env, detached: true}),
};

/** `folder`: where attack.mjs and loop-meter.mjs stand. `places`: of Ann, Bob and the attacker, on loopback unless given. */
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
			spawn: (command, [, ...words], env) => place.spawn(command, [cli, ...words], isVictim ? metered(env) : env),
		});
	const ann = await start('Ann', annPlace, true);
	const bob = await start('Bob', bobPlace, false);
	await meet([ann, bob]);
	const loopLine = createReader<LoopReport>(ann.child, 'stderr');
	const {tcpPort} = ann.lines[0] as {tcpPort: number};
	const attack = fileURLToPath(new URL('attack.mjs', folder));
	const words = [attack, attackerPlace.address, annPlace.address, String(tcpPort), String(port)];
	const attacker = attackerPlace.spawn(process.execPath, words, {PATH: process.env.PATH ?? ''});
	attacker.stderr?.pipe(process.stderr);
	// Each stands for a machine of its own: what the attacker burns, and what else runs here, is taken from the honest ones
	// as little as can be.
	if (attacker.pid !== undefined) defer(attacker.pid);
	// Who does least goes first, so that nobody waits for the processor on which another one works.
	prefer(ann.child.pid ?? 0, 1);
	prefer(bob.child.pid ?? 0, 2);
	prefer(process.pid, 3);
	const attackerLine = createReader<AttackReport>(attacker, 'stdout');
	const broken = new Promise<never>((_, reject) => {
		attacker.once('exit', code => code === null || reject(new Error(`the attacker ended by itself: ${code}`)));
	});
	broken.catch(() => {});
	await Promise.race([attackerLine(), broken]);
	let said = 0;

	return {
		ann,
		bob,
		order(words) {
			attacker.stdin?.write(`${words}\n`);
			return Promise.race([attackerLine(), broken]);
		},
		async chat(words) {
			const delays: number[] = [];
			for (let index = 0; index < words; index++) {
				said += 1;
				const text = `word ${said}`;
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
