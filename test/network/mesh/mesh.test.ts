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
	readonly told: string[];
	readonly heard: string[];
	readonly open: {count: number};
	dial(): void;
	/** Speaks under another id from now on. */
	become(peer: PeerId): void;
}

/** Two nodes whose proofs are taken for granted, on a network with a latency that varies. */
async function createPair(seed: number): Promise<{clock: FakeClock; ends: [End, End]; cut(): void}> {
	const clock = createFakeClock();
	const random = createSeededRandom(seed);
	const network = createMemoryNetwork({clock, random});
	network.links.setDefaults({latencyMs: random.between(1, 200), jitterMs: random.between(0, 200)});
	const create = async (index: number): Promise<End> => {
		const host = network.addHost(`host ${index}`, `10.0.0.${index + 1}`);
		const transport = host.createTransport({psk: new Uint8Array(32), port: 4000});
		let peer: PeerId = fakePeerId(index + 1);
		const [told, heard, open]: [string[], string[], {count: number}] = [[], [], {count: 0}];
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
				up: () => told.push('up'),
				replaced: () => told.push('replaced'),
				down: (_, {code}) => told.push(`down ${code}`),
				message: (_, {type}) => heard.push(type),
				metricsChanged() {},
				drained() {},
				rejected() {},
				stalled: () => told.push('stalled'),
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
		return {mesh, transport, told, heard, open, dial, become};
	};
	return {clock, ends: [await create(0), await create(1)], cut: () => network.cut('host 0', 'host 1')};
}

const seeds = Array.from({length: 100}, (_, index) => index + 1);

describe('two nodes that dial each other at the same time', () => {
	it('end with exactly one connection, and are at no time left without, a hundred times over', async () => {
		for (const seed of seeds) {
			const {clock, ends} = await createPair(seed);
			for (const end of ends) end.dial();
			await clock.advance(5000);
			expect(
				ends.map(end => end.open.count),
				`seed ${seed}`,
			).toEqual([1, 1]);
			for (const {told, mesh} of ends) {
				expect(
					told.filter(one => one !== 'replaced'),
					`seed ${seed}`,
				).toEqual(['up']);
				expect(mesh.size).toBe(1);
			}
		}
	});

	it('are heard on the connection that stays, by both', async () => {
		for (const seed of seeds.slice(0, 20)) {
			const {clock, ends} = await createPair(seed);
			for (const end of ends) end.dial();
			await clock.advance(5000);
			for (const {mesh} of ends) mesh.links()[0]?.send({type: 'typing'});
			await clock.advance(1000);
			expect(
				ends.map(({heard}) => heard.filter(type => type === 'typing').length),
				`seed ${seed}`,
			).toEqual([1, 1]);
		}
	});

	it('end with one also when both dial again and again', async () => {
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

describe('a connection', () => {
	it('of a stranger is refused, with words, where somebody was cut off just before', async () => {
		const {clock, ends} = await createPair(1);
		const [ann, bob] = ends;
		bob.dial();
		await clock.advance(2000);
		ann.mesh.links()[0]?.fail('flood', 'too much');
		await clock.advance(2000);
		expect(bob.told).toEqual(['up', 'down flood']);
		bob.become(fakePeerId(3));
		bob.dial();
		await clock.advance(1500);
		expect(bob.told.slice(2)).toEqual(['up', 'down barred']);
		await clock.advance(FIRST_ADDRESS_BAN_MS);
		bob.dial();
		await clock.advance(2000);
		expect(bob.told.slice(4)).toEqual(['up']);
		expect(ann.told).toEqual(['up', 'down flood', 'up']);
	});

	it('to a node that falls silent is given up after nine seconds', async () => {
		const {clock, ends, cut} = await createPair(1);
		ends[0].dial();
		await clock.advance(2000);
		cut();
		expect(await clock.advanceUntil(() => ends[0].told.includes('down silent'), 12_000)).toBe(true);
		expect(clock.monotonic()).toBeGreaterThan(9000);
		expect(clock.monotonic()).toBeLessThan(2000 + 9500 + 500);
	});

	it('survives a sleep of both: nobody is declared gone, and each says that it slept', async () => {
		const {clock, ends} = await createPair(1);
		ends[0].dial();
		await clock.advance(2000);
		await clock.sleep(60_000);
		await clock.advance(5000);
		for (const {told} of ends) expect(told).toEqual(['up', 'stalled']);
	});
});
