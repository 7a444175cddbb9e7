/** Checks of traffic: bytes sent in total and bytes queued. */
import {MAX_FRAME_BYTES, MAX_QUEUED_BYTES} from '../../source/core/limits.js';
import {readFeeds} from './check-history.js';
import type {Life} from './node.js';
import type {World} from './world.js';

const EVENT_FRAME_BYTES = 250;
const HANDSHAKE_BYTES = 10_000;
const PERIODIC_BYTES_PER_SECOND = 100;
const HAVE_BYTES = 100;

/**
 * Upper bound of the bytes sent by all nodes. It allows two copies of the history for each process, hello and inventory for
 * each connection, periodic messages, and one `have` for each event and neighbour.
 */
export function sendingBound(world: World): number {
	const lives = world.nodes.flatMap(node => node.lives);
	const feeds = lives.length;
	let bound = 0;
	let history = 0;
	let events = 0;
	for (const life of lives) {
		const own = readFeeds(life);
		history = Math.max(history, own.bytes + own.events * EVENT_FRAME_BYTES);
		events = Math.max(events, own.events);
		bound += life.traffic.opened * (HANDSHAKE_BYTES + feeds * 150);
		const now = world.clock.monotonic();
		const openMs = life.traffic.openMs + [...life.traffic.open.values()].reduce((sum, since) => sum + now - since, 0);
		bound += (openMs / 1000) * PERIODIC_BYTES_PER_SECOND;
	}
	return bound + 2 * history * lives.length + events * HAVE_BYTES * lives.length * world.scenario.nodes;
}

/** Bytes sent by all processes of the run. */
export function sentBytes(world: World): number {
	return world.nodes.flatMap(node => node.lives).reduce((sum, life) => sum + life.traffic.sentBytes, 0);
}

/** The bytes sent in total stay below the bound. */
export function checkSending(world: World): string[] {
	const [sent, bound] = [sentBytes(world), sendingBound(world)];
	return sent > bound ? [`${sent} bytes sent in total, the bound is ${Math.round(bound)}`] : [];
}

/** The queue to a slow reader is bounded. The last push may exceed the bound by one frame. */
export function checkQueue(name: string, {traffic}: Life): string[] {
	return traffic.queuedBytes > MAX_QUEUED_BYTES + MAX_FRAME_BYTES
		? [`${name}: ${traffic.queuedBytes} bytes queued`]
		: [];
}
