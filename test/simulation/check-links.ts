/** One connection for each pair, who was cut off, what was acknowledged, what was said before a goodbye. */

import type {PeerId} from '../../source/core/event.js';
import {lastSeq} from '../../source/core/event.js';
import type {State} from '../../source/core/state.js';
import {type Life, peerOf, type SimulatedNode} from './node.js';
import {isCut} from './scenario.js';
import type {World} from './world.js';

const QUIET_MS = 2000;
/** What a link that was cut or a process that stood still looks like. */
const EXCUSED = /^hello-timeout/;
/** And one who sent what nobody asked for, and comes back too soon. */
const EXCUSED_OF_LIARS = /^(hello-timeout|unasked|barred)/;
/** From a hello to what is said behind it. */
const GREETING_MS = 1000;

export function checkConnections(world: World, running: readonly SimulatedNode[]): string[] {
	const faults: string[] = [];
	for (const node of running) {
		const open = new Map<string, number>();
		for (const {remoteAddress} of node.life!.traffic.open.keys())
			open.set(remoteAddress, (open.get(remoteAddress) ?? 0) + 1);
		for (const other of running) {
			if (other === node) continue;
			const count = other.host.addresses.reduce((sum, address) => sum + (open.get(address) ?? 0), 0);
			const wanted = isCut(world.scenario, node.index, other.index) ? 0 : 1;
			for (const address of other.host.addresses) open.delete(address);
			if (count !== wanted)
				faults.push(`node ${node.index}: ${count} connections to node ${other.index}, not ${wanted}`);
		}
		for (const [address, count] of open)
			faults.push(`node ${node.index}: ${count} connections to ${address}, where nobody is`);
	}
	return faults;
}

/** Own words are acknowledged by everybody we are connected to. */
export function checkDelivery(name: string, state: State, life: Life): string[] {
	const own = peerOf(life);
	const seq = life.disk.records.reduce(
		(last, record) => (record.type === 'batch' && record.batch.peer === own ? lastSeq(record.batch) : last),
		0,
	);
	const beyond = Object.entries(state.ephemeral.delivered).filter(([, held]) => held > seq);
	if (beyond.length > 0)
		return beyond.map(([peer, held]) => `${name}: ${peer.slice(0, 6)} is said to hold ${held} of ${seq}`);
	return Object.keys(state.ephemeral.links)
		.filter(peer => (state.ephemeral.delivered[peer as PeerId] ?? 0) < seq)
		.map(peer => `${name}: ${peer.slice(0, 6)} holds ${state.ephemeral.delivered[peer as PeerId]} of ${seq}, they say`);
}

/** Who says goodbye has said all before: where nothing else was under way, its `left` is not learnt behind its goodbye. */
export function checkLastWords(name: string, {disk: {records}, events}: Life): string[] {
	const ends = new Map(events.flatMap(event => (event.type === 'left' ? [[event.peer, event.seq] as const] : [])));
	const held = new Map<PeerId, {readonly seq: number; readonly at: number}>();
	/** What was held of a feed, and had been for a while, when its author said goodbye. */
	const gone = new Map<PeerId, number>();
	const faults = new Set<string>();
	for (const record of records) {
		if (record.type === 'batch') {
			const {peer} = record.batch;
			const seq = lastSeq(record.batch);
			if (gone.get(peer) === seq - 1 && ends.get(peer) === seq)
				faults.add(`${name}: the last word of ${peer.slice(0, 6)} came after its goodbye`);
			held.set(peer, {seq, at: record.loggedAt});
		} else if (record.type === 'observation' && record.observation.type === 'peer-disconnected') {
			const {subject, reason, peer: own} = record.observation;
			const last = held.get(subject);
			// Who says goodbye itself is answered by one.
			const isOurs = (held.get(own)?.seq ?? 0) >= (ends.get(own) ?? Number.POSITIVE_INFINITY);
			if (reason === 'leaving' && !isOurs && last && record.loggedAt - last.at > QUIET_MS) gone.set(subject, last.seq);
		} else if (record.type === 'observation' && record.observation.type === 'launched') {
			// It was we who said goodbye, and what was said since then comes first.
			gone.clear();
			for (const [peer, {seq}] of held) held.set(peer, {seq, at: record.loggedAt});
		}
	}
	return [...faults];
}

/** Nobody is cut off but for what it did; who sends history that nobody asked for is. */
export function checkTrust(name: string, life: Life, world: World): string[] {
	const lied = world.scenario.happenings.some(({type}) => type === 'unasked');
	return life.faults
		.filter(fault => !(lied ? EXCUSED_OF_LIARS : EXCUSED).test(fault))
		.map(fault => `${name}: cut off an honest peer: ${fault}`);
}

/** On every connection both sides say at once what they hold (architecture.md, invariant 5). */
export function checkSaid(world: World): string[] {
	const faults = new Set<string>();
	const now = world.clock.monotonic();
	for (const {life, helloAt, digests, closedAt, unaskedAt} of world.heard.ends) {
		if (unaskedAt !== undefined && closedAt === undefined)
			faults.add(`node ${life.index}: sent history that nobody asked for, and was not cut off`);
		if (helloAt === undefined) continue;
		const until = digests[0] ?? closedAt ?? now;
		const stood = world.nodes[life.index]?.standstills.some(({from, to}) => from <= until && to >= helloAt);
		if (until - helloAt > GREETING_MS && !stood)
			faults.add(`node ${life.index}: did not say within ${GREETING_MS} ms of a hello what it holds`);
	}
	return [...faults];
}
