/** What every Beacon promises (`source/network/beacon.ts`); run by the UDP and by the memory one. */
import {afterEach, describe, expect, it} from 'vitest';
import type {Beacon, DatagramSource} from '../../../source/network/discovery/beacon.js';

export interface BeaconWorld {
	/** Another node on the same host, loopback only where it is a real one. All share one port. */
	create(): Beacon;
	until(condition: () => boolean): Promise<void>;
	close(): Promise<void>;
}

interface Heard {
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

		async function start(world: BeaconWorld): Promise<Heard> {
			const datagrams: {text: string; source: DatagramSource}[] = [];
			const beacon = world.create();
			const {ownPort} = await beacon.start((bytes, source) => {
				datagrams.push({text: Buffer.from(bytes).toString(), source});
			});
			return {beacon, ownPort, datagrams, texts: () => datagrams.map(({text}) => text)};
		}

		it('reaches every node on the host, the sender too', async () => {
			const world = await createNewWorld();
			const nodes = [await start(world), await start(world), await start(world)];
			nodes[0]!.beacon.broadcast(Buffer.from('hello'));
			await world.until(() => nodes.every(node => node.texts().includes('hello')));
		});

		it('gives every node a port of its own, from which its beacons come', async () => {
			const world = await createNewWorld();
			const [one, two] = [await start(world), await start(world)];
			expect(one.ownPort).not.toBe(two.ownPort);
			one.beacon.broadcast(Buffer.from('from one'));
			await world.until(() => two.datagrams.length > 0);
			expect(two.datagrams[0]!.source.port).toBe(one.ownPort);
		});

		it('answers to the source of a beacon, and only that node hears it', async () => {
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

		it('sends to the group what it is given for the group', async () => {
			const world = await createNewWorld();
			const [one, two] = [await start(world), await start(world)];
			one.beacon.broadcast(Buffer.from('to all'), Buffer.from('to the group'));
			await world.until(() => two.texts().includes('to all') && two.texts().includes('to the group'));
			expect(two.texts().filter(text => text === 'to all')).toHaveLength(1);
		});

		it('counts what went out by destination', async () => {
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

		it('is silent once closed, twice if need be', async () => {
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
