/** Stops the built program in a real terminal, changes the modes of the terminal as a shell does, and continues it. */
import {execFileSync} from 'node:child_process';
import {readFileSync, readlinkSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import {findFreeUdpPort, makeHome} from '../helpers/data-home.js';
import {openTerminal} from '../helpers/pty.js';
import {cliPath} from '../helpers/run-node.js';
import {INPUT_HINT} from '../helpers/screen-texts.js';
import {until} from '../helpers/wait.js';

async function start(words: readonly string[]) {
	const home = makeHome();
	const terminal = openTerminal(
		process.execPath,
		[cliPath, '--port', String(await findFreeUdpPort()), '--name', 'Carol', ...words],
		{env: {HOME: home, P2PCHAT_HOME: home, P2PCHAT_INTERFACE: 'lo'}},
	);
	const stty = (...args: string[]) =>
		execFileSync('stty', ['-F', readlinkSync(`/proc/${terminal.pid}/fd/0`), ...args], {encoding: 'utf8'});
	return {
		...terminal,
		/** Whether the terminal passes each key on at once, and shows no typed text. */
		isRaw: () => /-icanon/.test(stty('-a')) && /-echo /.test(stty('-a')),
		/** Stops and continues the program as `kill -STOP` and `fg` do. Returns what the program writes afterwards. */
		async stopAndContinue(): Promise<() => string> {
			process.kill(terminal.pid, 'SIGSTOP');
			await until(() => /\) T /.test(readFileSync(`/proc/${terminal.pid}/stat`, 'utf8')));
			stty('sane');
			const {length} = terminal.output();
			process.kill(terminal.pid, 'SIGCONT');
			return () => terminal.output().slice(length);
		},
	};
}

describe.skipIf(process.platform !== 'linux')('a program that is stopped and continued', () => {
	test('a program that is stopped and continued sets raw mode and its other modes again, and draws the whole screen', async () => {
		const terminal = await start([]);
		await terminal.until(output => output.includes(INPUT_HINT));
		terminal.write('half a draft');
		await terminal.until(output => output.includes('half a draft'));
		expect(terminal.isRaw()).toBe(true);
		const later = await terminal.stopAndContinue();
		await terminal.until(() =>
			['\u001B[?2004h', '\u001B[?1049h', 'half a draft'].every(part => later().includes(part)),
		);
		expect(terminal.isRaw()).toBe(true);
		terminal.write('\u0015/quit\r');
		expect((await terminal.exited).exitCode).toBe(0);
	});

	test('a linear screen that is stopped and continued sets raw mode again and repeats the prompt', async () => {
		const terminal = await start(['--screen-reader']);
		await terminal.until(output => output.includes('> '));
		terminal.write('half a draft');
		await terminal.until(output => output.includes('> half a draft'));
		const later = await terminal.stopAndContinue();
		await terminal.until(() => later().includes('> half a draft'));
		expect(terminal.isRaw()).toBe(true);
	});

	test('a prompt for the secret that is stopped and continued hides the typed secret again', async () => {
		const terminal = await start(['--ask-secret']);
		await terminal.until(output => output.includes('Secret of the room (hidden)'));
		const later = await terminal.stopAndContinue();
		await terminal.until(() => later().includes('Secret of the room (hidden)'));
		expect(terminal.isRaw()).toBe(true);
		terminal.write('a long secret\r');
		await terminal.until(output => output.includes(INPUT_HINT));
		expect(terminal.output()).not.toContain('a long secret');
	});
});
