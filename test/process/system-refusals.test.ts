/** Nodes whose operating system refuses what is usually granted: the list of interfaces, file descriptors. */
import {writeFileSync} from 'node:fs';
import {connect, type Socket} from 'node:net';
import {join} from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import {findFreeUdpPort, makeHome} from '../helpers/data-home.js';
import {runToEnd, startNode} from '../helpers/run-node.js';

/**
 * Makes `os.networkInterfaces` throw, like a system that answers with this error number. `refuses` is a JavaScript
 * condition on `call`, the number of the call, from 1.
 */
function refuseInterfaces(home: string, errno: number, refuses: string): Record<string, string> {
	const file = join(home, 'refuse.cjs');
	writeFileSync(
		file,
		`const os = require('node:os'); const list = os.networkInterfaces; let call = 0;
		os.networkInterfaces = () => { call++; if (!(${refuses})) return list();
			throw Object.assign(new Error('A system error occurred: uv_interface_addresses returned Unknown system error ${errno}'), {code: 'ERR_SYSTEM_ERROR'}); };
		require('node:module').syncBuiltinESMExports();`,
	);
	return {NODE_OPTIONS: `--require ${file}`};
}

/**
 * Uses up all file descriptors of the process when it first listens, and frees them after `free` was called. The limit
 * comes from the shell, and the errors from the system.
 */
function useUpDescriptors(home: string): {environment: Record<string, string>; free: () => void} {
	const [file, signal] = [join(home, 'use-up.cjs'), join(home, 'free')];
	writeFileSync(
		file,
		`const {existsSync, openSync, closeSync} = require('node:fs'); const {Server} = require('node:net');
		const listen = Server.prototype.listen; let held;
		Server.prototype.listen = function (...words) {
			if (!held) {
				held = [];
				try { for (;;) held.push(openSync('/dev/null')); } catch {}
				const timer = setInterval(() => {
					if (!existsSync(${JSON.stringify(signal)})) return;
					clearInterval(timer);
					for (const descriptor of held) closeSync(descriptor);
				}, 100);
			}
			return listen.apply(this, words);
		};`,
	);
	return {environment: {NODE_OPTIONS: `--require ${file}`}, free: () => writeFileSync(signal, '')};
}

/** Makes the system refuse all datagrams of the process with this error, as full buffers and some firewalls do. */
function refuseDatagrams(home: string, code: string): Record<string, string> {
	const file = join(home, 'refuse-datagrams.cjs');
	writeFileSync(
		file,
		`require('node:dgram').Socket.prototype.send = function (...words) {
			process.nextTick(words.at(-1), Object.assign(new Error('send ${code}'), {code: '${code}'}));
		};`,
	);
	return {NODE_OPTIONS: `--require ${file}`};
}

it('the program says in one line that it cannot be loaded without free file descriptors', async () => {
	const limit = ['bash', '-c', 'ulimit -n 21; exec "$@"', '--'];
	const {code, stderr} = await runToEnd(['--json', '--wait', '0'], {home: makeHome(), prefix: limit});
	expect([code, stderr.trimEnd().split('\n')]).toEqual([
		1,
		[expect.stringMatching(/cannot be loaded|too many open files/)],
	]);
});

describe('a node', () => {
	it('a node starts on loopback if the system never lists the interfaces, and says so', async () => {
		const home = makeHome();
		const node = await startNode({
			home,
			port: await findFreeUdpPort(),
			environment: refuseInterfaces(home, 13, 'true'),
		});
		const notice = await node.waitFor('the notice', line => line.code === 'interfaces-unreadable');
		expect([notice.level, notice.text]).toEqual(['warn', expect.stringContaining('permission denied')]);
		expect(node.stderr).toBe('');
	});

	it('a node keeps running while the interfaces cannot be read, and says when they can be read again', async () => {
		const home = makeHome();
		const environment = refuseInterfaces(home, 24, 'call > 3 && call < 6');
		const node = await startNode({home, port: await findFreeUdpPort(), environment});
		const notice = await node.waitFor('the notice', line => line.code === 'interfaces-unreadable');
		expect(notice.text).toContain('too many open files');
		await node.waitFor('the all-clear', line => line.code === 'interfaces-readable');
	});

	it('a node without free file descriptors starts, says so in one line, saves its log, and connects to others as soon as descriptors are free', {
		timeout: 60_000,
	}, async () => {
		const [home, port] = [makeHome(), await findFreeUdpPort()];
		const {environment, free} = useUpDescriptors(home);
		const prefix = ['bash', '-c', 'ulimit -n 64; exec "$@"', '--'];
		const node = await startNode({home, port, name: 'Ann', prefix, environment});
		const ready = await node.waitFor('ready', line => line.type === 'ready');
		expect(ready.tcpPort).toBe(0);
		const notice = await node.waitFor('the notice', line => line.code === 'sockets-unusable');
		expect(notice.text).toMatch(/too many open files \(TCP over IPv4, .*UDP on 0\.0\.0\.0.*\(ulimit -n\).*--tcp-port/);
		node.post('while refused');
		await node.waitFor('the message', line => line.text === 'while refused');
		free();
		await node.waitFor('the all-clear', line => line.code === 'sockets-usable', 30_000);
		const bob = await startNode({home: makeHome(), port, name: 'Bob'});
		await bob.waitFor('the history', line => line.text === 'while refused', 30_000);
		expect(node.lines.filter(line => line.code === 'sockets-unusable')).toHaveLength(1);
		expect(node.stderr).toBe('');
	});

	it('a node whose datagrams are refused keeps running, says why once, is found by the beacons of others, and chats', async () => {
		const [home, port] = [makeHome(), await findFreeUdpPort()];
		const [node, bob] = await Promise.all([
			startNode({home, port, name: 'Ann', environment: refuseDatagrams(home, 'ENOBUFS')}),
			startNode({home: makeHome(), port, name: 'Bob'}),
		]);
		const notice = await node.waitFor('the notice', line => line.code === 'sockets-unusable');
		expect([notice.level, notice.text]).toEqual([
			'warn',
			expect.stringContaining('the network buffers are full (UDP on 127.0.0.1)'),
		]);
		await bob.waitFor('Ann', line => line.type === 'peer' && line.status === 'connected');
		node.post('hello');
		await bob.waitFor('the message', line => line.text === 'hello');
		expect(node.lines.filter(line => line.code === 'sockets-unusable')).toHaveLength(1);
		expect(node.stderr).toBe('');
	});

	it.each([
		['send', 'hello'],
		['fetch', 'notes.txt'],
	])('%s without free file descriptors ends at once and names the port and the remedy', async (command, operand) => {
		const home = makeHome();
		const {environment} = useUpDescriptors(home);
		const prefix = ['bash', '-c', 'ulimit -n 64; exec "$@"', '--'];
		const words = [command, operand, '--interface', 'lo', '--port', String(await findFreeUdpPort()), '--wait', '80'];
		const {code, stderr} = await runToEnd(words, {home, prefix, environment});
		expect([code, stderr]).toEqual([
			1,
			expect.stringMatching(/TCP port 0 cannot be opened: too many open files\..*ulimit -n/),
		]);
	});

	it('a node keeps running and saving while connections of others use up its file descriptors, and receives messages afterwards', {
		timeout: 60_000,
	}, async () => {
		const port = await findFreeUdpPort();
		const limit = ['bash', '-c', 'ulimit -n 40; exec "$@"', '--'];
		const node = await startNode({home: makeHome(), port, name: 'Ann', prefix: limit});
		const {tcpPort} = await node.waitFor('ready', line => line.type === 'ready');
		const sockets: Socket[] = Array.from({length: 60}, () => connect(tcpPort, '127.0.0.1').on('error', () => {}));
		onTestFinished(() => {
			for (const socket of sockets) socket.destroy();
		});
		await node.waitFor('a refusal', line => line.code === 'interfaces-unreadable');
		node.post('while full');
		await node.waitFor('the message', line => line.text === 'while full');
		for (const socket of sockets) socket.destroy();
		const bob = await startNode({home: makeHome(), port, name: 'Bob'});
		await bob.waitFor('Ann', line => line.type === 'peer' && line.status === 'connected', 30_000);
		bob.post('hello');
		await node.waitFor('the message of Bob', line => line.text === 'hello');
	});
});
