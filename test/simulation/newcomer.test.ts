import {expect, it} from 'vitest';
import {deriveRoomKeys} from '../../source/feed/room-keys.js';
import {findFaults} from './check.js';
import {readFeeds} from './check-history.js';
import type {Scenario} from './scenario.js';
import {createWorld} from './world.js';

const NODES = 8;
const QUIET: Scenario = {
	seed: 1,
	nodes: NODES,
	hasSecret: false,
	calm: true,
	scattered: false,
	dualHomed: false,
	sharedBucket: false,
	skews: Array.from({length: NODES}, () => 0),
	latencyMs: 1,
	jitterMs: 0,
	datagramLoss: 0,
	datagramDuplication: 0,
	filter: 'none',
	limitedPairs: [],
	steps: [],
	until: 0,
};

it('a newcomer receives the history only once although other nodes continue to post', {timeout: 60_000}, async () => {
	const world = createWorld(QUIET, await deriveRoomKeys({room: 'room'}));
	await world.play();
	const [newcomer, ...others] = world.nodes;
	for (const node of others) node.launch();
	await world.clock.advance(5000);
	for (let round = 0; round < 20; round++) {
		for (const node of others) for (let index = 0; index < 3; index++) node.life?.chatNode.post('x'.repeat(3000));
		await world.clock.advance(200);
	}
	await world.clock.advance(3000);
	newcomer!.launch();
	for (let round = 0; round < 20; round++) {
		others[round % others.length]?.life?.chatNode.post(`meanwhile ${round}`);
		await world.clock.advance(50);
	}
	await world.clock.advance(10_000);
	const life = newcomer!.life!;
	expect(findFaults(world)).toEqual([]);
	expect(life.traffic.receivedBytes / readFeeds(life).bytes).toBeLessThan(1.1);
});
