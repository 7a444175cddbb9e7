/** What must hold once everything has settled (design.md, 1 and 3). Each line returned is one broken promise. */
import {createHash} from 'node:crypto';
import {lastSeq} from '../../source/core/batch.js';
import type {FeedEvent} from '../../source/core/event.js';
import type {PeerId} from '../../source/core/ids.js';
import {MAX_FRAME_BYTES, MAX_HLC_AHEAD_MS, MAX_QUEUED_BYTES} from '../../source/core/limits.js';
import {compareOrder} from '../../source/core/order.js';
import {findPeer} from '../../source/core/roster.js';
import type {State, TimelineEntry} from '../../source/core/state.js';
import {sliceTimeline} from '../../source/core/timeline.js';
import {type Life, peerOf, type SimulatedNode} from './node.js';
import type {World} from './world.js';

const EVENT_FRAME_BYTES = 250;
const GREETING_BYTES = 10_000;
const CADENCE_BYTES_PER_SECOND = 100;
const HAVE_BYTES = 100;
const QUIET_MS = 2000;
const FORMING_MS = 5000;
/** What a link that was cut or a process that stood still looks like. */
const EXCUSED = /^hello-timeout/;

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
	const rows = sliceTimeline(timeline, 0, timeline.length).filter(row => row.seq > 0);
	// What waits for its time depends on the clock of who looks.
	return pending.length === 0 ? rows : [...rows, ...sliceTimeline(pending, 0, pending.length)].sort(compareOrder);
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
		// One that crashes while it leaves may have said so before.
		const saidLeft = life.events.some(event => event.type === 'left' && event.peer === known.peer);
		if (life.state === 'crashed' && (left ? !saidLeft : !lost))
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
		for (const {remoteAddress} of node.life!.traffic.open.keys())
			open.set(remoteAddress, (open.get(remoteAddress) ?? 0) + 1);
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

/** What an author had learnt before it wrote stands before it. Where all clocks are within an hour, nothing is left out. */
function checkCausality(name: string, life: Life, world: World): string[] {
	if (world.scenario.skews.some(skew => Math.abs(skew) > 3_600_000)) return [];
	const own = peerOf(life);
	let newest: FeedEvent | undefined;
	for (const event of life.events) {
		if (newest && event.peer === own && compareOrder(newest, event) > 0)
			return [`${name}: its event ${event.seq} stands before ${newest.peer.slice(0, 6)}:${newest.seq}, which it knew`];
		if (!newest || compareOrder(newest, event) < 0) newest = event;
	}
	return [];
}

/** Own words are acknowledged by everybody we are connected to. */
function checkDelivery(name: string, state: State, life: Life): string[] {
	const own = peerOf(life);
	const seq = life.disk.records.reduce(
		(last, record) => (record.type === 'batch' && record.batch.peer === own ? lastSeq(record.batch) : last),
		0,
	);
	return Object.keys(state.passing.links)
		.filter(peer => (state.passing.delivered[peer as PeerId] ?? 0) < seq)
		.map(peer => `${name}: ${peer.slice(0, 6)} holds ${state.passing.delivered[peer as PeerId]} of ${seq}, they say`);
}

/** Who says goodbye has said all before: where nothing else was under way, its `left` is not learnt behind its goodbye. */
function checkLastWords(name: string, {disk: {records}}: Life): string[] {
	const held = new Map<PeerId, {readonly seq: number; readonly at: number}>();
	/** What was held of a feed, and had been for a while, when its author said goodbye. */
	const gone = new Map<PeerId, number>();
	const faults = new Set<string>();
	for (const record of records) {
		if (record.type === 'batch') {
			const {peer} = record.batch;
			const seq = lastSeq(record.batch);
			if (gone.get(peer) === seq - 1)
				faults.add(`${name}: the last word of ${peer.slice(0, 6)} came after its goodbye`);
			held.set(peer, {seq, at: record.loggedAt});
		} else if (record.type === 'observation' && record.observation.type === 'peer-disconnected') {
			const {subject, reason} = record.observation;
			const last = held.get(subject);
			if (reason === 'leaving' && last && record.loggedAt - last.at > QUIET_MS) gone.set(subject, last.seq);
		} else if (record.type === 'observation' && record.observation.type === 'launched') {
			// It was we who said goodbye.
			gone.clear();
		}
	}
	return [...faults];
}

/** Nobody here lies or floods. */
function checkTrust(name: string, life: Life): string[] {
	return life.faults.filter(fault => !EXCUSED.test(fault)).map(fault => `${name}: cut off an honest peer: ${fault}`);
}

/** While connections come up, two may not know that both saw a third vanish. */
function isForming(world: World, subject: PeerId): boolean {
	const node = world.nodes.find(({lives}) => lives.some(({info}) => info?.peer === subject));
	const {happenings} = world.scenario;
	const ends = happenings.filter(one => one.type === 'crash' && one.node === node?.index);
	return ends.some(({at}) => happenings.some(one => one.type === 'join' && one.at <= at && at - one.at < FORMING_MS));
}

/** Where nothing happened that could silence a living peer, nobody was given up, and one accuser was enough. */
function checkCalm(name: string, life: Life, lives: readonly Life[], world: World): string[] {
	const faults: string[] = [];
	const here = new Set(lives.filter(other => other.info && other.state === 'running').map(peerOf));
	for (const record of life.disk.records) {
		if (record.type !== 'observation' || record.observation.type !== 'peer-disconnected') continue;
		const {subject, reason} = record.observation;
		if (reason.startsWith('nothing heard') && here.has(subject)) faults.push(`${name}: gave up ${subject.slice(0, 6)}`);
		if (reason === 'duplicate') faults.push(`${name}: no connection to ${subject.slice(0, 6)} was left of two`);
	}
	const accusers = new Map<string, number>();
	for (const event of life.events) {
		if (event.type !== 'lost') continue;
		if (isForming(world, event.subject)) continue;
		const key = `${event.subject.slice(0, 6)} ${event.absence}`;
		accusers.set(key, (accusers.get(key) ?? 0) + 1);
	}
	for (const [key, count] of accusers)
		if (count > 2) faults.push(`${name}: ${count} accusers of ${key} among ${world.scenario.nodes}`);
	return faults;
}

/** A clock that is right, or wrong by less than a day, is not dragged along by one that is not. */
function checkDrag(life: Life, world: World): string[] {
	const nearlyRight = world.nodes.filter(({index}) => Math.abs(world.scenario.skews[index] ?? 0) <= 3_600_000);
	const authors = new Set(nearlyRight.flatMap(node => node.lives).flatMap(one => one.info?.peer ?? []));
	const dragged = life.events.find(event => authors.has(event.peer) && event.ms - event.at > MAX_HLC_AHEAD_MS + 1000);
	return dragged
		? [`${dragged.peer.slice(0, 6)}:${dragged.seq} was dragged to ${dragged.ms}, written at ${dragged.at}`]
		: [];
}

/**
 * What may be sent in all: two copies of everything to everybody, greetings and comparisons for each connection, a
 * cadence, and what is told of each event to each neighbour.
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
		bound += life.traffic.opened * (GREETING_BYTES + feeds * 150);
		const now = world.clock.monotonic();
		const openMs = life.traffic.openMs + [...life.traffic.open.values()].reduce((sum, since) => sum + now - since, 0);
		bound += (openMs / 1000) * CADENCE_BYTES_PER_SECOND;
	}
	return bound + 2 * history * lives.length + events * HAVE_BYTES * lives.length * world.scenario.nodes;
}

export function sentBytes(world: World): number {
	return world.nodes.flatMap(node => node.lives).reduce((sum, life) => sum + life.traffic.sentBytes, 0);
}

function checkSending(world: World): string[] {
	const [sent, bound] = [sentBytes(world), sendingBound(world)];
	return sent > bound ? [`${sent} bytes sent in all, more than ${Math.round(bound)}`] : [];
}

export function runningNodes(world: World): SimulatedNode[] {
	return world.nodes.filter(node => node.life?.state === 'running' && node.life.info);
}

/** Whether all who run hold the same of every feed. */
export function holdSameHistory(world: World): boolean {
	const [first, ...others] = runningNodes(world).map(node => readFeeds(node.life!).tips);
	return !first || others.every(tips => compareMaps('', tips, first).length === 0);
}

/** Everything that must hold among those who run. Empty: all is well. */
export function findFaults(world: World): string[] {
	const running = runningNodes(world);
	const [first] = running;
	if (!first?.life) return [];
	const faults = [...checkConnections(world, running), ...checkSending(world), ...checkDrag(first.life, world)];
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
		faults.push(...checkDelivery(name, state, life), ...checkCausality(name, life, world));
		faults.push(...checkLastWords(name, life), ...checkTrust(name, life));
		if (world.scenario.calm) faults.push(...checkCalm(name, life, lives, world));
		if (life.traffic.queuedBytes > MAX_QUEUED_BYTES + 2 * MAX_FRAME_BYTES)
			faults.push(`${name}: ${life.traffic.queuedBytes} bytes waited`);
	}
	return faults;
}
