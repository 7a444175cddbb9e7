/**
 * Honest nodes in a room with members that lie (attackers.ts). What such members can and cannot do is in protocol.md,
 * Threat model.
 */
import {isIP} from 'node:net';
import {expect, it} from 'vitest';
import type {FeedEvent, PeerId} from '../../source/core/event.js';
import {compareOrder} from '../../source/core/event-order.js';
import {MAX_HLC_MERGED_MS, MAX_REPORTS_PER_SUBJECT} from '../../source/core/limits.js';
import {listPeers} from '../../source/core/roster.js';
import {deriveRoomKeys} from '../../source/feed/room-keys.js';
import {createSeededRandom} from '../helpers/seeded-random.js';
import {addressOf} from './addresses.js';
import {createAttackers} from './attackers.js';
import {holdSameHistory, runningNodes} from './check.js';
import {checkOrder} from './check-history.js';
import {checkConnections} from './check-links.js';
import {type Life, peerOf} from './node.js';
import type {Scenario} from './scenario.js';
import {createWorld} from './world.js';

const HONEST = 4;
const UDP_PORT = 47_474;
const ROUND_MS = 2000;
const ROUNDS = 20;
/**
 * Time for which the room continues after the attack, ms. It is long, because a node answers at most one report of its
 * own loss per minute.
 */
const CALM_MS = 40 * 60_000;

function scenarioOf(seed: number): Scenario {
	return {
		seed,
		nodes: HONEST,
		hasSecret: false,
		calm: true,
		scattered: false,
		dualHomed: false,
		sharedBucket: false,
		skews: [0, -2000, 1500, 300].slice(0, HONEST),
		latencyMs: 2,
		jitterMs: 1,
		datagramLoss: 0,
		datagramDuplication: 0,
		filter: 'none',
		limitedPairs: [],
		steps: [],
		until: 0,
	};
}

/** Checks that an event sorts after all events of honest authors that its author had received. */
function checkAnswers(name: string, life: Life, honest: ReadonlySet<PeerId>): string[] {
	let newest: FeedEvent | undefined;
	for (const event of life.events.filter(({peer}) => honest.has(peer))) {
		if (newest && event.peer === peerOf(life) && compareOrder(newest, event) > 0)
			return [`${name}: its event ${event.seq} sorts before ${newest.peer.slice(0, 6)}:${newest.seq}, which it knew`];
		if (!newest || compareOrder(newest, event) < 0) newest = event;
	}
	return [];
}

it.each([1])(
	'liars do not change the times, order, people or connections of honest nodes (seed %i)',
	{timeout: 120_000},
	async seed => {
		const keys = await deriveRoomKeys({room: 'room'});
		const world = createWorld(scenarioOf(seed), keys);
		await world.play();
		const [newcomer, ...early] = world.nodes.toReversed();
		for (const node of early) node.launch();
		await world.clock.advance(3000);
		const host = world.network.addHost('liars', addressOf(HONEST + 1, false));
		const attackers = createAttackers({host, keys, random: createSeededRandom(seed), udpPort: UDP_PORT});
		const lives = () => runningNodes(world).map(node => node.life!);
		let started = false;
		const victims = lives().map(life => ({address: addressOf(life.index, false), peer: peerOf(life)}));
		void attackers.begin(victims).then(() => {
			started = true;
		});
		expect(await world.clock.advanceUntil(() => started, 20_000)).toBe(true);
		for (let round = 0; round < ROUNDS; round++) {
			attackers.repeat();
			attackers.forgeBeacons();
			if (round === ROUNDS / 2) newcomer!.launch();
			const speaker = lives()[round % lives().length];
			speaker?.chatNode.post(`round ${round}`);
			await world.clock.advance(ROUND_MS);
		}
		attackers.disconnect();
		await world.clock.advance(CALM_MS);

		const honest = new Set(lives().map(peerOf));
		const own = (life: Life) => life.events.filter(({peer}) => peer === peerOf(life));
		for (const life of lives()) {
			const name = `node ${life.index}`;
			const state = life.chatNode.store.getState();
			for (const event of own(life))
				expect(event.ms - event.at, `${name}: ${event.type}`).toBeLessThanOrEqual(MAX_HLC_MERGED_MS);
			for (const event of own(life))
				expect(Math.abs(event.at - life.clock.now()), `${name}: ${event.type}`).toBeLessThan(2 * 3_600_000);
			expect([...checkAnswers(name, life, honest), ...checkOrder(name, state)]).toEqual([]);
			expect(own(life).filter(({type}) => type === 'returned').length).toBeLessThanOrEqual(MAX_REPORTS_PER_SUBJECT);
			expect([...life.traffic.dialled].filter(address => isIP(address) === 0)).toEqual([]);
			const strangers = listPeers(state.roster).filter(({peer}) => !honest.has(peer));
			expect(strangers.length).toBeLessThanOrEqual(HONEST * 7);
			expect(own(life).some(({type}) => type === 'lost')).toBe(false);
		}
		expect(lives()).toHaveLength(HONEST);
		expect(holdSameHistory(world)).toBe(true);
		expect(checkConnections(world, runningNodes(world))).toEqual([]);
		await world.stopAll();
	},
);
