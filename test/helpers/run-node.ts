/** Real processes of the built program, on loopback only, with their JSON lines as they come. */
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {onTestFinished} from 'vitest';

/** P2PCHAT_TEST_CLI: another build, such as an installed package. */
export const cliPath = process.env.P2PCHAT_TEST_CLI ?? fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** A parsed line of `--json`. */
export type Line = Readonly<Record<string, any>>;

export interface Result {
	readonly code: number | null;
	readonly signal: NodeJS.Signals | null;
	readonly stdout: string;
	readonly stderr: string;
}

export interface RunningProcess {
	readonly child: ChildProcess;
	readonly pid: number;
	readonly stdout: string;
	readonly stderr: string;
	/** When it is gone. */
	readonly result: Promise<Result>;
}

export interface RunOptions {
	readonly home: string;
	readonly environment?: Readonly<Record<string, string>>;
	readonly cwd?: string;
}

const WAIT_MS = 15_000;

/** Starts the program; killed with the test if it is still there. */
export function runCli(words: readonly string[], {home, environment, cwd}: RunOptions): RunningProcess {
	if (!existsSync(cliPath)) throw new Error(`${cliPath} is missing: npm run build`);
	const env = {PATH: process.env.PATH, HOME: home, P2PCHAT_HOME: home, P2PCHAT_INTERFACE: 'lo', ...environment};
	const child = spawn(process.execPath, [cliPath, ...words], {env, ...(cwd !== undefined && {cwd})});
	let stdout = '';
	let stderr = '';
	child.stdout.setEncoding('utf8').on('data', text => {
		stdout += text;
	});
	child.stderr.setEncoding('utf8').on('data', text => {
		stderr += text;
	});
	child.stdin.on('error', () => {});
	onTestFinished(() => void child.kill('SIGKILL'));
	const result = once(child, 'close').then(([code, signal]) => ({code, signal, stdout, stderr}));
	return {
		child,
		pid: child.pid ?? 0,
		get stdout() {
			return stdout;
		},
		get stderr() {
			return stderr;
		},
		result,
	};
}

/** Runs it to its end with this standard input. */
export function runToEnd(words: readonly string[], options: RunOptions & {readonly input?: string}): Promise<Result> {
	const {child, result} = runCli(words, options);
	child.stdin?.end(options.input ?? '');
	return result;
}

export interface RunningNode extends RunningProcess {
	readonly lines: readonly Line[];
	/** The first line, from the beginning on, for which it holds. */
	waitFor(what: string, test: (line: Line) => boolean, ms?: number): Promise<Line>;
	/** Resolves when it holds for the lines so far. */
	waitUntil(what: string, test: (lines: readonly Line[]) => boolean, ms?: number): Promise<void>;
	events(): Line[];
	post(text: string, ref?: string): void;
	write(text: string): void;
}

/** A node with `--json`. Resolves once it is ready. */
export async function startNode(
	options: RunOptions & {readonly port: number; readonly name?: string; readonly words?: readonly string[]},
): Promise<RunningNode> {
	const node = launchNode(options);
	await node.waitFor('ready', line => line.type === 'ready');
	return node;
}

export function launchNode(
	options: RunOptions & {readonly port: number; readonly name?: string; readonly words?: readonly string[]},
): RunningNode {
	const named = options.name === undefined ? [] : ['--name', options.name];
	const words = ['--json', '--interface', 'lo', '--port', String(options.port), ...named, ...(options.words ?? [])];
	const running = runCli(words, options);
	const lines: Line[] = [];
	const checks = new Set<() => void>();
	let rest = '';
	running.child.stdout?.on('data', (text: string) => {
		const parts = (rest + text).split('\n');
		rest = parts.pop() ?? '';
		for (const part of parts) lines.push(JSON.parse(part));
		for (const check of [...checks]) check();
	});
	running.child.on('close', () => {
		for (const check of [...checks]) check();
	});

	function waitUntil(what: string, test: (lines: readonly Line[]) => boolean, ms = WAIT_MS): Promise<void> {
		if (test(lines)) return Promise.resolve();
		return new Promise((resolve, reject) => {
			const settle = (error?: Error) => {
				clearTimeout(timer);
				checks.delete(check);
				if (error) reject(error);
				else resolve();
			};
			const fail = (why: string) =>
				settle(
					new Error(
						`${why} before: ${what}\n${lines
							.slice(-20)
							.map(line => JSON.stringify(line))
							.join('\n')}\n${running.stderr}`,
					),
				);
			const check = () => {
				if (test(lines)) settle();
				else if (running.child.exitCode !== null || running.child.signalCode !== null) fail('the node ended');
			};
			const timer = setTimeout(() => fail(`${ms} ms passed`), ms);
			checks.add(check);
		});
	}

	const write = (text: string) => void running.child.stdin?.write(text);
	return Object.assign(Object.create(running), {
		lines,
		waitUntil,
		async waitFor(what: string, test: (line: Line) => boolean, ms?: number) {
			await waitUntil(what, all => all.some(test), ms);
			return lines.find(test) as Line;
		},
		events: () => lines.filter(({type}) => type === 'event'),
		write,
		post: (text: string, ref?: string) => write(`${JSON.stringify({type: 'post', text, ...(ref && {ref})})}\n`),
	});
}

/** As everybody must show them: ids in the order of the timeline. */
export function timelineOf(node: RunningNode): string[] {
	return node
		.events()
		.sort((a, b) => (a.order < b.order ? -1 : 1))
		.map(({id}) => id);
}
