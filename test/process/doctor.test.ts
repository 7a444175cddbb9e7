/** Runs the doctor of the built program on loopback. Needs no root. */
import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {createServer} from 'node:net';
import {expect, it, onTestFinished} from 'vitest';
import {findFreeUdpPort, makeHome} from '../helpers/data-home.js';
import {runCli, runToEnd, startNode} from '../helpers/run-node.js';

const LOOPBACK = ['--interface', 'lo'];

async function examine(port: number, words: readonly string[] = []) {
	const {code, stdout, stderr} = await runToEnd(['doctor', '--json', ...LOOPBACK, '--port', String(port), ...words], {
		home: makeHome(),
	});
	expect(stderr).toBe('');
	const found = JSON.parse(stdout);
	return {code, found, codes: found.verdicts.map(({code}: any) => code)};
}

/** Environment that shifts the wall clock of a program by `ms`. */
const shiftedClock = (ms: number) => {
	const shift = `const now = Date.now; Date.now = () => now() + ${ms};`;
	return {NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(shift)}`};
};

it('the doctor prints one JSON object and exits with 0 when nothing is wrong, and stays invisible to other nodes', {
	timeout: 30_000,
}, async () => {
	const port = await findFreeUdpPort();
	const bob = await startNode({home: makeHome(), port, name: 'Bob'});
	const {code, found, codes} = await examine(port);
	expect([code, codes, found.ok, found.type]).toEqual([0, ['all-well'], true, 'doctor']);
	expect(found.report.peers).toMatchObject([
		{
			name: 'Bob',
			peer: (await bob.waitFor('ready', line => line.type === 'ready')).peer,
			connected: true,
			reachesUs: true,
		},
	]);
	expect(
		bob.lines.filter(line => line.type === 'peer' || line.type === 'notice' || (line.type === 'event' && !line.own)),
	).toEqual([]);
});

it('the doctor prints a readable report without control characters', {
	timeout: 30_000,
}, async () => {
	const port = await findFreeUdpPort();
	const {code, stdout} = await runToEnd(['doctor', ...LOOPBACK, '--port', String(port)], {
		home: makeHome(),
	});
	expect(code).toBe(0);
	expect(stdout).toContain(`UDP ${port}`);
	// biome-ignore lint/suspicious/noControlCharactersInRegex: these characters must not appear
	expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
});

it('the doctor reports a port that another program holds exclusively', async () => {
	const holder = createSocket('udp4');
	onTestFinished(() => void holder.close());
	holder.bind(0, '0.0.0.0');
	await once(holder, 'listening');
	const udp = await examine(holder.address().port);
	expect([udp.code, udp.codes]).toEqual([1, ['port-taken']]);
	expect(udp.found.verdicts[0].text).toContain(`UDP port ${holder.address().port}`);

	const server = createServer().listen(0, '127.0.0.1');
	onTestFinished(() => void server.close());
	await once(server, 'listening');
	const address = server.address();
	const taken = typeof address === 'object' ? address!.port : 0;
	const tcp = await examine(await findFreeUdpPort(), ['--tcp-port', String(taken)]);
	expect([tcp.code, tcp.codes]).toEqual([1, ['port-taken']]);
	expect(tcp.found.verdicts[0].text).toContain(`TCP port ${taken}`);
});

it('the doctor reports a node with another protocol version', async () => {
	const port = await findFreeUdpPort();
	const sender = createSocket('udp4');
	onTestFinished(() => void sender.close());
	sender.bind(0, '127.0.0.1');
	await once(sender, 'listening');
	sender.setBroadcast(true);
	const later = Buffer.concat([Buffer.from('p2pi'), Buffer.from([9]), Buffer.alloc(80)]);
	const timer = setInterval(() => sender.send(later, port, '127.255.255.255'), 200);
	onTestFinished(() => clearInterval(timer));
	const {code, found, codes} = await examine(port);
	expect([code, codes]).toEqual([1, ['other-version']]);
	expect(found.verdicts[0]).toMatchObject({
		text: expect.stringContaining('(9; we speak 1)'),
		next: expect.stringContaining('this computer'),
	});
});

it.each([
	['the other of two nodes', 'clock-differs', [120_000]],
	['one of several nodes', 'clock-there', [120_000, 0]],
	['this node', 'clock-here', [120_000, 120_000, 0]],
] as const)('the doctor reports the wrong clock of %s', async (_title, expected, offsets) => {
	const port = await findFreeUdpPort();
	const start = (ms: number, index: number) =>
		startNode({home: makeHome(), port, name: `Peer ${index}`, environment: shiftedClock(ms)});
	await Promise.all(offsets.map(start));
	const {code, found, codes} = await examine(port);
	expect([code, codes]).toEqual([1, [expected]]);
	expect(found.verdicts[0].text).toMatch(/ (119 s|120 s|2 min) (ahead|behind)/);
});

it('the doctor reports a named peer with another secret, and does not print the secret', {
	timeout: 30_000,
}, async () => {
	const port = await findFreeUdpPort();
	const environment = {P2PCHAT_SECRET: 'correct horse battery'};
	const bob = await startNode({home: makeHome(), port, name: 'Bob', environment});
	const ready = await bob.waitFor('ready', line => line.type === 'ready');
	const {code, found, codes} = await examine(port, ['--peer', `127.0.0.1:${ready.tcpPort}`]);
	expect([code, [...codes].sort()]).toEqual([1, ['other-room', 'wrong-secret']]);
	expect(JSON.stringify(found)).not.toContain('horse');
});

it('the doctor exits promptly on SIGTERM', async () => {
	const {child, result} = runCli(['doctor', ...LOOPBACK, '--port', String(await findFreeUdpPort())], {
		home: makeHome(),
	});
	const began = performance.now();
	setTimeout(() => child.kill('SIGTERM'), 1500);
	await result;
	expect(performance.now() - began).toBeLessThan(3400);
});
