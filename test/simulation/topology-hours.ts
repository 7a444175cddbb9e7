/**
 * Chains, stars and rings of nodes that do not all see each other, for an hour of simulated time each. All nodes are up for
 * half of the time, and post now and then. Then one node that is no connection of others loses its power; later it starts
 * again. Every node must show one row about that loss and no other presence row. Arguments: number of seeds (3), simulated
 * minutes of a room (60).
 */
import {createTopology, type Shape} from './topology.js';

const MINUTE_MS = 60_000;
const ROOMS: readonly (readonly [Shape, number, number])[] = [
	['chain', 3, 2],
	['chain', 5, 2],
	['chain', 8, 300],
	['star', 6, 2],
	['star', 9, 100],
	['ring', 4, 2],
	['ring', 7, 300],
];
const [seeds = 3, minutes = 60] = process.argv.slice(2).map(Number);

/** Plays one room. Returns what is wrong. */
async function play([shape, nodes, latencyMs]: (typeof ROOMS)[number], seed: number): Promise<string[]> {
	const room = await createTopology(shape, nodes, latencyMs, 1000 + seed);
	const faults: string[] = [];
	await room.start();
	const half = minutes / 2;
	for (let minute = 0; minute < half; minute++) {
		room.life(minute % nodes).chatNode.post(`minute ${minute}`);
		await room.world.clock.advance(MINUTE_MS);
	}

	faults.push(...room.presence().map(line => `while all were up: ${line}`));
	const victim = nodes - 1;
	room.world.nodes[victim]?.host.crash('power');
	await room.world.clock.advance((half / 2) * MINUTE_MS);
	const node = room.world.nodes[victim];
	if (node) node.life = undefined;
	node?.host.restart();
	node?.launch();
	await room.world.clock.advance((half / 2) * MINUTE_MS);
	const about = room.presence().filter(line => line.endsWith(` lost ${victim}`));
	const others = room.presence().filter(line => !about.includes(line));
	if (about.length === 0) faults.push('nobody reported the crash');
	faults.push(...others.map(line => `not true: ${line}`));
	for (let index = 0; index < nodes; index++)
		if (room.rows(index) !== 1) faults.push(`node ${index} shows ${room.rows(index)} rows`);
	await room.world.stopAll();
	return faults;
}

let failed = 0;
for (const room of ROOMS)
	for (let seed = 1; seed <= seeds; seed++) {
		const started = performance.now();
		const faults = await play(room, seed);
		const [shape, nodes, latencyMs] = room;
		const seconds = ((performance.now() - started) / 1000).toFixed(1);
		console.log(
			`${shape} of ${nodes} nodes, ${latencyMs} ms, seed ${seed}, ${minutes} min: ${faults.join('; ') || 'one true row at each node, no other'} (${seconds} s)`,
		);
		if (faults.length > 0) failed += 1;
	}
process.exitCode = failed > 0 ? 1 : 0;
