/**
 * Real processes in network namespaces, in rooms in which not all nodes can reach each other. Neighbours share a
 * network; other nodes receive each other's messages only through relays. `TOPOLOGY_MINUTES=10` runs the rooms longer.
 * The default is long enough to show what repeats each minute. The rooms run at the same time.
 */
import {describe, expect, it} from 'vitest';
import {createRoom, type RoomNode} from '../helpers/namespace-room.js';
import {namespacesAvailable} from '../helpers/namespaces.js';

const MINUTES = Number(process.env.TOPOLOGY_MINUTES ?? 1.3);

type Link = readonly [number, number];

const SHAPES: Readonly<Record<string, readonly Link[]>> = {
	chain: [0, 1, 2].map((from): Link => [from, from + 1]),
	star: [1, 2, 3, 4].map((to): Link => [0, to]),
	ring: [0, 1, 2, 3, 4].map((from): Link => [from, (from + 1) % 5]),
};

describe.skipIf(namespacesAvailable())('nodes that are connected to each other only through relays', () => {
	it.concurrent.each(Object.entries(SHAPES))(
		'nodes that are connected to each other only through relays are never reported as lost in a %s',
		{timeout: MINUTES * 60_000 + 120_000},
		async (_, links) => {
			const networks = links.map((_link, index) => `net${index}`);
			const room = createRoom(networks);
			try {
				const count = Math.max(...links.flat()) + 1;
				const nodes: RoomNode[] = [];
				for (let index = 0; index < count; index++) {
					const interfaces = links.flatMap((link, at) =>
						link.includes(index) ? [[`net${at}`, `10.77.${at}.${index + 1}/24`] as const] : [],
					);
					nodes.push(await room.start(room.host(`h${index}`, Object.fromEntries(interfaces)), `N${index}`));
				}
				nodes[0]?.post('to everybody');
				await room.until(
					'the post everywhere',
					() => nodes.every(node => node.timeline().some(row => row.includes('to everybody'))),
					60_000,
				);
				await new Promise(resolve => setTimeout(resolve, MINUTES * 60_000));
				for (const node of nodes)
					expect(
						node.presence().filter(row => /^(lost|returned|left)/.test(row)),
						node.name,
					).toEqual([]);
			} finally {
				await room.close();
			}
		},
	);
});
