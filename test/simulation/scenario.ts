/** One seed, one history: who is there, what they do, what goes wrong, all decided before the run begins. */
import {createSeededRandom} from '../helpers/seeded-random.js';
import {chooseApart, chooseAround, chooseHappening, chooseSkews, endOf} from './choose.js';
import {chooseEpilogue} from './epilogue.js';

/** What happens at a moment, ms after the start. Nodes are named by index. */
export type Happening = {readonly at: number} & (
	| {readonly type: 'post'; readonly node: number; readonly count: number; readonly bytes: number}
	| {readonly type: 'rename'; readonly node: number}
	| {readonly type: 'join'; readonly node: number}
	| {readonly type: 'leave'; readonly node: number}
	| {readonly type: 'crash'; readonly node: number; readonly how: 'killed' | 'power'}
	/** `newest`: of several connections of a pair, the last one only. */
	| {readonly type: 'reset'; readonly node: number; readonly other: number; readonly which: 'all' | 'newest'}
	| {readonly type: 'readdress'; readonly node: number}
	/** Dials somebody whom it may be connected to: two connections of a pair, under traffic. */
	| {readonly type: 'redial'; readonly node: number; readonly other: number}
	| {readonly type: 'clock'; readonly node: number; readonly skewMs: number}
	/** Somebody sends again, from elsewhere, what it heard of beacons before. */
	| {readonly type: 'replay'; readonly node: number}
	/** It sends everybody history of others that they did not ask for. */
	| {readonly type: 'unasked'; readonly node: number}
	/**
	 * `post`: right behind the next list it says. `redial`: when it asks for history, another connection to the same peer.
	 * `break`: it posts, and a second connection breaks, as soon as it knows it and the other end does not.
	 */
	| {readonly type: 'alert'; readonly node: number; readonly does: 'post' | 'redial' | 'break'}
	/** A fault that lasts: see `Fault`. */
	| {readonly type: 'fault'; readonly fault: Fault; readonly ms: number}
);

export type Fault =
	| {readonly type: 'freeze'; readonly node: number}
	/** Everybody at once: a host with all of them falls asleep. */
	| {readonly type: 'sleep'}
	| {readonly type: 'unplug'; readonly node: number}
	| {readonly type: 'cut'; readonly from: number; readonly to: number; readonly both: boolean}
	| {readonly type: 'partition'; readonly side: readonly number[]}
	| {readonly type: 'slow'; readonly node: number; readonly bytesPerSecond: number}
	/** It answers no question for history. */
	| {readonly type: 'mute'; readonly node: number}
	/** It says that it holds more than there is, of every feed. */
	| {readonly type: 'boast'; readonly node: number}
	/** All connections between two break, and no dial comes through in either direction; beacons do. */
	| {readonly type: 'blocked'; readonly from: number; readonly to: number}
	| {readonly type: 'firewall'; readonly from: number; readonly to: number; readonly how: 'dropped' | 'refused'};

export interface Scenario {
	readonly seed: number;
	readonly nodes: number;
	readonly hasSecret: boolean;
	/** `calm`: nothing that could make a living node look lost. */
	readonly calm: boolean;
	/** Every host on a subnet of its own: beacons reach nobody. */
	readonly scattered: boolean;
	/** Every host is on two networks, of which the first takes no connection. */
	readonly twoHomed: boolean;
	/** The ids of all peers begin alike. */
	readonly alike: boolean;
	/** Clock of each node minus true time, ms. */
	readonly skews: readonly number[];
	readonly latencyMs: number;
	readonly jitterMs: number;
	readonly datagramLoss: number;
	readonly datagramDuplication: number;
	readonly filter: 'none' | 'broadcast' | 'multicast';
	/** Pairs that never reach each other, or not in this direction; every node still can be connected to node 0. */
	readonly apart: readonly Apart[];
	readonly happenings: readonly Happening[];
	/** When the last fault ends, ms. */
	readonly until: number;
}

/** The furthest that the clock of a node ever is from true time, ms. */
export function worstSkew({skews, happenings}: Scenario, node: number): number {
	const set = happenings.flatMap(one => (one.type === 'clock' && one.node === node ? [one.skewMs] : []));
	return Math.max(...[skews[node] ?? 0, ...set].map(Math.abs));
}

/** These two never reach each other. */
export function isCut({apart}: Scenario, a: number, b: number): boolean {
	return apart.some(({from, to, how}) => how === 'cut' && ((from === a && to === b) || (from === b && to === a)));
}

export interface Apart {
	readonly from: number;
	readonly to: number;
	/**
	 * `one-way`: no connection can be opened in this direction. `unheard`: nor does a beacon pass to all. `far`: what others
	 * pass on is there before what one says to the other.
	 */
	readonly how: 'cut' | 'one-way' | 'unheard' | 'far';
}

export function createScenario(seed: number, {low, high}: {readonly low: number; readonly high: number}): Scenario {
	const random = createSeededRandom(seed);
	const nodes = random.between(low, high);
	const calm = random.chance(0.35);
	const scattered = random.chance(nodes === 2 ? 0.3 : 0.1);
	const span = random.pick([10_000, 30_000, 90_000]);
	const happenings: Happening[] = [];
	const together = random.chance(0.5);
	for (let node = 0; node < nodes; node++)
		happenings.push({type: 'join', node, at: together ? random.between(0, 20) : random.between(0, span / 2)});
	const count = random.between(5, 25 + nodes);
	for (let index = 0; index < count; index++) {
		const happening = chooseHappening(random, nodes, random.between(500, span), calm);
		happenings.push(happening, ...chooseAround(random, happening, nodes, calm));
	}
	happenings.sort((a, b) => a.at - b.at);
	const alike = random.chance(0.25);
	const apart = chooseApart(random, nodes, calm);
	const twoHomed = !calm && !scattered && apart.length === 0 && random.chance(0.1);
	const over = Math.max(span, ...happenings.map(endOf));
	happenings.push(...chooseEpilogue(random, {nodes, apart, calm, scattered, alike}, over + 1000));
	return {
		seed,
		nodes,
		calm,
		hasSecret: random.chance(0.3),
		scattered,
		twoHomed,
		alike,
		skews: chooseSkews(random, nodes, calm),
		latencyMs: random.pick(nodes === 2 ? [5, 40, 300] : [1, 1, 5, 40, 300]),
		// Of two networks the first one is always heard first.
		jitterMs: twoHomed ? 0 : random.pick([0, 1, 30]),
		datagramLoss: twoHomed ? 0 : random.pick([0, 0, 0.1, 0.5]),
		datagramDuplication: random.pick([0, 0.1]),
		filter: random.pick(['none', 'none', 'broadcast', 'multicast']),
		apart,
		happenings,
		until: Math.max(span, ...happenings.map(endOf)),
	};
}
