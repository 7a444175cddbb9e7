import {describe, expect, it} from 'vitest';
import {DIAL_TIMEOUT_MS} from '../../source/core/limits.js';
import {createFakeClock, type FakeClock} from '../helpers/fake-clock.js';
import {unreadSince} from '../helpers/memory-connection.js';
import {createMemoryNetwork, type MemoryHost, type MemoryNetwork} from '../helpers/memory-network.js';
import {createSeededRandom} from '../helpers/seeded-random.js';
import {type RecordedConnection, recordEvents} from './transport/transport-acceptance.js';

const PSK = new Uint8Array(32).fill(7);
const PORT = 47_474;

interface World {
	readonly clock: FakeClock;
	readonly network: MemoryNetwork;
	readonly hosts: readonly MemoryHost[];
}

function createWorld(names = ['a', 'b'], seed = 1): World {
	const clock = createFakeClock();
	const network = createMemoryNetwork({clock, random: createSeededRandom(seed)});
	return {clock, network, hosts: names.map((name, index) => network.addHost(name, `10.0.0.${index + 1}`))};
}

async function connect({clock, hosts}: World): Promise<{a: RecordedConnection; b: RecordedConnection; port: number}> {
	const ends: RecordedConnection[] = [];
	const {port} = await hosts[1]!
		.createTransport({psk: PSK})
		.listen(connection => void ends.push(recordEvents(connection)));
	const dial = hosts[0]!.createTransport({psk: PSK}).dial('10.0.0.2', port);
	await clock.advance(100);
	const result = await dial;
	if (!('connection' in result)) throw new Error(result.failure.text);
	return {a: recordEvents(result.connection), b: ends[0]!, port};
}

async function hear(host: MemoryHost): Promise<{texts: string[]; beacon: ReturnType<MemoryHost['createBeacon']>}> {
	const texts: string[] = [];
	const beacon = host.createBeacon({port: PORT});
	await beacon.start(bytes => void texts.push(Buffer.from(bytes).toString()));
	return {texts, beacon};
}

describe('streams on the memory network', () => {
	it('streams on the memory network stall while one or both directions of a link are cut, and continue without loss when the link is restored', async () => {
		const world = createWorld();
		const {a, b} = await connect(world);
		world.network.links.set('a', 'b', {stream: 'stalled'});
		a.connection.send(Buffer.from('one '));
		b.connection.send(Buffer.from('back'));
		await world.clock.advance(60_000);
		a.connection.send(Buffer.from('two'));
		expect([a.text(), b.text(), b.closed]).toEqual(['back', '', false]);
		world.network.healAll();
		await world.clock.advance(100);
		expect(b.text()).toBe('one two');
	});

	it('streams on the memory network fail at both ends when they are reset', async () => {
		const world = createWorld();
		const {a, b} = await connect(world);
		world.network.reset('a', 'b');
		await world.clock.advance(100);
		expect([a.error, b.error, a.calls, b.calls]).toEqual([
			...['connection reset', 'connection reset'],
			...[['closed'], ['closed']],
		]);
		expect(world.network.openEnds).toBe(0);
	});

	it('streams on the memory network end immediately when a process is killed, but stall after a power failure until the host restarts', async () => {
		const killed = createWorld();
		const one = await connect(killed);
		killed.hosts[1]!.crash('killed');
		await killed.clock.advance(10);
		expect([one.a.closed, one.b.closed]).toEqual([true, false]);

		const dark = createWorld();
		const two = await connect(dark);
		dark.hosts[1]!.crash('power');
		two.a.connection.send(Buffer.from('hello?'));
		await dark.clock.advance(60_000);
		expect(two.a.closed).toBe(false);
		dark.hosts[1]!.restart();
		await dark.clock.advance(100);
		expect([two.a.closed, two.a.error, two.b.calls]).toEqual([true, 'connection reset', []]);
	});

	it('streams on the memory network stall when an address is removed, and continue when it returns', async () => {
		const world = createWorld();
		const {a, b} = await connect(world);
		world.hosts[1]!.setAddresses(['10.0.0.99']);
		a.connection.send(Buffer.from('where are you'));
		await world.clock.advance(10_000);
		expect(b.text()).toBe('');
		world.hosts[1]!.setAddresses(['10.0.0.2']);
		await world.clock.advance(100);
		expect(b.text()).toBe('where are you');
	});

	it('streams on the memory network cannot be opened to a blocked address, but can be opened to another address of the same host', async () => {
		const {clock, network, hosts} = createWorld(['a']);
		const both = network.addHost('both', ['10.0.0.2', '10.0.0.3']);
		both.blockDials(['10.0.0.2']);
		const {port} = await both.createTransport({psk: PSK}).listen(() => {});
		const transport = hosts[0]!.createTransport({psk: PSK});
		const dials = [transport.dial('10.0.0.2', port), transport.dial('10.0.0.3', port)];
		await clock.advance(DIAL_TIMEOUT_MS);
		const [shut, open] = await Promise.all(dials);
		expect([shut, open && 'connection' in open]).toMatchObject([{failure: {code: 'timeout'}}, true]);
	});

	it('streams on the memory network transfer data at the bandwidth of the link', async () => {
		const world = createWorld();
		const {a, b} = await connect(world);
		world.network.links.setDefaults({bytesPerSecond: 100_000});
		for (let index = 0; index < 100; index++) a.connection.send(new Uint8Array(10_000));
		await world.clock.advance(5000);
		expect(b.bytes).toBeGreaterThan(400_000);
		expect(b.bytes).toBeLessThanOrEqual(500_000);
		expect(a.connection.queuedBytes).toBeGreaterThan(0);
		await world.clock.advance(6000);
		expect(b.bytes).toBe(1_000_000);
	});

	it.each([
		['refused', {connect: 'refused'}, 'refused'],
		['dropped by a firewall', {connect: 'dropped'}, 'timeout'],
		['cut', {stream: 'stalled'}, 'timeout'],
	] as const)(
		'streams on the memory network fail to open with the matching error code if dials in one direction of a link are %s',
		async (_title, faults, code) => {
			const world = createWorld();
			const {port} = await connect(world);
			world.network.links.set('a', 'b', faults);
			const dial = world.hosts[0]!.createTransport({psk: PSK}).dial('10.0.0.2', port);
			await world.clock.advance(DIAL_TIMEOUT_MS);
			expect(await dial).toMatchObject({failure: {code}});
			const {port: back} = await world.hosts[0]!.createTransport({psk: PSK}).listen(() => {});
			const other = world.hosts[1]!.createTransport({psk: PSK}).dial('10.0.0.1', back);
			await world.clock.advance(DIAL_TIMEOUT_MS);
			expect('connection' in (await other)).toBe(code !== 'timeout' || !('stream' in faults));
		},
	);

	it('streams on the memory network to a frozen process deliver their data in order when the process continues', async () => {
		const world = createWorld();
		const {a, b} = await connect(world);
		const fired: number[] = [];
		world.hosts[1]!.freeze();
		world.hosts[1]!.clock.after(50, () => fired.push(world.clock.monotonic()));
		a.connection.send(Buffer.from('one '));
		await world.clock.advance(5000);
		a.connection.send(Buffer.from('two'));
		expect([b.text(), fired]).toEqual(['', []]);
		world.hosts[1]!.thaw();
		const thawed = world.clock.monotonic();
		await world.clock.advance(10);
		expect([b.text(), fired]).toEqual(['one two', [thawed]]);
	});

	it('streams on the memory network to a frozen process stay unread until the due timers of that process have run', async () => {
		const world = createWorld();
		const {a, b} = await connect(world);
		const seen: unknown[] = [];
		const cameBefore = world.clock.monotonic() + 100;
		world.hosts[1]!.freeze();
		world.hosts[1]!.clock.after(1000, () =>
			seen.push(b.text(), (unreadSince(b.connection) ?? Number.POSITIVE_INFINITY) < cameBefore),
		);
		a.connection.send(Buffer.from('one'));
		await world.clock.advance(1500);
		world.hosts[1]!.thaw();
		await world.clock.advance(10);
		expect([...seen, b.text(), unreadSince(b.connection)]).toEqual(['', true, 'one', undefined]);
	});
});

describe('datagrams on the memory network', () => {
	it('datagrams on the memory network are lost, duplicated and reordered as the link is configured', async () => {
		const world = createWorld();
		world.network.links.set('a', 'b', {datagramLoss: 0.5, datagramDuplication: 0.3, jitterMs: 50});
		const [from, to] = [await hear(world.hosts[0]!), await hear(world.hosts[1]!)];
		const sent = Array.from({length: 200}, (_, index) => `${index}`);
		for (const text of sent) from.beacon.broadcast(Buffer.from(text));
		await world.clock.advance(1000);
		expect(new Set(to.texts).size).toBeLessThan(200);
		expect(new Set(to.texts).size).toBeGreaterThan(120);
		expect(to.texts.length).toBeGreaterThan(new Set(to.texts).size);
		expect(to.texts).not.toEqual([...to.texts].sort((a, b) => Number(a) - Number(b)));
	});

	it('datagrams on the memory network arrive by multicast if broadcast is filtered, stay in their subnet, and do not reach an unplugged host', async () => {
		const world = createWorld(['a', 'b', 'c']);
		const far = world.network.addHost('far', '10.0.9.1');
		world.network.links.setDefaults({broadcast: false});
		const receivers = await Promise.all([...world.hosts, far].map(hear));
		world.hosts[2]!.unplug();
		receivers[0]!.beacon.broadcast(Buffer.from('x'));
		await world.clock.advance(100);
		expect(receivers.map(({texts}) => texts.length)).toEqual([4, 1, 0, 0]);
	});

	it('datagrams on the memory network do not cross a partition before it is removed', async () => {
		const world = createWorld(['a', 'b', 'c']);
		const receivers = await Promise.all(world.hosts.map(hear));
		world.network.partition(['a', 'b'], ['c']);
		receivers[0]!.beacon.broadcast(Buffer.from('x'));
		await world.clock.advance(100);
		expect(receivers.map(({texts}) => texts.length)).toEqual([4, 2, 0]);
		world.network.healAll();
		receivers[0]!.beacon.broadcast(Buffer.from('y'));
		await world.clock.advance(100);
		expect(receivers[2]!.texts).toEqual(['y', 'y']);
	});
});

describe('the fake clock and random source', () => {
	async function history(seed: number): Promise<unknown> {
		const world = createWorld(['a', 'b', 'c'], seed);
		world.network.links.setDefaults({datagramLoss: 0.3, datagramDuplication: 0.2, jitterMs: 30});
		const {a, b} = await connect(world);
		const receivers = await Promise.all(world.hosts.map(hear));
		for (let index = 0; index < 30; index++) {
			receivers[index % 3]!.beacon.broadcast(Buffer.from(`${index}`));
			a.connection.send(Buffer.from(`message ${index};`));
			await world.clock.advance(7);
		}
		return [receivers.map(({texts}) => texts), b.calls.length, b.text(), Buffer.from(a.connection.keyingMaterial)];
	}

	it('the fake clock and random source produce the same events for the same seed, and different events for different seeds', async () => {
		const [one, again, other] = [await history(5), await history(5), await history(6)];
		expect(again).toEqual(one);
		expect(other).not.toEqual(one);
	});

	it('the fake clock and random source run timers by time, timers of the same time by creation order, and settle promises between timers', async () => {
		const clock = createFakeClock(1000);
		const order: string[] = [];
		clock.after(20, () => order.push('late'));
		clock.after(10, () => {
			order.push('first');
			void Promise.resolve()
				.then(() => undefined)
				.then(() => order.push('settled'));
			clock.after(0, () => order.push('nested'));
		});
		clock.after(10, () => order.push('second'));
		clock.after(5, () => order.push('cancelled')).cancel();
		await clock.advance(10);
		expect(order).toEqual(['first', 'settled', 'second', 'nested']);
		expect([clock.now(), clock.monotonic(), clock.pending]).toEqual([1010, 10, 1]);
		await clock.sleep(5000);
		expect([order.at(-1), clock.monotonic()]).toEqual(['late', 5010]);
	});

	it('each node of the simulated network has a wall clock that is wrong by the configured time', () => {
		const clock = createFakeClock(1000);
		const view = clock.view({skewMs: 300});
		expect([view.now(), view.monotonic()]).toEqual([1300, 0]);
		view.setSkew(-500);
		expect(view.now()).toBe(500);
	});

	it('the fake clock and random source run no timer of a killed node, and no timer that was cancelled while its node was frozen', async () => {
		const clock = createFakeClock();
		const [frozen, killed] = [clock.view(), clock.view()];
		const ran: string[] = [];
		const timer = frozen.after(5, () => ran.push('cancelled'));
		frozen.after(6, () => ran.push('kept'));
		killed.after(5, () => ran.push('killed'));
		frozen.freeze();
		killed.kill();
		await clock.advance(10);
		timer.cancel();
		frozen.thaw();
		await clock.advance(0);
		expect(ran).toEqual(['kept']);
	});
});
