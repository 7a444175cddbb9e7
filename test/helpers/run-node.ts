/** Runs the built program in real processes, on loopback only, and collects its JSON lines. */
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {onTestFinished} from 'vitest';

/** Path of the program. P2PCHAT_TEST_CLI selects another build, for example an installed package. */
export const cliPath = process.env.P2PCHAT_TEST_CLI ?? fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** A parsed line of `--json`. */
export type Line = Readonly<Record<string, any>>;

/** A process that has ended. */
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
	/** Resolves when the process has ended and its output is complete. */
	readonly result: Promise<Result>;
}

export interface RunOptions {
	readonly home: string;
	readonly environment?: Readonly<Record<string, string>>;
	readonly cwd?: string;
	/** Path of the `cli.js` to run; by default that of this build. */
	readonly program?: string;
	/** Command that starts the program, with its arguments, for example one that sets a limit of the system. */
	readonly prefix?: readonly string[];
}

const WAIT_MS = 30_000;

/** Starts the program. The end of the test kills it. */
export function runCli(
	words: readonly string[],
	{home, environment, cwd, program = cliPath, prefix = []}: RunOptions,
): RunningProcess {
	if (!existsSync(program)) throw new Error(`${program} is missing: npm run build`);
	const env = {PATH: process.env.PATH, HOME: home, P2PCHAT_HOME: home, P2PCHAT_INTERFACE: 'lo', ...environment};
	const [command = process.execPath, ...args] = [...prefix, process.execPath, program, ...words];
	const child = spawn(command, args, {env, stdio: 'pipe', ...(cwd !== undefined && {cwd})});
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

/** Runs the program to its end. `input`: all of its standard input. */
export function runToEnd(words: readonly string[], options: RunOptions & {readonly input?: string}): Promise<Result> {
	const {child, result} = runCli(words, options);
	child.stdin?.end(options.input ?? '');
	return result;
}

export interface RunningNode extends RunningProcess {
	readonly lines: readonly Line[];
	/** Resolves to the first line that matches, including lines before the call. `what`: for the error message. */
	waitFor(what: string, test: (line: Line) => boolean, ms?: number): Promise<Line>;
	/** Resolves when the test holds for all lines so far. */
	waitUntil(what: string, test: (lines: readonly Line[]) => boolean, ms?: number): Promise<void>;
	events(): Line[];
	post(text: string, ref?: string): void;
	write(text: string): void;
}

export interface NodeOptions extends RunOptions {
	/** UDP port of discovery. */
	readonly port: number;
	readonly name?: string;
	/** Further arguments. */
	readonly args?: readonly string[];
}

/** Starts a node with `--json`. Resolves when it is ready. */
export async function startNode(options: NodeOptions): Promise<RunningNode> {
	const node = launchNode(options);
	await node.waitFor('ready', line => line.type === 'ready');
	return node;
}

/** Starts a node with `--json` and does not wait. */
export function launchNode(options: NodeOptions): RunningNode {
	const nameArgs = options.name === undefined ? [] : ['--name', options.name];
	const words = ['--json', '--interface', 'lo', '--port', String(options.port), ...nameArgs, ...(options.args ?? [])];
	const running = runCli(words, options);
	const lines: Line[] = [];
	const checks = new Set<() => void>();
	let incompleteLine = '';
	running.child.stdout?.on('data', (text: string) => {
		const parts = (incompleteLine + text).split('\n');
		incompleteLine = parts.pop() ?? '';
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
			const fail = (reason: string) =>
				settle(
					new Error(
						`${reason} before: ${what}\n${lines
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

/**
 * Compares the positions of two lines in the timeline, by their field `order`. The program prints events in the order
 * in which it receives them.
 */
export function compareLineOrder(a: Line, b: Line): number {
	return a.order < b.order ? -1 : 1;
}

/** Event ids in the order of the timeline, which must be the same on every node. */
export function timelineOf(node: RunningNode): string[] {
	return node
		.events()
		.sort(compareLineOrder)
		.map(({id}) => id);
}
