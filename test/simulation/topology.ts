/**
 * Rooms in which not all nodes can reach each other: a chain, a star, a ring, and a room with one link that only IPv6
 * link-local addresses use. A node ends only when a test ends it, so the test knows which presence rows are correct.
 */
import type {FeedEvent} from '../../source/core/event.js';
import {deriveRoomKeys} from '../../source/feed/room-keys.js';
import {type Life, peerOf} from './node.js';
import type {Scenario} from './scenario.js';
import {createWorld, type World} from './world.js';

export type Shape = 'chain' | 'star' | 'ring';

/** Whether two nodes of a shape are neighbours. */
function isNeighbour(shape: Shape, nodes: number, a: number, b: number): boolean {
	if (shape === 'star') return a === 0 || b === 0;
	const distance = Math.abs(a - b);
	return distance === 1 || (shape === 'ring' && distance === nodes - 1);
}

function quietScenario(shape: Shape, nodes: number, latencyMs: number, seed = nodes): Scenario {
	const pairs = Array.from({length: nodes}, (_, from) => from).flatMap(from =>
		Array.from({length: nodes - from - 1}, (_, index) => ({from, to: from + index + 1, how: 'cut' as const})),
	);
	return {
		seed,
		nodes,
		hasSecret: false,
		calm: true,
		scattered: false,
		dualHomed: false,
		sharedBucket: false,
		skews: Array.from({length: nodes}, () => 0),
		latencyMs,
		jitterMs: seed === nodes ? 0 : latencyMs / 2,
		datagramLoss: 0,
		datagramDuplication: 0,
		filter: 'none',
		limitedPairs: pairs.filter(({from, to}) => !isNeighbour(shape, nodes, from, to)),
		steps: [],
		until: 0,
	};
}

/**
 * Nodes 0 and 1 are on different IPv4 subnets and share a cable with link-local addresses. The other two nodes are on both
 * subnets.
 */
const LINK_LOCAL_PAIR: readonly (readonly string[])[] = [
	['10.1.1.1', 'fe80::1:1%cable'],
	['10.1.2.2', 'fe80::1:2%cable'],
	['10.1.1.3', '10.1.2.3'],
	['10.1.1.4', '10.1.2.4'],
];

export interface Topology {
	readonly world: World;
	/** Running process of a node. */
	life(index: number): Life;
	/** Launches all nodes, half a second apart, and waits 10 s, in which the history reaches all of them. */
	start(): Promise<void>;
	/** Cuts or restores the link between two nodes. Open connections between them stall while it is cut. */
	setLink(a: number, b: number, isOpen: boolean): void;
	/** Whether each of two nodes has a connection to the other one. */
	areConnected(a: number, b: number): boolean;
	/** All `lost` and `returned` events in the room so far: the author's index, the kind, and the subject's index. */
	presence(): string[];
	/** Rows `lost` and `returned` in the timeline of a node. */
	rows(index: number): number;
}

/** `seed`: chooses the delays. By default the latency is constant. */
export function createTopology(shape: Shape, nodes: number, latencyMs = 2, seed = nodes): Promise<Topology> {
	return play(quietScenario(shape, nodes, latencyMs, seed));
}

/** Four nodes that are all connected to each other. Nodes 0 and 1 are connected by link-local addresses only. */
export function createLinkLocalTopology(): Promise<Topology> {
	const everybody = quietScenario('star', LINK_LOCAL_PAIR.length, 2);
	return play({...everybody, limitedPairs: [], addresses: LINK_LOCAL_PAIR});
}

async function play(scenario: Scenario): Promise<Topology> {
	const world = createWorld(scenario, await deriveRoomKeys({room: 'room'}));
	await world.play();

	function life(index: number): Life {
		const found = world.nodes[index]?.life;
		if (!found) throw new Error(`node ${index} does not run`);
		return found;
	}

	const indexOf = (peer: string) => world.nodes.findIndex(({lives}) => lives.some(one => peerOf(one) === peer));

	function isPresence(event: FeedEvent): event is FeedEvent & {readonly type: 'lost' | 'returned'} {
		return event.type === 'lost' || event.type === 'returned';
	}

	return {
		world,
		life,
		async start() {
			for (const node of world.nodes) {
				node.launch();
				await world.clock.advance(500);
			}
			await world.clock.advance(10_000);
		},
		setLink(a, b, isOpen) {
			const names = [`host ${a}`, `host ${b}`] as const;
			if (isOpen) world.network.heal(...names);
			else world.network.cut(...names);
		},
		areConnected: (a, b) =>
			world.recorder.connectedTo(life(a)).includes(life(b)) && world.recorder.connectedTo(life(b)).includes(life(a)),
		presence() {
			const found = new Map<string, string>();
			for (const node of world.nodes)
				for (const event of node.lives.flatMap(({events}) => events.filter(isPresence))) {
					const about = event.type === 'lost' ? ` ${indexOf(event.subject)}` : '';
					found.set(`${event.peer}:${event.seq}`, `${indexOf(event.peer)} ${event.type}${about}`);
				}
			return [...found.values()];
		},
		rows(index) {
			const {timeline} = life(index).chatNode.store.getState();
			return timeline.pages.flat().filter(row => row.type === 'lost' || row.type === 'returned').length;
		},
	};
}
