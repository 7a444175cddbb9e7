/** Runs the built program on a terminal or pipe that nobody reads. The node must stay in the room, and must be able to leave. */
import {chmodSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import {findFreeUdpPort, makeHome} from '../helpers/data-home.js';
import {openTerminal, type Terminal} from '../helpers/pty.js';
import {cliPath, type RunningNode, runCli, startNode} from '../helpers/run-node.js';
import {INPUT_HINT} from '../helpers/screen-texts.js';

/** Number of lines that is enough to fill the buffers of a terminal and of a pipe. */
const FLOOD_LINES = 400;
const LINE = 'x'.repeat(1000);

interface Room {
	readonly bob: RunningNode;
	readonly terminal: Terminal;
}

/**
 * Starts Bob, and Ann on a terminal with the arguments `words`. Resolves when they are connected. `prefix`: command that
 * starts the program of Ann.
 */
async function openRoom(words: readonly string[], prefix: readonly string[] = []): Promise<Room> {
	const port = await findFreeUdpPort();
	const bob = await startNode({home: makeHome(), port, name: 'Bob', args: ['--no-log']});
	const home = makeHome();
	const env = {HOME: home, P2PCHAT_HOME: home, P2PCHAT_INTERFACE: 'lo'};
	chmodSync(home, 0o777);
	const args = [cliPath, '--name', 'Ann', '--no-log', '--port', String(port), ...words];
	// A wide terminal, so that a few frames fill its buffers.
	const [command = '', ...rest] = [...prefix, process.execPath, ...args];
	const terminal = openTerminal(command, rest, {env, columns: 400});
	await bob.waitFor('Ann', line => line.type === 'peer' && line.name === 'Ann' && line.status === 'connected');
	return {bob, terminal};
}

/** Bob posts more than the buffers of a terminal can hold. Resolves when the node of Ann, whose terminal nobody reads, has received the last message. */
async function flood(bob: RunningNode): Promise<void> {
	for (let number = 1; number <= FLOOD_LINES; number++) bob.post(`${number} ${LINE}`);
	bob.post('the last one', 'last');
	const last = await bob.waitFor('own last event', line => line.type === 'event' && line.ref === 'last');
	await bob.waitFor('its delivery', line => line.type === 'delivery' && line.id === last.id && line.delivered === 1);
}

async function exitTime(end: () => void, exited: Promise<unknown>): Promise<number> {
	const start = performance.now();
	end();
	await exited;
	return performance.now() - start;
}

describe.skipIf(process.platform === 'win32')('on a terminal that nobody reads', () => {
	const modes: [string, string[], string][] = [
		['the full screen', [], INPUT_HINT],
		['--screen-reader', ['--screen-reader'], 'Room lan'],
		['--plain', ['--plain'], 'Bob'],
		['--json', ['--json'], '"ready"'],
	];

	test.each(modes)(
		'on a terminal that nobody reads, %s receives messages, and shows the newest message when somebody reads the terminal again',
		async (_, words, first) => {
			const {bob, terminal} = await openRoom(words);
			await terminal.until(output => output.includes(first));
			terminal.stopReading();
			await flood(bob);
			terminal.startReading();
			await terminal.until(output => output.includes('the last one'));
		},
	);

	// After `su`, the terminal belongs to another user, and the program may not open it again. The test does the same
	// with `setpriv`.
	test.skipIf(process.platform !== 'linux' || process.getuid?.() !== 0)(
		'on a terminal of another user that nobody reads, the full screen receives messages and exits soon after SIGTERM',
		async () => {
			const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
			const {bob, terminal} = await openRoom([], nobody);
			await terminal.until(output => output.includes(INPUT_HINT));
			terminal.stopReading();
			await flood(bob);
			const ended = () => bob.waitFor('the end', ({name, status}) => name === 'Ann' && status === 'left');
			expect(await exitTime(() => process.kill(terminal.pid, 'SIGTERM'), ended())).toBeLessThan(2000);
		},
	);

	test.each(modes)('on a terminal that nobody reads, %s exits soon after SIGTERM', async (_, words, first) => {
		const {bob, terminal} = await openRoom(words);
		await terminal.until(output => output.includes(first));
		terminal.stopReading();
		await flood(bob);
		const took = await exitTime(
			() => process.kill(terminal.pid, 'SIGTERM'),
			bob.waitFor('the end', line => line.type === 'peer' && line.name === 'Ann' && line.status === 'left'),
		);
		expect(took).toBeLessThan(2000);
		const died = performance.now();
		while (isRunning(terminal.pid) && performance.now() - died < 3000) await new Promise(setImmediate);
		expect(isRunning(terminal.pid)).toBe(false);
	});
});

function isRunning(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}

test.each(['--json', '--plain'])(
	'%s in a pipe that nobody reads stays in the room and leaves after SIGTERM',
	async mode => {
		const port = await findFreeUdpPort();
		const bob = await startNode({home: makeHome(), port, name: 'Bob', args: ['--no-log']});
		const args = [mode, '--stay', '--no-log', '--name', 'Ann', '--interface', 'lo', '--port', String(port)];
		const {child} = runCli(args, {home: makeHome()});
		child.stdout?.pause();
		await bob.waitFor('Ann', line => line.type === 'peer' && line.name === 'Ann' && line.status === 'connected');
		await flood(bob);
		expect(
			await exitTime(() => child.kill('SIGTERM'), new Promise(resolve => child.once('exit', resolve))),
		).toBeLessThan(2000);
	},
);
