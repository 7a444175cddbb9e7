/** Presence in rooms in which not all nodes can reach each other (topology.ts). */
import {describe, expect, it} from 'vitest';
import {createLinkLocalTopology, createTopology, type Shape} from './topology.js';

const MINUTE_MS = 60_000;
/**
 * Simulated duration of a test, ms. Ten minutes are long enough to see everything that recurs every minute. Each shape
 * was also run once with `TOPOLOGY_MINUTES=60`.
 */
const QUIET_MS = Number(process.env.TOPOLOGY_MINUTES ?? 10) * MINUTE_MS;

describe('no presence event is written while all nodes are up', () => {
	it.each<[Shape, number, number]>([
		['chain', 3, 2],
		['chain', 4, 2],
		['chain', 8, 300],
		['star', 6, 2],
		['ring', 4, 2],
		['ring', 7, 300],
	])(
		'nobody writes a presence event while all nodes are up, in a %s of %i nodes with a latency of %i ms',
		{timeout: 120_000},
		async (shape, nodes, latencyMs) => {
			const room = await createTopology(shape, nodes, latencyMs);
			await room.start();
			room.life(0).chatNode.post('once');
			await room.world.clock.advance(QUIET_MS);
			expect(room.presence()).toEqual([]);
			await room.world.stopAll();
		},
	);
});

describe('a node that crashes is shown as lost exactly once', () => {
	it.each<[Shape, number, number]>([
		['chain', 5, 4],
		['chain', 5, 2],
		['star', 5, 3],
		['ring', 6, 2],
	])(
		'a node that crashes is shown as lost exactly once, in a %s of %i nodes when node %i crashes',
		{timeout: 120_000},
		async (shape, nodes, victim) => {
			const room = await createTopology(shape, nodes);
			await room.start();
			await room.world.clock.advance(2 * MINUTE_MS);
			room.world.nodes[victim]?.host.crash('power');
			await room.world.clock.advance(5 * MINUTE_MS);
			const reports = room.presence().filter(line => line.endsWith(` lost ${victim}`));
			expect(reports.length).toBeGreaterThan(0);
			expect(reports.length).toBeLessThanOrEqual(2);
			expect(room.rows(0)).toBeGreaterThan(0);
			// If the middle node of a chain crashes, the chain is divided, and both sides then report each other as lost. No
			// other crash divides a room.
			if (victim !== 2 || shape === 'ring') {
				expect(room.presence()).toEqual(reports);
				expect(room.rows(0)).toBe(1);
			}
		},
	);
});

it('a ring in which one link is cut becomes a chain, and nobody is reported as lost', {timeout: 120_000}, async () => {
	const room = await createTopology('ring', 6);
	await room.start();
	await room.world.clock.advance(MINUTE_MS);
	room.setLink(0, 1, false);
	await room.world.clock.advance(QUIET_MS);
	expect(room.presence()).toEqual([]);
	room.setLink(0, 1, true);
	await room.world.clock.advance(10 * MINUTE_MS);
	expect(room.presence()).toEqual([]);
	await room.world.stopAll();
});

describe('two nodes that see each other by link-local addresses only, among nodes that see both', {
	timeout: 120_000,
}, () => {
	it('nobody is reported as lost when a node loses all its connections except one that uses link-local addresses', async () => {
		const room = await createLinkLocalTopology();
		await room.start();
		expect([room.areConnected(0, 1), room.areConnected(0, 2), room.areConnected(1, 3)]).toEqual([true, true, true]);
		await room.world.clock.advance(QUIET_MS / 4);
		for (const other of [2, 3]) room.setLink(1, other, false);
		await room.world.clock.advance(QUIET_MS / 4);
		expect(room.areConnected(0, 1)).toBe(true);
		expect([2, 3].map(other => room.areConnected(1, other))).toEqual([false, false]);
		expect(room.presence()).toEqual([]);
		room.setLink(0, 1, false);
		await room.world.clock.advance(5 * MINUTE_MS);
		expect(room.presence().filter(line => line.endsWith(' lost 1'))).toHaveLength(1);
	});

	it('nobody is reported as lost when two nodes lose their link-local connection, because the other nodes are still connected to both', async () => {
		const room = await createLinkLocalTopology();
		await room.start();
		room.setLink(0, 1, false);
		await room.world.clock.advance(QUIET_MS / 4);
		expect(room.areConnected(0, 1)).toBe(false);
		expect(room.presence()).toEqual([]);
		room.setLink(0, 1, true);
		await room.world.clock.advance(2 * MINUTE_MS);
		expect([room.areConnected(0, 1), room.presence()]).toEqual([true, []]);
	});
});
