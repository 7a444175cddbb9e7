/** Invariants that must hold once the room has settled. Each returned line describes one violation. */
import {
	checkCausality,
	checkClockDrag,
	checkOrder,
	compareMaps,
	compareRows,
	readFeeds,
	sharedRows,
} from './check-history.js';
import {
	checkConnections,
	checkDelivery,
	checkDigests,
	checkDisconnects,
	checkLeftBeforeGoodbye,
} from './check-links.js';
import {checkCalm, checkPresence} from './check-presence.js';
import {checkQueue, checkSending} from './check-sending.js';
import {checkEffects, describeEffects} from './effects.js';
import {peerOf, type SimulatedNode} from './node.js';
import type {World} from './world.js';

/** Nodes whose process runs and has started. */
export function runningNodes(world: World): SimulatedNode[] {
	return world.nodes.filter(node => node.life?.state === 'running' && node.life.info);
}

/** Whether all running nodes hold the same feeds. */
export function holdSameHistory(world: World): boolean {
	const [first, ...others] = runningNodes(world).map(node => readFeeds(node.life!).tips);
	return !first || others.every(tips => compareMaps('', tips, first).length === 0);
}

/** Invariants of every process, including those that ended. */
function checkAllProcesses({nodes}: World): string[] {
	return nodes.flatMap(({lives, unusedAddress}) =>
		lives.flatMap(({index, traffic, prematureReports}) => [
			...prematureReports.map(fault => `node ${index}: ${fault}`),
			...(traffic.dialled.has(unusedAddress) ? [`node ${index}: dialled the source address of a replayed beacon`] : []),
		]),
	);
}

/** Checks all invariants of the running nodes. The result is empty if no invariant is violated. */
export function findFaults(world: World): string[] {
	const running = runningNodes(world);
	const [first] = running;
	if (!first?.life) return [];
	const faults = [...checkConnections(world, running), ...checkSending(world), ...checkClockDrag(first.life, world)];
	faults.push(
		...checkDigests(world),
		...world.requestCheck.faults,
		...world.requestCheck.unanswered(),
		...checkAllProcesses(world),
	);
	const lives = world.nodes.flatMap(node => node.lives);
	const firstFeeds = readFeeds(first.life);
	const firstRows = sharedRows(first.life.chatNode.store.getState());
	const firstState = first.life.chatNode.store.getState();
	const firstEffects = firstState.pending.length > 0 ? undefined : describeEffects(firstState);
	for (const node of running) {
		const life = node.life!;
		const name = `node ${node.index}`;
		const state = life.chatNode.store.getState();
		const feeds = node === first ? firstFeeds : readFeeds(life);
		faults.push(...feeds.faults.map(fault => `${name}: ${fault}`));
		faults.push(...compareMaps(name, feeds.tips, firstFeeds.tips), ...compareRows(name, sharedRows(state), firstRows));
		faults.push(...checkOrder(name, state));
		if (faults.length === 0) faults.push(...checkEffects(name, life, state, firstEffects));
		if (running.length > 1) faults.push(...checkPresence(name, state, lives, world));
		for (const [id, count] of life.appliedCounts)
			if (count > 1) faults.push(`${name}: event ${id} was applied ${count} times`);
		const author = feeds.tips.get(peerOf(life));
		if (!author) faults.push(`${name}: its own feed is not in its log`);
		faults.push(...checkDelivery(name, state, life), ...checkCausality(name, life, world));
		faults.push(...checkLeftBeforeGoodbye(name, life), ...checkDisconnects(name, life, world));
		if (world.scenario.calm) faults.push(...checkCalm(name, life, lives, world));
		faults.push(...checkQueue(name, life));
	}
	return faults;
}
