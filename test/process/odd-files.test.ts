/** Commands that find a FIFO, a device or an endless file in the place of a log, a lock or a small file. */
import {execFileSync} from 'node:child_process';
import {closeSync, ftruncateSync, mkdirSync, openSync, readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {findFreeUdpPort, makeHome} from '../helpers/data-home.js';
import {runToEnd, startNode} from '../helpers/run-node.js';

const LOG_NAME = 'lan-2026-11-28T10-00-00-aaaa.p2plog';
const makeFifo = (path: string) => void execFileSync('mkfifo', [path]);

/** Data folder with a FIFO in the folder of logs, newer by its name than every log. */
function makeHomeWithFifo(): string {
	const home = makeHome();
	mkdirSync(join(home, 'logs'), {mode: 0o700});
	makeFifo(join(home, 'logs', 'lan-2099-11-28T10-00-00-aaaa.p2plog'));
	return home;
}

describe.skipIf(process.platform === 'win32')('a FIFO without a writer', () => {
	it.each([
		['export', '%'],
		['replay', '--plain', '%'],
		['--plain', '--log', '%'],
	])('a FIFO to which nobody writes is refused by the command %s %s %s', async (...words) => {
		const home = makeHome();
		const path = join(home, LOG_NAME);
		makeFifo(path);
		const port = await findFreeUdpPort();
		const args = words.map(word => word.replace('%', path));
		const result = await runToEnd([...args, ...(args[0] === '--plain' ? ['--port', String(port)] : [])], {home});
		expect([result.code, result.stderr]).toEqual([1, expect.stringContaining('not a regular file')]);
	});

	it('a FIFO in the folder of logs does not stop the list of logs', async () => {
		const result = await runToEnd(['logs'], {home: makeHomeWithFifo()});
		expect([result.code, result.stderr]).toEqual([0, expect.stringContaining('not a regular file')]);
	});

	it.each([
		['an open room', {}],
		['a room with a secret', {P2PCHAT_SECRET: 'only a test secret'}],
	])('a FIFO in the folder of logs does not stop a chat in %s', async (_, environment) => {
		const home = makeHomeWithFifo();
		const node = await startNode({home, port: await findFreeUdpPort(), environment});
		// The program searches for an earlier log half a second after the node has started, so the test waits until the
		// node says that it is alone.
		await node.waitFor('alone', line => line.type === 'alone');
		node.post('hello');
		await node.waitFor('the own message', line => line.text === 'hello');
	});

	it('a FIFO in the place of the identity, the remembered peers, the verified people or the configuration is reported', async () => {
		const home = makeHome();
		for (const name of ['identity', 'peers.json', 'contacts.json']) makeFifo(join(home, name));
		const node = await startNode({home, port: await findFreeUdpPort()});
		expect(node.stderr).toMatch(/identity: this is not a regular file/);
		expect(node.stderr).toMatch(/peers\.json: this is not a regular file/);
		expect(node.stderr).toMatch(/contacts\.json cannot be read: this is not a regular file/);
		makeFifo(join(home, 'config.json'));
		const result = await runToEnd(['logs'], {home});
		expect([result.code, result.stderr]).toEqual([1, expect.stringContaining('not a regular file')]);
	});
});

it('the list of logs does not read a log of a terabyte, and a chat does not reopen it', async () => {
	const home = makeHome();
	const environment = {P2PCHAT_SECRET: 'only a test secret'};
	const port = await findFreeUdpPort();
	await runToEnd(['--plain', '--wait', '0', '--port', String(port)], {home, environment, input: 'hello\n'});
	const [name = ''] = readdirSync(join(home, 'logs')).filter(one => one.endsWith('.p2plog'));
	const file = openSync(join(home, 'logs', name), 'r+');
	ftruncateSync(file, 2 ** 40);
	closeSync(file);
	writeFileSync(join(home, 'logs', 'other.p2plog'), 'no log');
	const {stderr, code} = await runToEnd(['logs'], {home});
	expect([code, stderr]).toEqual([0, expect.stringContaining(name)]);
	const node = await startNode({home, port, environment});
	expect((await node.waitFor('ready', line => line.type === 'ready')).log).not.toContain(name);
});
