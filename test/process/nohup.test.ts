/** Starts the built program as nohup and shell scripts do, and sends it the signal that they let it ignore. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import {setTimeout as sleep} from 'node:timers/promises';
import {expect, onTestFinished, test} from 'vitest';
import {findFreeUdpPort, makeHome} from '../helpers/data-home.js';
import {cliPath} from '../helpers/run-node.js';

test.skipIf(process.platform === 'win32').each([
	['nohup', 'SIGHUP', 'exec nohup "$0" "$@" 2>/dev/null'],
	['a script that ignores SIGHUP', 'SIGHUP', 'trap "" HUP; "$0" "$@" & wait'],
	['a script that ignores SIGINT', 'SIGINT', 'trap "" INT; "$0" "$@" & wait'],
	['a subshell in the background', 'SIGINT', '("$0" "$@"; :) & trap : INT; wait; wait'],
] as const)('a chat under %s survives %s and still leaves on SIGTERM', async (_, signal, script) => {
	const home = makeHome();
	const words = ['--json', '--stay', '--no-log', '--name', 'Bot', '--port', String(await findFreeUdpPort())];
	const env = {PATH: process.env.PATH, HOME: home, P2PCHAT_HOME: home, P2PCHAT_INTERFACE: 'lo'};
	const child = spawn('sh', ['-c', `echo $$; ${script}`, process.execPath, cliPath, ...words], {
		env,
		stdio: ['ignore', 'pipe', 'ignore'],
		detached: true,
	});
	const group = -(child.pid ?? 0);
	onTestFinished(() => {
		try {
			process.kill(group, 'SIGKILL');
		} catch {
			// `kill` throws if all processes of the group have already ended.
		}
	});
	const lines: string[] = [];
	let isReady: () => void = () => {};
	const ready = new Promise<void>(resolve => {
		isReady = resolve;
	});
	createInterface({input: child.stdout}).on('line', line => {
		lines.push(line);
		if (line.includes('"ready"')) isReady();
	});
	await ready;
	process.kill(group, signal);
	// A program that handles the signal prints its last line within this time.
	await sleep(500);
	expect(lines.filter(line => line.includes('"bye"'))).toEqual([]);
	process.kill(group, 'SIGTERM');
	await once(child.stdout, 'close');
	expect(lines.at(-1)).toBe('{"type":"bye","reason":"signal"}');
});
