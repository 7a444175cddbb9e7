/**
 * A room with a secret, where whoever comes back goes on in the log that was torn from it, whose nodes are killed and
 * started again, at random, while all chat. P2PCHAT_LONG=1: 20 nodes for three minutes instead of 6 for ten seconds, and
 * 100 simultaneous starts of pairs instead of 5.
 */
import {setTimeout as delay} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {LOST_GRACE_MS, LOST_RANK_STEP_MS} from '../../source/core/limits.js';
import {findFreeUdpPort, makeHome} from '../helpers/data-home.js';
import {type Line, launchNode, type RunningNode, runToEnd} from '../helpers/run-node.js';
import {createSeededRandom} from '../helpers/seeded-random.js';
import {listConnections} from '../helpers/sockets.js';

const isLong = process.env.P2PCHAT_LONG === '1';
const NODES = isLong ? 20 : 6;
const CHAT_MS = isLong ? 180_000 : 10_000;
const PAIRS = isLong ? 100 : 5;
const POST_EVERY_MS = 50;
const KILL_EVERY_MS = 900;
const environment = {P2PCHAT_SECRET: 'they all come back'};
const SETTLE_MS = 120_000;

interface Mortal {
	readonly name: string;
	readonly home: string;
	node: RunningNode | undefined;
	isReady: boolean;
}

const isReady = ({type}: Line) => type === 'ready';
const peerOf = (node: RunningNode): string => node.lines.find(isReady)?.peer;
/** What was said; of two who accuse the same peer a stream tells the one that came first, the timeline the lower one. */
const saidOf = (node: RunningNode) => node.events().filter(({kind}) => kind !== 'lost');

/** In the order of the room. */
function orderOf(node: RunningNode): string {
	return saidOf(node)
		.sort((a, b) => (a.order < b.order ? -1 : 1))
		.map(({id}) => id)
		.join();
}

/** Who spoke there, does not live, and was not called lost yet. */
function unmourned(node: RunningNode, living: ReadonlySet<string>): string[] {
	const events = node.events();
	const lost = new Set(events.filter(({kind}) => kind === 'lost').map(({subject}) => subject));
	return [...new Set(events.map(({peer}) => peer))].filter(peer => !living.has(peer) && !lost.has(peer));
}

async function start(mortal: Mortal, port: number): Promise<void> {
	const {home, name} = mortal;
	const node = launchNode({home, port, name, environment});
	mortal.node = node;
	await node.waitFor('ready', isReady, SETTLE_MS);
	mortal.isReady = true;
}

async function kill(mortal: Mortal, shown: Set<string>): Promise<void> {
	const {node} = mortal;
	if (!node) return;
	mortal.node = undefined;
	mortal.isReady = false;
	node.child.kill('SIGKILL');
	await node.result;
	for (const {id} of node.events()) shown.add(id);
}

/** The timeline of a log, and the last seq that it holds of each feed. */
async function readLog(log: string, home: string) {
	const {code, stdout} = await runToEnd(['export', log, '--format', 'jsonl'], {home});
	expect(code).toBe(0);
	const lines: Line[] = stdout
		.trim()
		.split('\n')
		.map(line => JSON.parse(line));
	const timeline = lines.filter(({type}) => type === 'event').map(({id}) => id);
	const feeds = new Map<string, number>();
	for (const {type, peer, lastSeq} of lines)
		if (type === 'batch') feeds.set(peer, Math.max(lastSeq, feeds.get(peer) ?? 0));
	return {timeline, feeds};
}

test(`${NODES} nodes that chat while any is killed and comes back end with the same history, and nothing is missing`, {
	timeout: CHAT_MS + 2 * SETTLE_MS,
}, async () => {
	const random = createSeededRandom(isLong ? Date.now() : 1);
	const port = await findFreeUdpPort();
	const mortals = Array.from({length: NODES}, (_, index): Mortal => {
		return {name: `Mortal ${index}`, home: makeHome(), node: undefined, isReady: false};
	});
	const shown = new Set<string>();
	await Promise.all(mortals.map(mortal => start(mortal, port)));
	const returning = new Set<Promise<void>>();
	let [posts, kills] = [0, 0];
	const end = performance.now() + CHAT_MS;
	for (let killAt = performance.now(); performance.now() < end; await delay(POST_EVERY_MS)) {
		const here = mortals.filter(mortal => mortal.isReady);
		const author = random.pick(here);
		author.node?.post(`${author.name} says ${posts++}`);
		if (performance.now() < killAt || here.length <= NODES / 2) continue;
		killAt = performance.now() + KILL_EVERY_MS;
		const victim = random.pick(here);
		const back = kill(victim, shown)
			.then(() => delay(random.between(0, 2000)))
			.then(() => start(victim, port))
			.finally(() => returning.delete(back));
		returning.add(back);
		kills++;
	}

	await Promise.all(returning);
	const nodes = mortals.map(({node}) => node as RunningNode);
	for (const [index, node] of nodes.entries()) node.post(`the end ${index}`);
	const isEnd = ({kind, text}: Line) => kind === 'posted' && text.startsWith('the end ');
	for (const node of nodes)
		await node.waitUntil('the last words of all', lines => lines.filter(isEnd).length === NODES, SETTLE_MS);
	const deadline = performance.now() + SETTLE_MS;
	const differ = () => new Set(nodes.map(orderOf)).size > 1;
	while (differ() && performance.now() < deadline) await delay(200);
	for (const node of nodes) expect(orderOf(node)).toBe(orderOf(nodes[0] as RunningNode));
	for (const node of nodes) expect(new Set(node.events().map(({id}) => id)).size).toBe(node.events().length);
	expect(listConnections(nodes.map(({pid}) => pid))).toHaveLength((NODES * (NODES - 1)) / 2);
	// Who was killed last is called lost some seconds later, whom only others saw that are dead as well after a minute.
	const living = new Set(nodes.map(peerOf));
	const isQuiet = () => nodes.every(node => unmourned(node, living).length === 0);
	while (isLong && !isQuiet() && performance.now() < deadline) await delay(200);
	if (isLong) expect(nodes.flatMap(node => unmourned(node, living))).toEqual([]);
	await delay(LOST_GRACE_MS + 2 * LOST_RANK_STEP_MS);
	const paths = nodes.map(({lines}) => lines.find(isReady)?.log);
	await Promise.all(mortals.map(mortal => kill(mortal, shown)));
	const logs = await Promise.all(mortals.map(({home}, index) => readLog(paths[index], home)));
	const [first] = logs;
	for (const {timeline, feeds} of logs) {
		expect(timeline).toEqual(first?.timeline);
		expect([...feeds].sort()).toEqual([...(first?.feeds ?? [])].sort());
	}

	const isHeld = (id: string) => Number(id.split(':')[1]) <= (first?.feeds.get(id.split(':')[0] ?? '') ?? 0);
	expect([...shown].filter(id => !isHeld(id))).toEqual([]);
	console.log(
		`${NODES} nodes, ${kills} kills, ${posts} posts: ${first?.timeline.length} rows in each log, none of ${shown.size} shown missing`,
	);
});

test(`${PAIRS} pairs that start at the same moment see each other and hold one connection`, {
	timeout: 30_000 + PAIRS * 5000,
}, async () => {
	const times: number[] = [];
	for (let pair = 0; pair < PAIRS; pair++) {
		const port = await findFreeUdpPort();
		const nodes = ['Ann', 'Bob'].map(name => launchNode({home: makeHome(), port, name}));
		await Promise.all(nodes.map(node => node.waitFor('ready', isReady)));
		const ready = performance.now();
		const [a, b] = nodes as [RunningNode, RunningNode];
		const sees = (other: RunningNode) => (line: Line) =>
			line.type === 'peer' && line.status === 'connected' && line.peer === peerOf(other);
		await Promise.all([a.waitFor('Bob', sees(b)), b.waitFor('Ann', sees(a))]);
		times.push(performance.now() - ready);
		expect(listConnections(nodes.map(({pid}) => pid))).toHaveLength(1);
		for (const node of nodes) node.child.kill('SIGKILL');
		await Promise.all(nodes.map(node => node.result));
	}

	times.sort((x, y) => x - y);
	const at = (part: number) => Math.round(times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0);
	console.log(`${PAIRS} pairs, ms until both see each other: p50 ${at(0.5)}, p95 ${at(0.95)}, slowest ${at(1)}`);
});
