import type {ChildProcess} from 'node:child_process';
import {createInterface} from 'node:readline';
import {afterEach, describe, expect, it} from 'vitest';
import {createNamespaceLab, type NamespaceHost, type NamespaceLab, namespacesAvailable} from '../helpers/namespaces.js';
import {until} from '../helpers/wait.js';

const PORT = 47_474;
const DIST = new URL('../../dist/', import.meta.url);

/** Program that broadcasts each line of its standard input and prints every datagram that it receives. */
const BEACON_PROGRAM = `
	import {createInterface} from 'node:readline';
	import {createUdpBeacon} from ${JSON.stringify(new URL('network/discovery/udp-beacon.js', DIST).href)};
	const selection = process.env.SELECTION ? [process.env.SELECTION] : undefined;
	const beacon = createUdpBeacon({port: ${PORT}, selection});
	const say = value => console.log(JSON.stringify(value));
	const started = await beacon.start((bytes, {address}) => say({from: address, text: Buffer.from(bytes).toString()}));
	say({ready: started.ownPort});
	createInterface({input: process.stdin}).on('line', line => {
		if (line === 'counters') say({counters: beacon.counters()});
		else beacon.broadcast(Buffer.from(line));
	});
`;

const importOf = (file: string): string => JSON.stringify(new URL(`network/${file}`, DIST).href);

/** Program that tries to reach another machine although it is bound to loopback. */
const OTHER_MACHINE_PROGRAM = `
	import {createTlsTransport} from ${importOf('transport/tls-transport.js')};
	import {createUdpBeacon} from ${importOf('discovery/udp-beacon.js')};
	const beacon = createUdpBeacon({port: ${PORT}, selection: ['lo']});
	await beacon.start(() => {});
	beacon.send(Buffer.from('x'), '10.77.0.2', 9);
	const transport = createTlsTransport({psk: new Uint8Array(32), identity: 'x', hosts: {ipv4: '127.0.0.1', ipv6: '::1'}});
	console.log(JSON.stringify(await transport.dial('10.77.0.2', 9)));
	await beacon.close();
`;

/** Program that sends a beacon on an interface that the system lists but does not have. */
const MISSING_INTERFACE_PROGRAM = `
	import {createUdpBeacon} from ${importOf('discovery/udp-beacon.js')};
	const usb0 = [{address: '10.77.0.200', family: 'IPv4', internal: false, cidr: '10.77.0.200/24'}];
	const beacon = createUdpBeacon({port: ${PORT}, interfaceReader: {read: () => ({usb0})}});
	const received = new Promise(resolve => void beacon.start(resolve).then(() => beacon.broadcast(Buffer.from('x'))));
	await received;
	console.log(JSON.stringify(beacon.counters()));
	await beacon.close();
`;

interface Speaker {
	readonly lines: {from?: string; text?: string; ready?: number; counters?: {destination: string; failed: number}[]}[];
	say(text: string): void;
	/** Source addresses of the received datagrams with this text. */
	from(text: string): string[];
}

const reason = namespacesAvailable();

describe.skipIf(reason !== undefined)(
	`beacons between machines${reason === undefined ? '' : ` (skipped: ${reason})`}`,
	() => {
		let lab: NamespaceLab | undefined;
		afterEach(() => lab?.close());

		function createLab(): NamespaceLab {
			lab = createNamespaceLab();
			lab.addNetwork('lan');
			return lab;
		}

		async function startSpeaker(host: NamespaceHost, env: Record<string, string> = {}): Promise<Speaker> {
			const child: ChildProcess = host.spawn(process.execPath, ['--input-type=module', '-e', BEACON_PROGRAM], env);
			const lines: Speaker['lines'] = [];
			createInterface({input: child.stdout!}).on('line', line => void lines.push(JSON.parse(line)));
			child.stderr!.on('data', text => process.stderr.write(text));
			await until(() => lines.some(({ready}) => ready !== undefined), 20_000);
			return {
				lines,
				say: text => void child.stdin!.write(`${text}\n`),
				from: text => lines.filter(line => line.text === text).map(({from}) => from!),
			};
		}

		async function startSpeakers(): Promise<{hosts: NamespaceHost[]; speakers: Speaker[]}> {
			const made = createLab();
			const hosts = [made.addHost('a', {lan: '10.77.0.1/24'}), made.addHost('b', {lan: '10.77.0.2/24'})];
			return {hosts, speakers: await Promise.all(hosts.map(host => startSpeaker(host)))};
		}

		it('beacons arrive by broadcast and by multicast, with the address of the sending interface', async () => {
			const {speakers} = await startSpeakers();
			speakers[0]!.say('hello');
			await until(() => speakers[1]!.from('hello').length === 2);
			expect(speakers[1]!.from('hello')).toEqual(['10.77.0.1', '10.77.0.1']);
			await until(() => speakers[0]!.from('hello').length === 4);
			expect(new Set(speakers[0]!.from('hello'))).toEqual(new Set(['127.0.0.1', '10.77.0.1']));
		});

		it.each([
			['multicast when broadcast is filtered', 'broadcast'],
			['broadcast when multicast is filtered', 'multicast'],
		] as const)('beacons arrive by %s', async (_title, type) => {
			const {hosts, speakers} = await startSpeakers();
			hosts[1]!.setFaults({type});
			speakers[0]!.say('once');
			await until(() => speakers[1]!.from('once').length === 1);
			hosts[1]!.setFaults({type: 'broadcast'}, {type: 'multicast'});
			speakers[0]!.say('never');
			await until(() => speakers[0]!.from('never').length >= 4);
			hosts[1]!.setFaults();
			speakers[0]!.say('both');
			await until(() => speakers[1]!.from('both').length === 2);
			expect(speakers[1]!.from('once')).toHaveLength(1);
			expect(speakers[1]!.from('never')).toEqual([]);
		});

		it('beacons leave a machine on each of its two networks, with the source address of that network', async () => {
			const made = createLab();
			made.addNetwork('lab');
			const both = await startSpeaker(made.addHost('both', {lan: '10.77.0.1/24', lab: '10.88.0.1/16'}));
			const left = await startSpeaker(made.addHost('left', {lan: '10.77.0.2/24'}));
			const right = await startSpeaker(made.addHost('right', {lab: '10.88.9.9/16'}));
			both.say('hello');
			await until(() => left.from('hello').length === 2 && right.from('hello').length === 2);
			expect([new Set(left.from('hello')), new Set(right.from('hello'))]).toEqual([
				new Set(['10.77.0.1']),
				new Set(['10.88.0.1']),
			]);
		});

		it('beacons resume after a cable is plugged in again and after an address change', async () => {
			const {hosts, speakers} = await startSpeakers();
			hosts[0]!.unplug();
			speakers[0]!.say('into the void');
			await until(() => speakers[0]!.from('into the void').includes('127.0.0.1'));
			hosts[0]!.plug();
			hosts[0]!.setAddress('10.77.0.9/24');
			await until(() => hosts[0]!.run('cat', '/sys/class/net/eth0/operstate').trim() === 'up');
			speakers[0]!.say('back');
			await until(() => speakers[1]!.from('back').length === 2);
			speakers[1]!.say('received');
			await until(() => speakers[0]!.from('received').length === 2);
			expect(new Set(speakers[1]!.from('back'))).toEqual(new Set(['10.77.0.9']));
			expect(speakers[1]!.from('into the void')).toEqual([]);
		});

		it('beacons do not leave the machine when only loopback is selected, not even by multicast', async () => {
			const made = createLab();
			const host = made.addHost('a', {lan: '10.77.0.1/24'});
			await until(() => host.run('cat', '/sys/class/net/eth0/operstate').trim() === 'up');
			const before = host.sentPackets('eth0');
			const loopbackBefore = host.sentPackets('lo');
			const speaker = await startSpeaker(host, {SELECTION: 'lo'});
			for (let count = 1; count <= 5; count++) {
				speaker.say('quiet');
				await until(() => speaker.from('quiet').length === count * 2);
			}
			expect(host.sentPackets('lo') - loopbackBefore).toBeGreaterThanOrEqual(10);
			expect(host.sentPackets('eth0')).toBe(before);
		});

		it('neither beacons nor connections reach another machine when only loopback is selected', async () => {
			const host = createLab().addHost('a', {lan: '10.77.0.1/24'});
			await until(() => host.run('cat', '/sys/class/net/eth0/operstate').trim() === 'up');
			const before = host.sentPackets('eth0');
			const output = host.run(process.execPath, '--input-type=module', '-e', OTHER_MACHINE_PROGRAM);
			expect(JSON.parse(output)).toMatchObject({failure: {code: 'unreachable'}});
			expect(host.sentPackets('eth0')).toBe(before);
		});

		it('an address that no interface has gives a readable error, and beacons are still sent on other interfaces', async () => {
			const host = createLab().addHost('a', {lan: '10.77.0.1/24'});
			const output = host.run(process.execPath, '--input-type=module', '-e', MISSING_INTERFACE_PROGRAM);
			const counters: {address: string; failed: number; sent: number; lastError?: string}[] = JSON.parse(output);
			const missing = counters.filter(({address}) => address === '10.77.0.200');
			expect(missing.every(({sent, failed}) => sent === 0 && failed > 0)).toBe(true);
			const errors = missing.map(({lastError}) => lastError);
			expect(errors).toContainEqual(expect.stringMatching(/address/));
			expect(errors).not.toContainEqual(expect.stringMatching(/EADDRNOTAVAIL|EINVAL/));
			expect(counters.find(({address}) => address === '127.0.0.1')).toMatchObject({sent: 1, failed: 0});
		});

		it('repeated beacons arrive although half of all datagrams are lost', async () => {
			const {hosts, speakers} = await startSpeakers();
			hosts[1]!.setFaults({type: 'udp-loss', percent: 50});
			for (let round = 1; round <= 20; round++) {
				speakers[0]!.say('again');
				await until(() => speakers[0]!.from('again').length >= round * 2);
			}
			const received = speakers[1]!.from('again').length;
			expect(received).toBeGreaterThan(0);
			expect(received).toBeLessThan(40);
		});
	},
);
