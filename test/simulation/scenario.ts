/** One seed, one history: who is there, what they do, what goes wrong, all decided before the run begins. */
import {createSeededRandom, type SeededRandom} from '../helpers/seeded-random.js';

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
	| {readonly type: 'firewall'; readonly from: number; readonly to: number; readonly how: 'dropped' | 'refused'};

export interface Scenario {
	readonly seed: number;
	readonly nodes: number;
	readonly hasSecret: boolean;
	/** `calm`: nothing that could make a living node look lost. */
	readonly calm: boolean;
	/** Every host on a subnet of its own: beacons reach nobody. */
	readonly scattered: boolean;
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

export interface Apart {
	readonly from: number;
	readonly to: number;
	/** `one-way`: no connection can be opened in this direction. `unheard`: nor does a beacon pass to all. */
	readonly how: 'cut' | 'one-way' | 'unheard';
}

const HOUR_MS = 3_600_000;

function chooseSkew(random: SeededRandom): number {
	if (random.chance(0.6)) return 0;
	if (random.chance(0.7)) return random.between(-20_000, 20_000);
	return random.between(-HOUR_MS, HOUR_MS);
}

function chooseFault(random: SeededRandom, nodes: number, calm: boolean): {fault: Fault; ms: number} {
	const node = random.between(0, nodes - 1);
	const other = (node + random.between(1, nodes - 1)) % nodes;
	const slow: Fault = {type: 'slow', node, bytesPerSecond: random.between(2000, 60_000)};
	if (calm) {
		if (random.chance(0.2)) return {fault: {type: 'sleep'}, ms: random.between(3000, 60_000)};
		if (random.chance(0.2)) return {fault: {type: 'mute', node}, ms: random.between(1000, 60_000)};
		if (random.chance(0.5)) return {fault: {type: 'freeze', node}, ms: random.between(100, 4000)};
		if (random.chance(0.5))
			return {fault: {type: 'cut', from: node, to: other, both: true}, ms: random.between(100, 5000)};
		return {fault: {type: 'firewall', from: node, to: other, how: 'dropped'}, ms: random.between(1000, 20_000)};
	}
	const ms = random.pick([random.between(200, 3000), random.between(3000, 20_000), random.between(20_000, 75_000)]);
	switch (random.between(0, 7)) {
		case 0:
			return {fault: {type: 'freeze', node}, ms: Math.min(ms, 40_000)};
		case 1:
			return {fault: {type: 'unplug', node}, ms};
		case 2:
			return {fault: {type: 'cut', from: node, to: other, both: true}, ms};
		case 3:
			return {fault: {type: 'cut', from: node, to: other, both: false}, ms};
		case 4: {
			const side = Array.from({length: nodes}, (_, index) => index).filter(() => random.chance(0.5));
			return {fault: {type: 'partition', side}, ms};
		}
		case 5:
			return {fault: slow, ms};
		case 6:
			return {fault: {type: 'mute', node}, ms};
		default:
			return {fault: {type: 'firewall', from: node, to: other, how: random.pick(['dropped', 'refused'])}, ms};
	}
}

function chooseHappening(random: SeededRandom, nodes: number, at: number, calm: boolean): Happening {
	const node = random.between(0, nodes - 1);
	const dice = random.fraction();
	if (dice < 0.45) {
		const many = random.chance(0.15);
		return {
			type: 'post',
			node,
			at,
			count: many ? random.between(5, 120) : 1,
			bytes: random.chance(0.1) ? random.between(500, 9000) : 20,
		};
	}
	if (dice < 0.5) return {type: 'rename', node, at};
	if (dice < 0.56) return {type: 'leave', node, at};
	if (dice < 0.64) return {type: 'crash', node, at, how: random.pick(['killed', 'power'])};
	if (dice < 0.72) return {type: 'join', node, at};
	const other = (node + random.between(1, nodes - 1)) % nodes;
	if (dice < 0.77) return {type: 'reset', node, other, which: 'all', at};
	if (dice < 0.83) return {type: 'redial', node, other, at};
	if (!calm && dice < 0.84) return {type: 'readdress', node, at};
	if (!calm && dice < 0.86) return {type: 'clock', node, skewMs: chooseSkew(random), at};
	return {type: 'fault', at, ...chooseFault(random, nodes, calm)};
}

function chooseApart(random: SeededRandom, nodes: number): Scenario['apart'] {
	if (random.chance(0.15)) return [{from: random.between(1, nodes - 1), to: 0, how: 'unheard'}];
	if (nodes < 3 || random.chance(0.75)) return [];
	const pairs: Apart[] = [];
	for (let from = 1; from < nodes; from++)
		for (let to = from + 1; to < nodes; to++)
			if (random.chance(0.15)) pairs.push({from, to, how: random.pick(['cut', 'one-way'])});
	return pairs;
}

/** What both ends say while a second connection comes up, which may break before the first is closed. */
function chooseAround(random: SeededRandom, happening: Happening): Happening[] {
	if (happening.type !== 'redial') return [];
	const {node, other, at} = happening;
	const soon = () => at + random.between(0, 1500);
	const posts = Array.from({length: 6}, (): Happening => {
		return {type: 'post', node: random.pick([node, other]), at: soon(), count: 1, bytes: 20};
	});
	return random.chance(0.5) ? [...posts, {type: 'reset', node, other, which: 'newest', at: soon()}] : posts;
}

export function createScenario(seed: number, {low, high}: {readonly low: number; readonly high: number}): Scenario {
	const random = createSeededRandom(seed);
	const nodes = random.between(low, high);
	const calm = random.chance(0.35);
	const span = random.pick([10_000, 30_000, 90_000]);
	const happenings: Happening[] = [];
	const together = random.chance(0.5);
	for (let node = 0; node < nodes; node++)
		happenings.push({type: 'join', node, at: together ? random.between(0, 20) : random.between(0, span / 2)});
	const count = random.between(5, 25 + nodes);
	for (let index = 0; index < count; index++) {
		const happening = chooseHappening(random, nodes, random.between(500, span), calm);
		happenings.push(happening, ...chooseAround(random, happening));
	}
	happenings.sort((a, b) => a.at - b.at);
	const skewed = random.chance(0.6);
	const skews = Array.from({length: nodes}, () => (skewed ? chooseSkew(random) : 0));
	if (!calm && nodes > 3 && random.chance(0.1)) skews[nodes - 1] = random.pick([-48, 48]) * HOUR_MS;
	const ends = happenings.map(one => one.at + (one.type === 'fault' ? one.ms : 0));
	return {
		seed,
		nodes,
		calm,
		hasSecret: random.chance(0.3),
		scattered: random.chance(0.1),
		skews,
		latencyMs: random.pick([1, 1, 5, 40, 300]),
		jitterMs: random.pick([0, 1, 30]),
		datagramLoss: random.pick([0, 0, 0.1, 0.5]),
		datagramDuplication: random.pick([0, 0.1]),
		filter: random.pick(['none', 'none', 'broadcast', 'multicast']),
		apart: chooseApart(random, nodes),
		happenings,
		until: Math.max(span, ...ends),
	};
}
