import {describe, expect, it} from 'vitest';
import type {PeerId} from '../../../source/core/event.js';
import {FIRST_ADDRESS_BAN_MS} from '../../../source/core/limits.js';
import {createMesh, type Mesh} from '../../../source/network/mesh/mesh.js';
import type {Transport} from '../../../source/network/transport/transport.js';
import {fakePeerId} from '../../helpers/fake-chat-node.js';
import {createFakeClock, type FakeClock} from '../../helpers/fake-clock.js';
import {createMemoryNetwork} from '../../helpers/memory-network.js';
import {createSeededRandom} from '../../helpers/seeded-random.js';

interface End {
	readonly mesh: Mesh;
	readonly transport: Transport;
	readonly changes: string[];
	readonly received: string[];
	readonly open: {count: number};
	dial(): void;
	/** Uses another peer id for later connections. */
	become(peer: PeerId): void;
}

/** Creates two nodes that accept every proof, on a network with variable latency. */
async function createPair(seed: number): Promise<{clock: FakeClock; ends: [End, End]; cut(): void}> {
	const clock = createFakeClock();
	const random = createSeededRandom(seed);
	const network = createMemoryNetwork({clock, random});
	network.links.setDefaults({latencyMs: random.between(1, 200), jitterMs: random.between(0, 200)});
	const create = async (index: number): Promise<End> => {
		const host = network.addHost(`host ${index}`, `10.0.0.${index + 1}`);
		const transport = host.createTransport({psk: new Uint8Array(32), port: 4000});
		let peer: PeerId = fakePeerId(index + 1);
		const [changes, received, open]: [string[], string[], {count: number}] = [[], [], {count: 0}];
		const mesh = createMesh(
			{
				self: peer,
				clock: host.clock,
				debug: () => {},
				proof: {prove: () => ({signature: new Uint8Array(64), mac: new Uint8Array(32)}), verify: () => true},
				ownHello: () => ({
					versions: [1, 1],
					peer,
					name: 'x',
					port: 4000,
					features: [],
					program: '1',
					clock: host.clock.now(),
					hlc: {ms: 0, counter: 0},
				}),
			},
			{
				up: () => changes.push('up'),
				replaced: () => changes.push('replaced'),
				down: (_, {code}) => changes.push(`down ${code}`),
				message: (_, {type}) => received.push(type),
				metricsChanged() {},
				drained() {},
				rejected() {},
				overloaded() {},
				stalled: () => changes.push('stalled'),
			},
		);
		const adopt = (connection: Parameters<Mesh['adopt']>[0]) => {
			open.count++;
			const inner = connection.handle;
			connection.handle = handlers =>
				inner.call(connection, {
					...handlers,
					closed(error) {
						open.count--;
						handlers.closed(error);
					},
				});
			mesh.adopt(connection);
		};
		await transport.listen(adopt);
		mesh.start();
		const dial = () =>
			void transport
				.dial(`10.0.0.${2 - index}`, 4000)
				.then(result => 'connection' in result && adopt(result.connection));
		const become = (other: PeerId) => {
			peer = other;
		};
		return {mesh, transport, changes, received, open, dial, become};
	};
	return {clock, ends: [await create(0), await create(1)], cut: () => network.cut('host 0', 'host 1')};
}

const seeds = Array.from({length: 100}, (_, index) => index + 1);

describe('two nodes that dial each other at the same time', () => {
	it('two nodes that dial each other at the same time keep exactly one connection and are never disconnected in between', async () => {
		for (const seed of seeds) {
			const {clock, ends} = await createPair(seed);
			for (const end of ends) end.dial();
			await clock.advance(5000);
			expect(
				ends.map(end => end.open.count),
				`seed ${seed}`,
			).toEqual([1, 1]);
			for (const {changes, mesh} of ends) {
				expect(
					changes.filter(one => one !== 'replaced'),
					`seed ${seed}`,
				).toEqual(['up']);
				expect(mesh.size).toBe(1);
			}
		}
	});

	it('two nodes that dial each other at the same time receive messages from each other on the remaining connection', async () => {
		for (const seed of seeds.slice(0, 20)) {
			const {clock, ends} = await createPair(seed);
			for (const end of ends) end.dial();
			await clock.advance(5000);
			for (const {mesh} of ends) mesh.links()[0]?.send({type: 'typing'});
			await clock.advance(1000);
			expect(
				ends.map(({received}) => received.filter(type => type === 'typing').length),
				`seed ${seed}`,
			).toEqual([1, 1]);
		}
	});

	it('two nodes keep one connection even if both dial repeatedly', async () => {
		for (const seed of seeds.slice(0, 20)) {
			const {clock, ends} = await createPair(seed);
			for (let round = 0; round < 4; round++) {
				for (const end of ends) end.dial();
				await clock.advance(seed * 37);
			}
			await clock.advance(5000);
			expect(
				ends.map(end => end.open.count),
				`seed ${seed}`,
			).toEqual([1, 1]);
		}
	});
});

describe('a connection of the mesh', () => {
	it("a connection of an unknown peer is refused with the error code `barred` while the peer's address is banned", async () => {
		const {clock, ends} = await createPair(1);
		const [ann, bob] = ends;
		bob.dial();
		await clock.advance(2000);
		ann.mesh.links()[0]?.fail('flood', 'too much');
		await clock.advance(2000);
		expect(bob.changes).toEqual(['up', 'down flood']);
		bob.become(fakePeerId(3));
		bob.dial();
		await clock.advance(1500);
		expect(bob.changes.slice(2)).toEqual(['up', 'down barred']);
		await clock.advance(FIRST_ADDRESS_BAN_MS);
		bob.dial();
		await clock.advance(2000);
		expect(bob.changes.slice(4)).toEqual(['up']);
		expect(ann.changes).toEqual(['up', 'down flood', 'up']);
	});

	it('a connection to a node that sends nothing is closed after nine seconds', async () => {
		const {clock, ends, cut} = await createPair(1);
		ends[0].dial();
		await clock.advance(2000);
		cut();
		expect(await clock.advanceUntil(() => ends[0].changes.includes('down silent'), 12_000)).toBe(true);
		expect(clock.monotonic()).toBeGreaterThan(9000);
		expect(clock.monotonic()).toBeLessThan(2000 + 9500 + 500);
	});

	it('a connection stays open while the computers of both nodes sleep, and each node detects that it stalled', async () => {
		const {clock, ends} = await createPair(1);
		ends[0].dial();
		await clock.advance(2000);
		await clock.sleep(60_000);
		await clock.advance(5000);
		for (const {changes} of ends) expect(changes).toEqual(['up', 'stalled']);
	});
});
