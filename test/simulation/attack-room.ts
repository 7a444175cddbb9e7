/** Simulated room of honest nodes on one network without faults, with a host for members that attack it. */
import {deriveRoomKeys, type RoomKeys} from '../../source/feed/room-keys.js';
import {createPeerKey} from '../../source/feed/signing-keys.js';
import type {MemoryHost} from '../helpers/memory-network.js';
import {createSeededRandom, type SeededRandom} from '../helpers/seeded-random.js';
import {connectMalicious, type MaliciousOptions, type MaliciousPeer} from '../hostile/malicious-peer.js';
import {addressOf} from './addresses.js';
import {type Life, TCP_PORT} from './node.js';
import type {Scenario} from './scenario.js';
import {createWorld, type World} from './world.js';

export const UDP_PORT = 47_474;

/** Scenario of `nodes` honest nodes on one network on which nothing fails. The scenario launches no node. */
export function quietScenario(seed: number, nodes: number): Scenario {
	return {
		seed,
		nodes,
		hasSecret: false,
		calm: true,
		scattered: false,
		dualHomed: false,
		sharedBucket: false,
		skews: Array.from({length: nodes}, () => 0),
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

export interface AttackRoom {
	readonly world: World;
	readonly keys: RoomKeys;
	readonly random: SeededRandom;
	/** Running process of an honest node. */
	life(index: number): Life;
	/** Adds a host for attackers. Each `number`, from 0, gives the host a different address. */
	addHost(number: number): MemoryHost;
	/** Connects a member with a new key from a host to an honest node. */
	connect(host: MemoryHost, to: number, options?: Partial<MaliciousOptions>): Promise<MaliciousPeer>;
	/** Advances the fake clock until the promise settles, and returns its result. */
	settle<T>(promise: Promise<T>): Promise<T>;
	/** Advances the clock until the condition holds. Returns the time that it took, ms; infinity if it is longer than the limit. */
	timeUntil(condition: () => boolean, limitMs: number): Promise<number>;
	/** Texts that an honest node shows. */
	texts(index: number): string[];
}

export async function createAttackRoom(seed: number, nodes: number): Promise<AttackRoom> {
	const keys = await deriveRoomKeys({room: 'room'});
	const world = createWorld(quietScenario(seed, nodes), keys);
	const random = createSeededRandom(seed);
	await world.play();

	function life(index: number): Life {
		const found = world.nodes[index]?.life;
		if (!found) throw new Error(`node ${index} does not run`);
		return found;
	}

	async function settle<T>(promise: Promise<T>): Promise<T> {
		let isSettled = false;
		const settled = promise.finally(() => {
			isSettled = true;
		});
		settled.catch(() => {});
		await world.clock.advanceUntil(() => isSettled, 60_000);
		return settled;
	}

	return {
		world,
		keys,
		random,
		life,
		settle,
		addHost: number => world.network.addHost(`attackers ${number}`, addressOf(nodes + 1 + number, false)),
		connect(host, to, options) {
			return settle(
				connectMalicious({
					transport: host.createTransport({psk: keys.psk, identity: keys.pskIdentity, port: TCP_PORT}),
					host: addressOf(to, false),
					port: TCP_PORT,
					keys,
					now: () => host.clock.now(),
					key: createPeerKey(random.bytes(32)),
					...options,
				}),
			);
		},
		async timeUntil(condition, limitMs) {
			const start = world.clock.monotonic();
			const held = await world.clock.advanceUntil(condition, limitMs);
			return held ? world.clock.monotonic() - start : Number.POSITIVE_INFINITY;
		},
		texts: index => life(index).events.flatMap(event => (event.type === 'posted' ? [event.text] : [])),
	};
}
