/** What must hold once everything has settled (design.md, 1 and 3). Each line returned is one broken promise. */
import {createHash} from 'node:crypto';
import type {PeerId} from '../../source/core/ids.js';
import {compareOrder} from '../../source/core/order.js';
import {findPeer} from '../../source/core/roster.js';
import type {State, TimelineEntry} from '../../source/core/state.js';
import {sliceTimeline} from '../../source/core/timeline.js';
import {type Life, peerOf, type SimulatedNode} from './node.js';
import type {World} from './world.js';

interface Feeds {
	/** Peer -> number of events and a hash over all of them. */
	readonly tips: ReadonlyMap<PeerId, string>;
	readonly bytes: number;
	readonly events: number;
	readonly faults: readonly string[];
}

/** What a log holds, read from its records alone. */
export function readFeeds(life: Life): Feeds {
	const entries = new Map<PeerId, Uint8Array[]>();
	const faults: string[] = [];
	for (const record of life.disk.records) {
		if (record.type !== 'batch') continue;
		const {peer, firstSeq} = record.batch;
		const held = entries.get(peer) ?? [];
		entries.set(peer, held);
		if (held.length + 1 !== firstSeq) faults.push(`its log has ${peer.slice(0, 6)}:${firstSeq} behind ${held.length}`);
		held.push(...record.batch.entries);
	}
	let bytes = 0;
	let events = 0;
	const tips = new Map<PeerId, string>();
	for (const [peer, list] of entries) {
		const hash = createHash('sha256');
		for (const entry of list) {
			hash.update(`${entry.length}:`).update(entry);
			bytes += entry.length;
		}
		events += list.length;
		tips.set(peer, `${list.length} ${hash.digest('hex').slice(0, 8)}`);
	}
	return {tips, bytes, events, faults};
}

function describe(row: TimelineEntry): string {
	const detail =
		row.type === 'lost'
			? ` ${row.subject.slice(0, 6)} ${row.absence}`
			: row.type === 'returned'
				? ` ${row.absence}`
				: '';
	return `${row.peer.slice(0, 6)}:${row.seq} ${row.type}${detail} ${row.ms}.${row.counter}`;
}

/** Rows that every node must show; what it saw itself is its own affair. */
function sharedRows({timeline, pending}: State): TimelineEntry[] {
	return [...sliceTimeline(timeline, 0, timeline.length), ...sliceTimeline(pending, 0, pending.length)].filter(
		row => row.seq > 0,
	);
}

function compareMaps(name: string, ours: ReadonlyMap<PeerId, string>, theirs: ReadonlyMap<PeerId, string>): string[] {
	const faults: string[] = [];
	for (const peer of new Set([...ours.keys(), ...theirs.keys()])) {
		if (ours.get(peer) === theirs.get(peer)) continue;
		faults.push(`${name}: feed ${peer.slice(0, 6)} is ${ours.get(peer)} here, ${theirs.get(peer)} at the first`);
	}
	return faults;
}

function compareRows(name: string, ours: readonly TimelineEntry[], theirs: readonly TimelineEntry[]): string[] {
	for (let index = 0; index < Math.max(ours.length, theirs.length); index++) {
		const [mine, other] = [ours[index], theirs[index]].map(row => (row ? describe(row) : 'nothing'));
		if (mine !== other)
			return [`${name}: row ${index} of ${ours.length} is ${mine} here, ${other} of ${theirs.length} at the first`];
	}
	return [];
}

function checkOrder(name: string, state: State): string[] {
	const rows = sliceTimeline(state.timeline, 0, state.timeline.length);
	const wrong = rows.findIndex((row, index) => index > 0 && compareOrder(rows[index - 1]!, row) >= 0);
	return wrong < 0 ? [] : [`${name}: row ${wrong} stands before ${wrong - 1}`];
}

/** How each life ended must be what the room says of it. */
function checkPresence(name: string, state: State, lives: readonly Life[], world: World): string[] {
	const faults: string[] = [];
	for (const life of lives) {
		if (!life.info) continue;
		const known = findPeer(state.roster, peerOf(life));
		if (!known?.joined) continue;
		const short = known.peer.slice(0, 6);
		const lost = known.lost[known.absences] !== undefined;
		const left = known.left !== undefined;
		if (life.state === 'running' && (lost || left))
			faults.push(`${name}: ${short} is here but ${left ? 'left' : 'lost'}`);
		if (life.state === 'crashed' && (left || !lost))
			faults.push(`${name}: ${short} crashed but is ${left ? 'left' : 'not lost'}`);
		if (life.state === 'left' && !left && !lost) faults.push(`${name}: ${short} left, which nobody says`);
		for (let absence = 0; absence < known.absences; absence++)
			if (!known.lost[absence] || !known.returned[absence])
				faults.push(`${name}: ${short} returned from ${absence} that nobody reported`);
		if (world.scenario.calm && life.state !== 'crashed' && Object.keys(known.lost).length > 0)
			faults.push(`${name}: ${short} never went but ${Object.keys(known.lost).length} times lost`);
	}
	return faults;
}

function isApart(world: World, a: number, b: number): boolean {
	return world.scenario.apart.some(
		({from, to, how}) => how === 'cut' && ((from === a && to === b) || (from === b && to === a)),
	);
}

function checkConnections(world: World, running: readonly SimulatedNode[]): string[] {
	const faults: string[] = [];
	for (const node of running) {
		const open = new Map<string, number>();
		for (const {remoteAddress} of node.life!.traffic.open) open.set(remoteAddress, (open.get(remoteAddress) ?? 0) + 1);
		for (const other of running) {
			if (other === node) continue;
			const count = other.host.addresses.reduce((sum, address) => sum + (open.get(address) ?? 0), 0);
			const wanted = isApart(world, node.index, other.index) ? 0 : 1;
			for (const address of other.host.addresses) open.delete(address);
			if (count !== wanted)
				faults.push(`node ${node.index}: ${count} connections to node ${other.index}, not ${wanted}`);
		}
		for (const [address, count] of open)
			faults.push(`node ${node.index}: ${count} connections to ${address}, where nobody is`);
	}
	return faults;
}

export function runningNodes(world: World): SimulatedNode[] {
	return world.nodes.filter(node => node.life?.state === 'running' && node.life.info);
}

/** Everything that must hold among those who run. Empty: all is well. */
export function findFaults(world: World): string[] {
	const running = runningNodes(world);
	const [first] = running;
	if (!first?.life) return [];
	const faults = checkConnections(world, running);
	const lives = world.nodes.flatMap(node => node.lives);
	const firstFeeds = readFeeds(first.life);
	const firstRows = sharedRows(first.life.session.store.getState());
	for (const node of running) {
		const life = node.life!;
		const name = `node ${node.index}`;
		const state = life.session.store.getState();
		const feeds = node === first ? firstFeeds : readFeeds(life);
		faults.push(...feeds.faults.map(fault => `${name}: ${fault}`));
		faults.push(...compareMaps(name, feeds.tips, firstFeeds.tips), ...compareRows(name, sharedRows(state), firstRows));
		faults.push(...checkOrder(name, state));
		if (running.length > 1) faults.push(...checkPresence(name, state, lives, world));
		for (const [id, count] of life.entered) if (count > 1) faults.push(`${name}: ${id} entered ${count} times`);
		const author = feeds.tips.get(peerOf(life));
		if (!author) faults.push(`${name}: its own feed is not in its log`);
	}
	return faults;
}
