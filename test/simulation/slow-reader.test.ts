import {expect, it} from 'vitest';
import {MAX_QUEUED_BYTES, SEND_HIGH_WATER_BYTES} from '../../source/core/limits.js';
import {deriveRoomKeys} from '../../source/feed/room-keys.js';
import {findFaults} from './check.js';
import type {Scenario} from './scenario.js';
import {createWorld} from './world.js';

const POST_BYTES = 15_000;
/** Bytes of an answer that one turn of the event loop adds to a queue. */
const TURN_BYTES = 48 * 1024;
const ROOM: Scenario = {
	seed: 1,
	nodes: 2,
	hasSecret: false,
	calm: true,
	scattered: false,
	dualHomed: false,
	sharedBucket: false,
	skews: [0, 0],
	latencyMs: 1,
	jitterMs: 0,
	datagramLoss: 0,
	datagramDuplication: 0,
	filter: 'none',
	limitedPairs: [],
	steps: [],
	until: 0,
};

it('a slow reader stays connected, the queue of data for it stays bounded, and it receives every event in the end', {
	timeout: 60_000,
}, async () => {
	const world = createWorld(ROOM, await deriveRoomKeys({room: 'room'}));
	await world.play();
	const [author, slow] = world.nodes;
	for (const node of world.nodes) node.launch();
	await world.clock.advance(5000);
	world.network.links.set('host 0', 'host 1', {bytesPerSecond: 40_000});
	const text = 'x'.repeat(POST_BYTES);
	for (let round = 0; round < 90; round++) {
		for (let index = 0; index < 8; index++) author!.life!.chatNode.post(`${round} ${index} ${text}`);
		await world.clock.advance(100);
	}

	const queuedBytes = author!.life!.traffic.queuedBytes;
	expect(queuedBytes).toBeGreaterThan(MAX_QUEUED_BYTES);
	expect(queuedBytes).toBeLessThan(MAX_QUEUED_BYTES + 2 * POST_BYTES);
	await world.clock.advance(20_000);
	expect(slow!.life!.events.length).toBeLessThan(author!.life!.events.length);
	world.network.healAll();
	await world.clock.advance(120_000);
	expect(findFaults(world)).toEqual([]);
});

it('the history for a newcomer that reads slowly waits in the log, not in the queue of the connection', {
	timeout: 60_000,
}, async () => {
	const world = createWorld(ROOM, await deriveRoomKeys({room: 'room'}));
	await world.play();
	const [author, newcomer] = world.nodes;
	author!.launch();
	await world.clock.advance(3000);
	for (let index = 0; index < 80; index++) {
		author!.life!.chatNode.post(`${index} ${'x'.repeat(POST_BYTES)}`);
		await world.clock.advance(200);
	}

	world.network.links.set('host 0', 'host 1', {bytesPerSecond: 100_000});
	newcomer!.launch();
	await world.clock.advance(40_000);
	const queuedBytes = author!.life!.traffic.queuedBytes;
	expect(queuedBytes).toBeGreaterThan(SEND_HIGH_WATER_BYTES / 2);
	expect(queuedBytes).toBeLessThan(SEND_HIGH_WATER_BYTES + TURN_BYTES);
	expect(newcomer!.life!.events.filter(({type}) => type === 'posted')).toHaveLength(80);
	await world.stopAll();
});
