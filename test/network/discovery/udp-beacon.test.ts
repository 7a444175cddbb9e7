import {createSocket, Socket} from 'node:dgram';
import {afterEach, expect, it, vi} from 'vitest';
import {
	MAX_BEACON_BYTES,
	MAX_BEACONS_PER_SECOND,
	MAX_BEACONS_PER_SOURCE_PER_SECOND,
} from '../../../source/core/limits.js';
import type {Beacon} from '../../../source/network/discovery/beacon.js';
import {createInterfaceReader} from '../../../source/network/discovery/interface-reader.js';
import type {SystemInterfaces} from '../../../source/network/discovery/local-interfaces.js';
import {createUdpBeacon} from '../../../source/network/discovery/udp-beacon.js';
import {prefixBudget} from '../../../source/network/prefix-budget.js';
import {isTriedAgain} from '../../../source/network/socket-failure.js';
import {createFakeClock} from '../../helpers/fake-clock.js';
import {until} from '../../helpers/wait.js';
import {describeBeacon} from './beacon-acceptance.js';

const SELECTION = ['lo'];
const originalBind = Socket.prototype.bind;
const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
	for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function openSocket(options: {
	readonly port: number;
	readonly reuseAddr?: boolean;
	readonly address?: string;
}): Promise<Socket> {
	const socket = createSocket({type: 'udp4', reuseAddr: options.reuseAddr ?? false});
	return new Promise(resolve => {
		socket.bind(options.port, options.address ?? '127.0.0.1', () => {
			cleanups.push(() => new Promise(done => socket.close(() => done())));
			resolve(socket);
		});
	});
}

/** Finds a UDP port that is not in use. */
async function freePort(): Promise<number> {
	const socket = createSocket('udp4');
	await new Promise<void>(resolve => socket.bind(0, '127.0.0.1', resolve));
	const {port} = socket.address();
	await new Promise<void>(resolve => socket.close(resolve));
	return port;
}

function createBeacon(options: Parameters<typeof createUdpBeacon>[0]): Beacon {
	const beacon = createUdpBeacon(options);
	cleanups.push(() => beacon.close());
	return beacon;
}

describeBeacon('UDP', async () => {
	const port = await freePort();
	const beacons: Beacon[] = [];
	return {
		create() {
			const beacon = createUdpBeacon({port, selection: SELECTION});
			beacons.push(beacon);
			return beacon;
		},
		until,
		close: async () => void (await Promise.all(beacons.map(beacon => beacon.close()))),
	};
});

it('a UDP beacon rejects its start with EADDRINUSE when another program holds the port exclusively', async () => {
	const {port} = (await openSocket({port: 0, address: '0.0.0.0'})).address();
	await expect(createBeacon({port, selection: SELECTION}).start(() => {})).rejects.toMatchObject({code: 'EADDRINUSE'});
});

it('a UDP beacon limited to loopback receives broadcast and multicast only from loopback', async () => {
	const beacon = createBeacon({port: await freePort(), selection: SELECTION});
	const received: string[] = [];
	await beacon.start((_bytes, source) => void received.push(source.address));
	beacon.broadcast(Buffer.from('x'));
	await until(() => received.length === 2);
	expect(received).toEqual(['127.0.0.1', '127.0.0.1']);
	expect(beacon.counters().map(({kind, sent, failed}) => [kind, sent, failed])).toEqual([
		['broadcast', 1, 0],
		['multicast', 1, 0],
	]);
});

it('a UDP beacon sends only to loopback when only loopback is selected', async () => {
	const beacon = createBeacon({port: await freePort(), selection: SELECTION});
	const {ownPort} = await beacon.start(() => {});
	beacon.broadcast(Buffer.from('x'));
	expect(ownPort).toBeGreaterThan(0);
	expect(beacon.interfaces().map(({address, broadcast}) => [address, broadcast])).toEqual([
		['127.0.0.1', '127.255.255.255'],
	]);
	await until(() => beacon.counters().length === 2);
	expect(beacon.counters().every(({address}) => address === '127.0.0.1')).toBe(true);
});

it('a UDP beacon drops empty and oversized datagrams', async () => {
	const beacon = createBeacon({port: 0, selection: SELECTION});
	const sizes: number[] = [];
	const {port} = await beacon.start(bytes => void sizes.push(bytes.length));
	const sender = await openSocket({port: 0});
	for (const size of [0, MAX_BEACON_BYTES + 1, 9000, MAX_BEACON_BYTES])
		sender.send(new Uint8Array(size), port, '127.0.0.1');
	await until(() => sizes.length > 0);
	expect(sizes).toEqual([MAX_BEACON_BYTES]);
});

it('a UDP beacon limits the datagrams per second, in total and from each source', async () => {
	const clock = createFakeClock();
	const beacon = createBeacon({port: 0, selection: SELECTION, clock});
	const received = new Map<number, number>();
	const {port} = await beacon.start((_bytes, source) => {
		received.set(source.port, (received.get(source.port) ?? 0) + 1);
	});
	const loud = await openSocket({port: 0});
	const quiet = await openSocket({port: 0});
	for (let sent = 0; sent < MAX_BEACONS_PER_SOURCE_PER_SECOND * 2; sent++) loud.send('noise', port, '127.0.0.1');
	await until(() => (received.get(loud.address().port) ?? 0) >= MAX_BEACONS_PER_SOURCE_PER_SECOND);
	quiet.send('hello', port, '127.0.0.1');
	await until(() => received.get(quiet.address().port) === 1);
	expect(received.get(loud.address().port)).toBe(MAX_BEACONS_PER_SOURCE_PER_SECOND);
	expect(MAX_BEACONS_PER_SOURCE_PER_SECOND).toBeLessThan(MAX_BEACONS_PER_SECOND);
});

it('a UDP beacon starts using an interface that appears, and stops using one that disappears', async () => {
	const present: SystemInterfaces = {
		usb0: [{address: '127.9.9.9', family: 'IPv4', internal: false, cidr: '127.9.9.9/24'}],
	};
	let system: SystemInterfaces = {};
	const beacon = createBeacon({port: await freePort(), interfaceReader: createInterfaceReader(() => system)});
	const sources = new Set<string>();
	await beacon.start((_bytes, source) => void sources.add(source.address));
	const names = () => beacon.interfaces().map(({name}) => name);
	expect(names()).toEqual(['lo']);
	system = present;
	beacon.broadcast(Buffer.from('x'));
	await until(() => sources.has('127.9.9.9'));
	system = {};
	beacon.broadcast(Buffer.from('x'));
	expect(names()).toEqual(['lo']);
});

it('a UDP beacon keeps its interfaces while the system cannot list them, and uses new interfaces when the list is available again', async () => {
	const usb0 = [{address: '127.9.9.9', family: 'IPv4', internal: false, cidr: '127.9.9.9/24'}];
	const usb1 = [{address: '127.8.8.8', family: 'IPv4', internal: false, cidr: '127.8.8.8/24'}];
	let system = (): SystemInterfaces => ({usb0});
	const beacon = createBeacon({port: await freePort(), interfaceReader: createInterfaceReader(() => system())});
	const sources = new Set<string>();
	await beacon.start((_bytes, source) => void sources.add(source.address));
	system = () => {
		throw Object.assign(new Error('uv_interface_addresses returned Unknown system error 24'), {
			code: 'ERR_SYSTEM_ERROR',
		});
	};
	beacon.broadcast(Buffer.from('x'));
	await until(() => sources.has('127.9.9.9'));
	expect([beacon.interfaces().map(({name}) => name), beacon.interfaceFailure?.()]).toEqual([
		['lo', 'usb0'],
		'too many open files',
	]);
	system = () => ({usb0, usb1});
	beacon.broadcast(Buffer.from('x'));
	await until(() => sources.has('127.8.8.8'));
	expect(beacon.interfaceFailure?.()).toBeUndefined();
});

it('a UDP beacon starts on loopback if the system never lists the interfaces', async () => {
	const refused = () => {
		throw Object.assign(new Error('uv_interface_addresses returned Unknown system error 13'), {
			code: 'ERR_SYSTEM_ERROR',
		});
	};
	const beacon = createBeacon({port: await freePort(), interfaceReader: createInterfaceReader(refused)});
	await beacon.start(() => {});
	expect([beacon.interfaces().map(({name}) => name), beacon.interfaceFailure?.()]).toEqual([
		['lo'],
		'permission denied',
	]);
});

it('a UDP beacon sends nothing from an IPv4 address that cannot broadcast, and counts no failure for it', async () => {
	const wg0 = [{address: '127.7.7.7', family: 'IPv4', internal: false, cidr: '127.7.7.7/32'}];
	const beacon = createBeacon({
		port: await freePort(),
		selection: ['wg0'],
		interfaceReader: createInterfaceReader(() => ({wg0})),
	});
	await beacon.start(() => {});
	beacon.broadcast(Buffer.from('x'));
	expect([beacon.interfaces().map(({address}) => address), beacon.counters()]).toEqual([['127.7.7.7'], []]);
});

it('a UDP beacon can be closed while it starts', async () => {
	const beacon = createUdpBeacon({port: 0, selection: SELECTION});
	const starting = beacon.start(() => {}).catch(() => undefined);
	await beacon.close();
	await starting;
});

it('a UDP beacon reports which socket cannot be opened, tries to open it again, and reports nothing about an address that the computer does not have', async () => {
	const port = await freePort();
	const [blocked, gone] = ['127.6.6.6', '192.0.2.1'];
	const usb0 = [blocked, gone].map(address => ({address, family: 'IPv4', internal: false, cidr: `${address}/24`}));
	const bind = vi.spyOn(Socket.prototype, 'bind');
	let isRefused = true;
	bind.mockImplementation(function (this: Socket, ...words: unknown[]) {
		const [options] = words as [{address?: string}];
		if (isRefused && options?.address === blocked) {
			queueMicrotask(() => this.emit('error', Object.assign(new Error(), {code: 'EMFILE'})));
			return this;
		}
		return Reflect.apply(originalBind, this, words);
	});
	cleanups.push(async () => bind.mockRestore());
	const beacon = createBeacon({port, interfaceReader: createInterfaceReader(() => ({usb0}))});
	await beacon.start(() => {});
	expect(beacon.socketFailures?.()).toEqual([{socket: `UDP on ${blocked}`, reason: 'too many open files'}]);
	isRefused = false;
	beacon.broadcast(Buffer.from('x'));
	await until(() => beacon.socketFailures?.().length === 0);
});

it.each([
	['EMFILE', 'too many open files'],
	['ENFILE', 'too many open files'],
	['ENOBUFS', 'the network buffers are full'],
	['ENOMEM', 'the system has no free memory'],
	['EACCES', 'permission denied'],
])(
	'a UDP beacon with `keepsTrying` starts in spite of %s on the discovery port, and receives beacons as soon as the port can be opened',
	async (code, reason) => {
		const port = await freePort();
		const bind = vi.spyOn(Socket.prototype, 'bind');
		let isRefused = true;
		bind.mockImplementation(function (this: Socket, ...words: unknown[]) {
			const [options] = words as [{address?: string; port?: number}];
			if (isRefused && options?.address === '0.0.0.0' && options.port === port) {
				queueMicrotask(() => this.emit('error', Object.assign(new Error(), {code})));
				return this;
			}
			return Reflect.apply(originalBind, this, words);
		});
		cleanups.push(async () => bind.mockRestore());
		await expect(createBeacon({port, selection: SELECTION}).start(() => {})).rejects.toMatchObject({code});
		const received: string[] = [];
		const beacon = createBeacon({port, selection: SELECTION, keepsTrying: true});
		await beacon.start(bytes => received.push(Buffer.from(bytes).toString()));
		expect(beacon.socketFailures?.()).toEqual([{socket: 'UDP on 0.0.0.0', reason}]);
		beacon.broadcast(Buffer.from('refused'));
		isRefused = false;
		await until(() => {
			beacon.refresh?.();
			return beacon.socketFailures?.().length === 0;
		});
		beacon.broadcast(Buffer.from('open'));
		await until(() => received.includes('open'));
		expect(received).not.toContain('refused');
	},
);

it('a UDP beacon with `keepsTrying` still rejects a port that another program holds or that needs a privilege', async () => {
	const port = await freePort();
	await openSocket({port, address: '0.0.0.0'});
	await expect(createBeacon({port, selection: SELECTION, keepsTrying: true}).start(() => {})).rejects.toMatchObject({
		code: 'EADDRINUSE',
	});
	expect(isTriedAgain(Object.assign(new Error(), {code: 'EACCES'}), 1023)).toBe(false);
});

it.each([
	['ENOBUFS', 'the network buffers are full'],
	['ENOMEM', 'the system has no free memory'],
	['EACCES', 'permission denied'],
	['EPERM', 'not permitted: a firewall on this computer may forbid it'],
])(
	'a running UDP beacon whose datagrams are refused with %s reports this after two beacons, and sends again as soon as the system allows it',
	async (code, reason) => {
		const beacon = createBeacon({port: await freePort(), selection: SELECTION});
		const received: string[] = [];
		await beacon.start(bytes => received.push(Buffer.from(bytes).toString()));
		const send = vi.spyOn(Socket.prototype, 'send');
		cleanups.push(async () => send.mockRestore());
		send.mockImplementation((...words: unknown[]) => {
			const callback = words.at(-1) as (error: Error) => void;
			queueMicrotask(() => callback(Object.assign(new Error(), {code})));
		});
		const failed = () => beacon.counters().reduce((sum, one) => sum + one.failed, 0);
		beacon.broadcast(Buffer.from('first'));
		await until(() => failed() === 2);
		expect(beacon.socketFailures?.()).toEqual([]);
		beacon.broadcast(Buffer.from('second'));
		await until(() => failed() === 4);
		expect(beacon.socketFailures?.()).toEqual([{socket: 'UDP on 127.0.0.1', reason}]);
		send.mockRestore();
		beacon.broadcast(Buffer.from('third'));
		await until(() => received.length === 2 && beacon.socketFailures?.().length === 0);
		expect(received).toEqual(['third', 'third']);
	},
);

it('a UDP beacon does not report a missing route or an interface that is down as a refusal of the system', async () => {
	const beacon = createBeacon({port: await freePort(), selection: SELECTION});
	await beacon.start(() => {});
	const send = vi.spyOn(Socket.prototype, 'send');
	cleanups.push(async () => send.mockRestore());
	send.mockImplementation((...words: unknown[]) => {
		const callback = words.at(-1) as (error: Error) => void;
		queueMicrotask(() => callback(Object.assign(new Error(), {code: 'ENETUNREACH'})));
	});
	for (let round = 0; round < 5; round++) beacon.broadcast(Buffer.from('x'));
	await until(() => beacon.counters().reduce((sum, one) => sum + one.failed, 0) === 10);
	expect(beacon.socketFailures?.()).toEqual([]);
});

it('a UDP beacon accepts at most half of its maximum of datagrams per second from one IPv6 prefix, so that it still accepts those of other addresses', async () => {
	const [port, clock] = [await freePort(), createFakeClock()];
	const sockets: Socket[] = [];
	const bind = vi.spyOn(Socket.prototype, 'bind');
	bind.mockImplementation(function (this: Socket, ...words: unknown[]) {
		sockets.push(this);
		return Reflect.apply(originalBind, this, words);
	});
	cleanups.push(async () => bind.mockRestore());
	const beacon = createBeacon({port, clock, interfaceReader: createInterfaceReader(() => ({}))});
	const sources: string[] = [];
	await beacon.start((_bytes, {address}) => void sources.push(address));
	const receive = (address: string, sourcePort: number) =>
		sockets[0]?.emit('message', Buffer.from('x'), {address, port: sourcePort, family: 'IPv6', size: 1});
	for (let index = 0; index < MAX_BEACONS_PER_SECOND; index++) receive(`fd00::${index.toString(16)}`, 1000 + index);
	expect(sources).toHaveLength(prefixBudget(MAX_BEACONS_PER_SECOND));
	receive('fd00:0:0:1::1', 1);
	receive('10.0.0.1', 1);
	expect(sources.slice(-2)).toEqual(['fd00:0:0:1::1', '10.0.0.1']);
	await clock.advance(1000);
	receive('fd00::1', 1);
	expect(sources.at(-1)).toBe('fd00::1');
});
