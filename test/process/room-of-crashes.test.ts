/**
 * Kills and restarts random nodes of a chatting room with a secret. A restarted node continues its interrupted log.
 * P2PCHAT_LONG=1: 20 nodes for three minutes instead of 6 for ten seconds, and 100 simultaneous starts of pairs
 * instead of 5.
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
const environment = {P2PCHAT_SECRET: 'a secret of the room'};
const SETTLE_MS = 120_000;

interface Participant {
	readonly name: string;
	readonly home: string;
	node: RunningNode | undefined;
	isReady: boolean;
}

const isReady = ({type}: Line) => type === 'ready';
const peerOf = (node: RunningNode): string => node.lines.find(isReady)?.peer;
/**
 * Events except losses. If two nodes report the same loss, the JSON lines contain the first report and the timeline the
 * report of the observer with the lower id.
 */
const comparableEvents = (node: RunningNode) => node.events().filter(({kind}) => kind !== 'lost');

/** Event ids in timeline order. */
function orderOf(node: RunningNode): string {
	return comparableEvents(node)
		.sort((a, b) => (a.order < b.order ? -1 : 1))
		.map(({id}) => id)
		.join();
}

/** Authors of events whose processes do not run any more and who are not reported as lost yet. */
function unreportedPeers(node: RunningNode, running: ReadonlySet<string>): string[] {
	const events = node.events();
	const lost = new Set(events.filter(({kind}) => kind === 'lost').map(({subject}) => subject));
	return [...new Set(events.map(({peer}) => peer))].filter(peer => !running.has(peer) && !lost.has(peer));
}

async function start(participant: Participant, port: number): Promise<void> {
	const {home, name} = participant;
	const node = launchNode({home, port, name, environment});
	participant.node = node;
	await node.waitFor('ready', isReady, SETTLE_MS);
	participant.isReady = true;
}

async function kill(participant: Participant, shown: Set<string>): Promise<void> {
	const {node} = participant;
	if (!node) return;
	participant.node = undefined;
	participant.isReady = false;
	node.child.kill('SIGKILL');
	await node.result;
	for (const {id} of node.events()) shown.add(id);
}

/** The timeline of a log, and the last seq of each feed in it. */
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

test(`${NODES} nodes that are killed and restarted while they chat end with the same history, and no event is missing`, {
	timeout: CHAT_MS + 2 * SETTLE_MS,
}, async () => {
	const random = createSeededRandom(isLong ? Date.now() : 1);
	const port = await findFreeUdpPort();
	const participants = Array.from({length: NODES}, (_, index): Participant => {
		return {name: `Participant ${index}`, home: makeHome(), node: undefined, isReady: false};
	});
	const shown = new Set<string>();
	await Promise.all(participants.map(participant => start(participant, port)));
	const returning = new Set<Promise<void>>();
	let [posts, kills] = [0, 0];
	const end = performance.now() + CHAT_MS;
	for (let killAt = performance.now(); performance.now() < end; await delay(POST_EVERY_MS)) {
		const here = participants.filter(participant => participant.isReady);
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
	const nodes = participants.map(({node}) => node as RunningNode);
	for (const [index, node] of nodes.entries()) node.post(`the end ${index}`);
	const isEnd = ({kind, text}: Line) => kind === 'posted' && text.startsWith('the end ');
	for (const node of nodes)
		await node.waitUntil('the last post of every node', lines => lines.filter(isEnd).length === NODES, SETTLE_MS);
	const deadline = performance.now() + SETTLE_MS;
	const isUnequal = () => new Set(nodes.map(orderOf)).size > 1;
	while (isUnequal() && performance.now() < deadline) await delay(200);
	for (const node of nodes) expect(orderOf(node)).toBe(orderOf(nodes[0] as RunningNode));
	for (const node of nodes) expect(new Set(node.events().map(({id}) => id)).size).toBe(node.events().length);
	expect(listConnections(nodes.map(({pid}) => pid))).toHaveLength((NODES * (NODES - 1)) / 2);
	// A killed peer is reported lost within seconds, or within a minute if all nodes that saw it were killed too.
	const running = new Set(nodes.map(peerOf));
	const allReported = () => nodes.every(node => unreportedPeers(node, running).length === 0);
	while (isLong && !allReported() && performance.now() < deadline) await delay(200);
	if (isLong) expect(nodes.flatMap(node => unreportedPeers(node, running))).toEqual([]);
	await delay(LOST_GRACE_MS + 2 * LOST_RANK_STEP_MS);
	const paths = nodes.map(({lines}) => lines.find(isReady)?.log);
	await Promise.all(participants.map(participant => kill(participant, shown)));
	const logs = await Promise.all(participants.map(({home}, index) => readLog(paths[index], home)));
	const [first] = logs;
	for (const {timeline, feeds} of logs) {
		expect(timeline).toEqual(first?.timeline);
		expect([...feeds].sort()).toEqual([...(first?.feeds ?? [])].sort());
	}

	const isLogged = (id: string) => Number(id.split(':')[1]) <= (first?.feeds.get(id.split(':')[0] ?? '') ?? 0);
	expect([...shown].filter(id => !isLogged(id))).toEqual([]);
	console.log(
		`${NODES} nodes, ${kills} kills, ${posts} posts: ${first?.timeline.length} rows in each log, none of ${shown.size} printed events missing`,
	);
});

test(`${PAIRS} pairs that start at the same moment see each other and keep one connection`, {
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
