/** Scenario of a run: nodes, steps and faults. The seed determines all of it before the run begins. */
import {createSeededRandom} from '../helpers/seeded-random.js';
import {chooseFinalPhase} from './final-phase.js';
import {chooseFollowUps, chooseLimitedPairs, chooseSkews, chooseStep, endOfStep} from './scenario-choices.js';

/** Step of a scenario. `at` is in ms after the start. Nodes are named by index. */
export type Step = {readonly at: number} & (
	| {readonly type: 'post'; readonly node: number; readonly count: number; readonly bytes: number}
	| {readonly type: 'rename'; readonly node: number}
	| {readonly type: 'join'; readonly node: number}
	| {readonly type: 'leave'; readonly node: number}
	| {readonly type: 'crash'; readonly node: number; readonly how: 'killed' | 'power'}
	/** Breaks the connections of a pair. `newest`: only the last one of them. */
	| {readonly type: 'reset'; readonly node: number; readonly other: number; readonly which: 'all' | 'newest'}
	| {readonly type: 'readdress'; readonly node: number}
	/** Dials a peer that may already be connected, so that a pair has two connections under traffic. */
	| {readonly type: 'redial'; readonly node: number; readonly other: number}
	| {readonly type: 'clock'; readonly node: number; readonly skewMs: number}
	/** Delivers old beacons again, from another source address. */
	| {readonly type: 'replay'; readonly node: number}
	/** Sends unrequested history of a third peer on every connection. */
	| {readonly type: 'unrequested'; readonly node: number}
	/**
	 * Waits until the node sends a certain message, then makes the node act once. `post`: after its next inventory
	 * (`have`), the node posts. `redial`: after a request for history, it opens another connection to the peer that it
	 * asked. `break`: it posts, then breaks its second connection to a peer before that peer knows of the connection.
	 */
	| {readonly type: 'trigger'; readonly node: number; readonly action: 'post' | 'redial' | 'break'}
	/** A fault with a duration: see `Fault`. */
	| {readonly type: 'fault'; readonly fault: Fault; readonly ms: number}
);

/** Fault with a duration. */
export type Fault =
	| {readonly type: 'freeze'; readonly node: number}
	/** Suspends all nodes at once, as when one machine that runs them all sleeps. */
	| {readonly type: 'sleep'}
	| {readonly type: 'unplug'; readonly node: number}
	| {readonly type: 'cut'; readonly from: number; readonly to: number; readonly both: boolean}
	| {readonly type: 'partition'; readonly side: readonly number[]}
	| {readonly type: 'slow'; readonly node: number; readonly bytesPerSecond: number}
	/** Answers no request for history. */
	| {readonly type: 'unresponsive'; readonly node: number}
	/** Sends an inventory that claims more of every feed than exists. */
	| {readonly type: 'exaggerate'; readonly node: number}
	/** Breaks all connections between two nodes and drops new ones in both directions. Beacons pass. */
	| {readonly type: 'blocked'; readonly from: number; readonly to: number}
	| {readonly type: 'firewall'; readonly from: number; readonly to: number; readonly how: 'dropped' | 'refused'};

/** Complete description of a run. */
export interface Scenario {
	readonly seed: number;
	readonly nodes: number;
	readonly hasSecret: boolean;
	/** Whether the scenario contains no fault that can make a running node look lost. */
	readonly calm: boolean;
	/** Whether every host has its own subnet, so that beacons reach nobody. */
	readonly scattered: boolean;
	/** Whether every host is on two networks, of which the first drops connections. */
	readonly dualHomed: boolean;
	/** Addresses of each host. Without this field, the other fields decide the addresses. */
	readonly addresses?: readonly (readonly string[])[];
	/** Whether all peer ids begin with the same byte, so that all feeds share one digest bucket. */
	readonly sharedBucket: boolean;
	/** Clock of each node minus true time, ms. */
	readonly skews: readonly number[];
	readonly latencyMs: number;
	readonly jitterMs: number;
	readonly datagramLoss: number;
	readonly datagramDuplication: number;
	readonly filter: 'none' | 'broadcast' | 'multicast';
	/** Pairs with a limited link. Every node can still be connected to node 0. */
	readonly limitedPairs: readonly LimitedPair[];
	readonly steps: readonly Step[];
	/** When the last fault ends, ms. */
	readonly until: number;
}

/** Largest clock error of a node during the scenario, ms. */
export function worstSkew({skews, steps}: Scenario, node: number): number {
	const set = steps.flatMap(one => (one.type === 'clock' && one.node === node ? [one.skewMs] : []));
	return Math.max(...[skews[node] ?? 0, ...set].map(Math.abs));
}

/** Whether two nodes can never reach each other. */
export function isCut({limitedPairs}: Scenario, a: number, b: number): boolean {
	return limitedPairs.some(
		({from, to, how}) => how === 'cut' && ((from === a && to === b) || (from === b && to === a)),
	);
}

/** Pair of nodes whose link is limited for the whole scenario. */
export interface LimitedPair {
	readonly from: number;
	readonly to: number;
	/**
	 * `cut`: nothing passes. `one-way`: no connection can be opened in this direction. `no-beacon`: broadcast and multicast do
	 * not pass either. `far`: the direct link is slower than a relay by other nodes.
	 */
	readonly how: 'cut' | 'one-way' | 'no-beacon' | 'far';
}

/** Creates the scenario of a seed with `low` to `high` nodes. */
export function createScenario(seed: number, {low, high}: {readonly low: number; readonly high: number}): Scenario {
	const random = createSeededRandom(seed);
	const nodes = random.between(low, high);
	const calm = random.chance(0.35);
	const scattered = random.chance(nodes === 2 ? 0.3 : 0.1);
	const span = random.pick([10_000, 30_000, 90_000]);
	const steps: Step[] = [];
	const together = random.chance(0.5);
	for (let node = 0; node < nodes; node++)
		steps.push({type: 'join', node, at: together ? random.between(0, 20) : random.between(0, span / 2)});
	const count = random.between(5, 25 + nodes);
	for (let index = 0; index < count; index++) {
		const step = chooseStep(random, nodes, random.between(500, span), calm);
		steps.push(step, ...chooseFollowUps(random, step, nodes, calm));
	}
	steps.sort((a, b) => a.at - b.at);
	const sharedBucket = random.chance(0.25);
	const limitedPairs = chooseLimitedPairs(random, nodes, calm);
	const dualHomed = !calm && !scattered && limitedPairs.length === 0 && random.chance(0.1);
	const over = Math.max(span, ...steps.map(endOfStep));
	steps.push(...chooseFinalPhase(random, {nodes, limitedPairs, calm, scattered, sharedBucket}, over + 1000));
	return {
		seed,
		nodes,
		calm,
		hasSecret: random.chance(0.3),
		scattered,
		dualHomed,
		sharedBucket,
		skews: chooseSkews(random, nodes, calm),
		latencyMs: random.pick(nodes === 2 ? [5, 40, 300] : [1, 1, 5, 40, 300]),
		// With two networks, the beacon on the first network must always arrive first.
		jitterMs: dualHomed ? 0 : random.pick([0, 1, 30]),
		datagramLoss: dualHomed ? 0 : random.pick([0, 0, 0.1, 0.5]),
		datagramDuplication: random.pick([0, 0.1]),
		filter: random.pick(['none', 'none', 'broadcast', 'multicast']),
		limitedPairs,
		steps,
		until: Math.max(span, ...steps.map(endOfStep)),
	};
}
