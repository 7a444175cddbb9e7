/** Acceptance suite of `Beacon` (`source/network/discovery/beacon.ts`). The UDP and the memory implementation run it. */
import {afterEach, describe, expect, it} from 'vitest';
import type {Beacon, DatagramSource} from '../../../source/network/discovery/beacon.js';

export interface BeaconWorld {
	/** Creates a beacon on the same host. All beacons share one port. UDP beacons use only loopback. */
	create(): Beacon;
	until(condition: () => boolean): Promise<void>;
	close(): Promise<void>;
}

interface Receiver {
	readonly beacon: Beacon;
	readonly ownPort: number;
	readonly datagrams: {readonly text: string; readonly source: DatagramSource}[];
	texts(): string[];
}

export function describeBeacon(name: string, createWorld: () => Promise<BeaconWorld>): void {
	describe(`a ${name} beacon`, () => {
		const worlds: BeaconWorld[] = [];
		afterEach(async () => {
			for (const world of worlds.splice(0)) await world.close();
		});

		async function createNewWorld(): Promise<BeaconWorld> {
			const world = await createWorld();
			worlds.push(world);
			return world;
		}

		async function start(world: BeaconWorld): Promise<Receiver> {
			const datagrams: {text: string; source: DatagramSource}[] = [];
			const beacon = world.create();
			const {ownPort} = await beacon.start((bytes, source) => {
				datagrams.push({text: Buffer.from(bytes).toString(), source});
			});
			return {beacon, ownPort, datagrams, texts: () => datagrams.map(({text}) => text)};
		}

		it('a broadcast reaches every node on the host, including the sender', async () => {
			const world = await createNewWorld();
			const nodes = [await start(world), await start(world), await start(world)];
			nodes[0]!.beacon.broadcast(Buffer.from('hello'));
			await world.until(() => nodes.every(node => node.texts().includes('hello')));
		});

		it('the beacons of each node come from a different source port', async () => {
			const world = await createNewWorld();
			const [one, two] = [await start(world), await start(world)];
			expect(one.ownPort).not.toBe(two.ownPort);
			one.beacon.broadcast(Buffer.from('from one'));
			await world.until(() => two.datagrams.length > 0);
			expect(two.datagrams[0]!.source.port).toBe(one.ownPort);
		});

		it('an answer to a beacon reaches only the node that sent the beacon', async () => {
			const world = await createNewWorld();
			const nodes = [await start(world), await start(world), await start(world)];
			const [one, two] = [nodes[0]!, nodes[1]!];
			one.beacon.broadcast(Buffer.from('who is there'));
			await world.until(() => two.datagrams.length > 0);
			const {source} = two.datagrams[0]!;
			two.beacon.send(Buffer.from('me'), source.address, source.port);
			await world.until(() => one.texts().includes('me'));
			two.beacon.broadcast(Buffer.from('later'));
			await world.until(() => nodes.every(node => node.texts().includes('later')));
			expect(nodes.map(node => node.texts().filter(text => text === 'me').length)).toEqual([1, 0, 0]);
		});

		it('a broadcast sends a different datagram to the multicast group if the caller passes one', async () => {
			const world = await createNewWorld();
			const [one, two] = [await start(world), await start(world)];
			one.beacon.broadcast(Buffer.from('to all'), Buffer.from('to the group'));
			await world.until(() => two.texts().includes('to all') && two.texts().includes('to the group'));
			expect(two.texts().filter(text => text === 'to all')).toHaveLength(1);
		});

		it('a beacon counts the sent datagrams by destination', async () => {
			const world = await createNewWorld();
			const one = await start(world);
			one.beacon.broadcast(Buffer.from('count me'));
			one.beacon.broadcast(Buffer.from('count me'));
			await world.until(() => one.datagrams.length >= 2);
			const loopback = () => one.beacon.counters().find(counter => counter.destination === '127.255.255.255');
			await world.until(() => loopback()?.sent === 2);
			expect(loopback()).toMatchObject({address: '127.0.0.1', kind: 'broadcast', failed: 0});
			expect(one.beacon.interfaces().map(({address}) => address)).toContain('127.0.0.1');
		});

		it('a beacon socket sends and receives nothing after it is closed, and can be closed twice', async () => {
			const world = await createNewWorld();
			const [one, two] = [await start(world), await start(world)];
			await Promise.all([one.beacon.close(), one.beacon.close()]);
			one.beacon.broadcast(Buffer.from('ghost'));
			one.beacon.send(Buffer.from('ghost'), '127.0.0.1', two.ownPort);
			two.beacon.broadcast(Buffer.from('alive'));
			await world.until(() => two.texts().includes('alive'));
			expect(two.texts()).not.toContain('ghost');
			expect(one.datagrams).toEqual([]);
		});
	});
}
