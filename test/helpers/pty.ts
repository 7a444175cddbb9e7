/** Runs a program in a real pseudo terminal. */
import {type IPty, spawn} from '@lydell/node-pty';
import {onTestFinished} from 'vitest';

export interface Terminal {
	readonly pid: number;
	/** Everything the program has written. */
	output(): string;
	write(text: string): void;
	/** Stops reading the terminal, as a multiplexer in copy mode does. */
	stopReading(): void;
	startReading(): void;
	/** Resolves when `holds` returns true for the output so far. */
	until(holds: (output: string) => boolean): Promise<void>;
	readonly exited: Promise<{readonly exitCode: number; readonly signal?: number}>;
}

export interface TerminalOptions {
	readonly env: Readonly<Record<string, string>>;
	readonly cwd?: string;
	readonly columns?: number;
}

const WAIT_MS = 30_000;

/** Starts the program. The end of the test kills it. */
export function openTerminal(file: string, words: readonly string[], options: TerminalOptions): Terminal {
	const {env, cwd, columns = 100} = options;
	const child = spawn(file, [...words], {
		cols: columns,
		rows: 30,
		env: {TERM: 'xterm-256color', LANG: 'C.UTF-8', PATH: process.env.PATH ?? '', ...env},
		...(cwd !== undefined && {cwd}),
	});
	onTestFinished(() => kill(child));
	let output = '';
	const checks = new Set<() => void>();
	child.onData(data => {
		output += data;
		for (const check of checks) check();
	});
	const exited = new Promise<{exitCode: number; signal?: number}>(resolve => child.onExit(resolve));
	return {
		pid: child.pid,
		output: () => output,
		write: text => child.write(text),
		stopReading: () => child.pause(),
		startReading: () => child.resume(),
		until: holds =>
			new Promise((resolve, reject) => {
				const timer = setTimeout(() => reject(new Error(`timed out: ${JSON.stringify(output.slice(-900))}`)), WAIT_MS);
				const check = () => {
					if (!holds(output)) return;
					clearTimeout(timer);
					checks.delete(check);
					resolve();
				};
				checks.add(check);
				check();
			}),
		exited,
	};
}

function kill(child: IPty): void {
	try {
		child.kill('SIGKILL');
	} catch {
		// `kill` throws if the process has already exited.
	}
}
