/** What must hold once everything has settled (design.md, 1 and 3). Each line returned is one broken promise. */
import {
	checkCausality,
	checkDrag,
	checkOrder,
	compareMaps,
	compareRows,
	readFeeds,
	sharedRows,
} from './check-history.js';
import {checkConnections, checkDelivery, checkLastWords, checkSaid, checkTrust} from './check-links.js';
import {checkCalm, checkPresence} from './check-presence.js';
import {checkQueue, checkSending} from './check-sending.js';
import {peerOf, type SimulatedNode} from './node.js';
import type {World} from './world.js';

export function runningNodes(world: World): SimulatedNode[] {
	return world.nodes.filter(node => node.life?.state === 'running' && node.life.info);
}

/** Whether all who run hold the same of every feed. */
export function holdSameHistory(world: World): boolean {
	const [first, ...others] = runningNodes(world).map(node => readFeeds(node.life!).tips);
	return !first || others.every(tips => compareMaps('', tips, first).length === 0);
}

/** What no life may ever have done, however it ended. */
function checkEver({nodes}: World): string[] {
	return nodes.flatMap(({lives, falseHost}) =>
		lives.flatMap(({index, traffic, hasty}) => [
			...hasty.map(fault => `node ${index}: ${fault}`),
			...(traffic.dialled.has(falseHost) ? [`node ${index}: dialled where a beacon was sent again from`] : []),
		]),
	);
}

/** Everything that must hold among those who run. Empty: all is well. */
export function findFaults(world: World): string[] {
	const running = runningNodes(world);
	const [first] = running;
	if (!first?.life) return [];
	const faults = [...checkConnections(world, running), ...checkSending(world), ...checkDrag(first.life, world)];
	faults.push(...checkSaid(world), ...world.asking.faults, ...world.asking.unanswered(), ...checkEver(world));
	const lives = world.nodes.flatMap(node => node.lives);
	const firstFeeds = readFeeds(first.life);
	const firstRows = sharedRows(first.life.chatNode.store.getState());
	for (const node of running) {
		const life = node.life!;
		const name = `node ${node.index}`;
		const state = life.chatNode.store.getState();
		const feeds = node === first ? firstFeeds : readFeeds(life);
		faults.push(...feeds.faults.map(fault => `${name}: ${fault}`));
		faults.push(...compareMaps(name, feeds.tips, firstFeeds.tips), ...compareRows(name, sharedRows(state), firstRows));
		faults.push(...checkOrder(name, state));
		if (running.length > 1) faults.push(...checkPresence(name, state, lives, world));
		for (const [id, count] of life.entered) if (count > 1) faults.push(`${name}: ${id} entered ${count} times`);
		const author = feeds.tips.get(peerOf(life));
		if (!author) faults.push(`${name}: its own feed is not in its log`);
		faults.push(...checkDelivery(name, state, life), ...checkCausality(name, life, world));
		faults.push(...checkLastWords(name, life), ...checkTrust(name, life, world));
		if (world.scenario.calm) faults.push(...checkCalm(name, life, lives, world));
		faults.push(...checkQueue(name, life));
	}
	return faults;
}
