/**
 * Rooms in which not all nodes can reach each other: a chain, a star and a ring. Every node stays up, apart from the steps of
 * a test, so each presence row can be compared with the truth. The nodes find each other by their targets only.
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

function quietScenario(shape: Shape, nodes: number, latencyMs: number): Scenario {
	const pairs = Array.from({length: nodes}, (_, from) => from).flatMap(from =>
		Array.from({length: nodes - from - 1}, (_, index) => ({from, to: from + index + 1, how: 'cut' as const})),
	);
	return {
		seed: nodes,
		nodes,
		hasSecret: false,
		calm: true,
		scattered: false,
		dualHomed: false,
		sharedBucket: false,
		skews: Array.from({length: nodes}, () => 0),
		latencyMs,
		jitterMs: 0,
		datagramLoss: 0,
		datagramDuplication: 0,
		filter: 'none',
		limitedPairs: pairs.filter(({from, to}) => !isNeighbour(shape, nodes, from, to)),
		steps: [],
		until: 0,
	};
}

export interface Topology {
	readonly world: World;
	/** Running process of a node. */
	life(index: number): Life;
	/** Launches all nodes, half a second apart, and waits until the history is everywhere. */
	start(): Promise<void>;
	/** Cuts or restores the link between two nodes. Open connections between them stall while it is cut. */
	setLink(a: number, b: number, isOpen: boolean): void;
	/** All `lost` and `returned` events in the room so far: the author's index, the kind, and the subject's index. */
	presence(): string[];
	/** Rows `lost` and `returned` in the timeline of a node. */
	rows(index: number): number;
}

export async function createTopology(shape: Shape, nodes: number, latencyMs = 2): Promise<Topology> {
	const world = createWorld(quietScenario(shape, nodes, latencyMs), await deriveRoomKeys({room: 'room'}));
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
