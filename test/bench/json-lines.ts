/** Reads JSON lines of a child process and resolves when an expected line arrives. */
import type {ChildProcess} from 'node:child_process';

export type Line = Readonly<Record<string, any>>;

export interface JsonLines {
	readonly lines: readonly Line[];
	/**
	 * Resolves to the value of performance.now() at the arrival of the first line that passes `test`, from index `from` on.
	 * Rejects after 30 s, with what the process wrote to its standard error.
	 */
	when(test: (line: Line) => boolean, from?: number): Promise<number>;
}

const LIMIT_MS = 30_000;

export function readJsonLines(child: ChildProcess): JsonLines {
	const lines: Line[] = [];
	const checks = new Set<(line: Line) => void>();
	let rest = '';
	let errors = '';
	child.stderr?.on('data', text => {
		errors += text;
	});
	child.stdin?.on('error', () => {});
	child.stdout?.on('data', text => {
		const parts = (rest + text).split('\n');
		rest = parts.pop() ?? '';
		for (const part of parts) {
			const line: Line = JSON.parse(part);
			lines.push(line);
			for (const check of [...checks]) check(line);
		}
	});

	function when(test: (line: Line) => boolean, from = 0): Promise<number> {
		if (lines.slice(from).some(test)) return Promise.resolve(performance.now());
		return new Promise((resolve, reject) => {
			const timer = setTimeout(() => {
				checks.delete(check);
				reject(new Error(`the expected line did not arrive: ${test} ${errors}`));
			}, LIMIT_MS);
			const check = (line: Line) => {
				if (!test(line)) return;
				clearTimeout(timer);
				checks.delete(check);
				resolve(performance.now());
			};
			checks.add(check);
		});
	}

	return {lines, when};
}
