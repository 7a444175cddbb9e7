/** Runs the built program in a real pseudo terminal. Every way to quit restores the terminal modes. */
import {spawn} from '@lydell/node-pty';
import {describe, expect, onTestFinished, test} from 'vitest';
import {findFreeUdpPort, makeHome} from '../helpers/data-home.js';
import {cliPath} from '../helpers/run-node.js';
import {INPUT_HINT} from '../helpers/screen-texts.js';

interface Pty {
	readonly pid: number;
	output(): string;
	write(text: string): void;
	resize(columns: number, rows: number): void;
	until(holds: (output: string) => boolean): Promise<void>;
	readonly exited: Promise<{exitCode: number; signal?: number}>;
}

const COLUMNS = 80;

/** `before`: shell commands that run in the terminal before the program. */
async function start(environment: Record<string, string> = {}, before = ':'): Promise<Pty> {
	const home = makeHome();
	const port = await findFreeUdpPort();
	const env = {
		PATH: process.env.PATH ?? '',
		HOME: home,
		P2PCHAT_HOME: home,
		TERM: 'xterm-256color',
		LANG: 'C.UTF-8',
		...environment,
	};
	const words = [process.execPath, cliPath, '--interface', 'lo', '--port', String(port), '--name', 'Carol'];
	const child = spawn('/bin/sh', ['-c', `${before}; exec "$@"`, '--', ...words], {
		cols: COLUMNS,
		rows: 24,
		env,
	});
	onTestFinished(() => {
		try {
			child.kill('SIGKILL');
		} catch {
			// `kill` throws if the process has already exited.
		}
	});
	let output = '';
	const waiting = new Set<() => void>();
	child.onData(data => {
		output += data;
		for (const check of waiting) check();
	});
	const exited = new Promise<{exitCode: number; signal?: number}>(resolve => child.onExit(resolve));
	return {
		pid: child.pid,
		output: () => output,
		write: text => child.write(text),
		resize: (columns, rows) => child.resize(columns, rows),
		until: holds =>
			new Promise((resolve, reject) => {
				const timer = setTimeout(() => reject(new Error(`timed out: ${JSON.stringify(output.slice(-600))}`)), 20_000);
				const check = () => {
					if (!holds(output)) return;
					clearTimeout(timer);
					waiting.delete(check);
					resolve();
				};
				waiting.add(check);
				check();
			}),
		exited,
	};
}

/** Checks that alternate screen, focus reports, bracketed paste, auto-wrap and cursor are restored. */
function expectRestored(output: string): void {
	for (const mode of ['1049', '1004', '2004']) {
		expect(output.lastIndexOf(`\u001B[?${mode}l`), mode).toBeGreaterThan(output.lastIndexOf(`\u001B[?${mode}h`));
		expect(output).toContain(`\u001B[?${mode}h`);
	}
	expect(output.lastIndexOf('\u001B[?7h')).toBeGreaterThan(output.lastIndexOf('\u001B[?7l'));
	expect(output.lastIndexOf('\u001B[?25h')).toBeGreaterThan(output.lastIndexOf('\u001B[?25l'));
	expect(output).not.toContain('\u001B[3J');
	// The exit message follows the alternate screen.
	expect(output.lastIndexOf('Replay it: npx p2pchat-ink replay')).toBeGreaterThan(output.lastIndexOf('\u001B[?1049l'));
}

const ready = (output: string) => output.includes(INPUT_HINT);

describe('the program in a real terminal', () => {
	const ways: [string, (pty: Pty) => void | Promise<void>, number][] = [
		['/quit', pty => pty.write('/quit\r'), 0],
		[
			'Ctrl+C twice',
			async pty => {
				pty.write('\u0003');
				await pty.until(output => output.includes('Leave the chat?'));
				pty.write('\u0003');
			},
			0,
		],
		['Ctrl+D', pty => pty.write('\u0004'), 0],
		['SIGTERM', pty => void process.kill(pty.pid, 'SIGTERM'), 0],
		['SIGHUP', pty => void process.kill(pty.pid, 'SIGHUP'), 0],
		['SIGINT', pty => void process.kill(pty.pid, 'SIGINT'), 0],
	];

	test('the program shows its screen in a terminal that reports no size', async () => {
		const pty = await start({}, 'stty cols 0 rows 0');
		await pty.until(ready);
		pty.write('/quit\r');
		expect((await pty.exited).exitCode).toBe(0);
	});

	test.each(ways)(
		'the program in a real terminal restores the terminal and prints the exit message on %s',
		async (_, leave, code) => {
			const pty = await start();
			await pty.until(ready);
			await leave(pty);
			const {exitCode} = await pty.exited;
			expect(exitCode).toBe(code);
			expectRestored(pty.output());
		},
	);

	test('the program in a real terminal shows a startup warning on the alternate screen, which hides earlier output', async () => {
		const pty = await start({P2PCHAT_SECRET: 'short'});
		const shown = () => pty.output().split('\u001B[?1049h')[1] ?? '';
		await pty.until(() => shown().includes('The secret is short'));
	});

	test('the program in a real terminal writes at most 300 bytes for a typed letter, and does not clear the scrollback on a resize', async () => {
		const pty = await start();
		await pty.until(ready);
		pty.write('some text');
		await pty.until(output => output.includes('some text'));
		const before = pty.output().length;
		pty.write('Q');
		await pty.until(output => output.slice(before).includes('Q'));
		expect(Buffer.byteLength(pty.output().slice(before))).toBeLessThanOrEqual(300);
		for (const [columns, rows] of [
			[40, 10],
			[120, 40],
			[20, 5],
			[COLUMNS, 24],
		] as const) {
			const seen = pty.output().length;
			pty.resize(columns, rows);
			await pty.until(output => output.length > seen);
		}
		pty.write('\u0003');
		pty.write('/quit\r');
		await pty.exited;
		expectRestored(pty.output());
	});

	test('the program in a real terminal draws its screen although CI=1 is set', async () => {
		const pty = await start({CI: '1'});
		await pty.until(ready);
		pty.write('/quit\r');
		await pty.exited;
		expectRestored(pty.output());
	});
});
