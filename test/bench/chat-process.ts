/** The built program as a process with `--json` on loopback, as a script would run it. */
import {type ChildProcess, spawn} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {type JsonLines, type Line, readJsonLines} from './json-lines.js';

export const cliPath = process.env.P2PCHAT_BENCH_CLI ?? join(process.env.P2PCHAT_BENCH_ROOT ?? '.', 'dist/cli.js');

export interface ChatProcess extends JsonLines {
	readonly child: ChildProcess;
	readonly peer: string;
	post(text: string): void;
	/** Kills the process if it still runs and removes its folder. */
	close(): Promise<void>;
}

export interface ChatOptions {
	readonly port: number;
	readonly name: string;
	readonly words?: readonly string[];
	/** Environment variables of the program, in addition to those that every program of the benchmark gets. */
	readonly env?: Readonly<Record<string, string>>;
	readonly spawn?: (command: string, words: readonly string[], env: Readonly<Record<string, string>>) => ChildProcess;
	/** Network interface; `lo` by default. */
	readonly interface?: string;
}

export const sees = (peer: string) => (line: Line) =>
	line.type === 'peer' && line.peer === peer && line.status === 'connected';
export const misses = (peer: string) => (line: Line) =>
	line.type === 'peer' && line.peer === peer && (line.status === 'unreachable' || line.status === 'left');

/** Starts the program and resolves when it is ready. */
export async function startChat(options: ChatOptions): Promise<ChatProcess> {
	const home = mkdtempSync(join(tmpdir(), 'p2pchat-bench-'));
	const only = options.interface ?? 'lo';
	const words = [cliPath, '--json', '--interface', only, '--port', String(options.port), '--name', options.name];
	const env = {PATH: process.env.PATH ?? '', HOME: home, P2PCHAT_HOME: home, P2PCHAT_INTERFACE: only, ...options.env};
	const start = options.spawn ?? ((command, args, environment) => spawn(command, [...args], {env: environment}));
	const child = start(process.execPath, [...words, ...(options.words ?? [])], env);
	const {lines, when} = readJsonLines(child);

	async function close(): Promise<void> {
		if (child.exitCode === null && child.signalCode === null) {
			const gone = new Promise(resolve => child.once('exit', resolve));
			child.kill('SIGCONT');
			child.kill('SIGKILL');
			await gone;
		}
		rmSync(home, {recursive: true, force: true});
	}

	try {
		await when(({type}) => type === 'ready');
	} catch (error) {
		await close();
		throw error;
	}
	return {
		child,
		lines,
		peer: lines.find(({type}) => type === 'ready')?.peer,
		when,
		post: text => void child.stdin?.write(`${JSON.stringify({type: 'post', text})}\n`),
		close,
	};
}

/** Waits until each process is connected to every other one. */
export async function meet(chats: readonly ChatProcess[]): Promise<void> {
	for (const chat of chats) for (const other of chats) if (other !== chat) await chat.when(sees(other.peer));
}
