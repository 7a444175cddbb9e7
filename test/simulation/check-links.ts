/**
 * Checks of connections: one connection for each pair of nodes, disconnects, acknowledgements, goodbyes and digests.
 */

import {lastSeq} from '../../source/core/batch.js';
import type {PeerId} from '../../source/core/event.js';
import type {State} from '../../source/core/state.js';
import {type Life, peerOf, type SimulatedNode} from './node.js';
import {isCut} from './scenario.js';
import type {World} from './world.js';

const QUIET_MS = 2000;
/**
 * Codes of the protocol faults that are allowed in every room, because a cut link or a stalled process can cause them.
 */
const EXPECTED_FAULTS = /^hello-timeout/;
/** Expected faults in rooms where a node sends unrequested history and is banned. */
const EXPECTED_FAULTS_WITH_UNREQUESTED = /^(hello-timeout|unasked|barred)/;
/** Maximum time from a hello to the digest, ms. */
const DIGEST_MS = 1000;

/** Each pair of running nodes has exactly one connection, or none if the pair is cut. */
export function checkConnections(world: World, running: readonly SimulatedNode[]): string[] {
	const faults: string[] = [];
	for (const node of running) {
		const open = new Map<string, number>();
		for (const {remoteAddress} of node.life!.traffic.open.keys())
			open.set(remoteAddress, (open.get(remoteAddress) ?? 0) + 1);
		for (const other of running) {
			if (other === node) continue;
			const count = other.host.addresses.reduce((sum, address) => sum + (open.get(address) ?? 0), 0);
			const expected = isCut(world.scenario, node.index, other.index) ? 0 : 1;
			for (const address of other.host.addresses) open.delete(address);
			if (count !== expected)
				faults.push(`node ${node.index}: ${count} connections to node ${other.index}, expected ${expected}`);
		}
		for (const [address, count] of open)
			faults.push(`node ${node.index}: ${count} connections to ${address}, which no node uses`);
	}
	return faults;
}

/** Every connected peer has acknowledged our own events, and none acknowledges more than exist. */
export function checkDelivery(name: string, state: State, life: Life): string[] {
	const own = peerOf(life);
	const seq = life.disk.records.reduce(
		(last, record) => (record.type === 'batch' && record.batch.peer === own ? lastSeq(record.batch) : last),
		0,
	);
	const beyond = Object.entries(state.ephemeral.delivered).filter(([, held]) => held > seq);
	if (beyond.length > 0)
		return beyond.map(([peer, held]) => `${name}: ${peer.slice(0, 6)} is shown as holding ${held} of ${seq}`);
	return Object.keys(state.ephemeral.links)
		.filter(peer => (state.ephemeral.delivered[peer as PeerId] ?? 0) < seq)
		.map(
			peer =>
				`${name}: ${peer.slice(0, 6)} holds ${state.ephemeral.delivered[peer as PeerId]} of our ${seq} events, by its acknowledgement`,
		);
}

/** A peer's `left` event arrives before its goodbye, unless other events were in flight. */
export function checkLeftBeforeGoodbye(name: string, {disk: {records}, events}: Life): string[] {
	const ends = new Map(events.flatMap(event => (event.type === 'left' ? [[event.peer, event.seq] as const] : [])));
	const held = new Map<PeerId, {readonly seq: number; readonly at: number}>();
	/**
	 * Last held seq of each feed at its author's goodbye, if no event of the feed had arrived in the QUIET_MS before
	 * the goodbye.
	 */
	const heldAtGoodbye = new Map<PeerId, number>();
	const faults = new Set<string>();
	for (const record of records) {
		if (record.type === 'batch') {
			const {peer} = record.batch;
			const seq = lastSeq(record.batch);
			if (heldAtGoodbye.get(peer) === seq - 1 && ends.get(peer) === seq)
				faults.add(`${name}: the last event of ${peer.slice(0, 6)} arrived after its goodbye`);
			held.set(peer, {seq, at: record.loggedAt});
		} else if (record.type === 'observation' && record.observation.type === 'peer-disconnected') {
			const {subject, reason, peer: own} = record.observation;
			const last = held.get(subject);
			// When this node leaves, its peers answer its `bye` with a `bye` of their own. The check ignores these answers.
			const isOurs = (held.get(own)?.seq ?? 0) >= (ends.get(own) ?? Number.POSITIVE_INFINITY);
			if (reason === 'leaving' && !isOurs && last && record.loggedAt - last.at > QUIET_MS)
				heldAtGoodbye.set(subject, last.seq);
		} else if (record.type === 'observation' && record.observation.type === 'launched') {
			// After a restart, events that others wrote while the node was down arrive late, so earlier goodbyes no longer
			// count.
			heldAtGoodbye.clear();
			for (const [peer, {seq}] of held) held.set(peer, {seq, at: record.loggedAt});
		}
	}
	return [...faults];
}

/** Nodes disconnect a peer for a protocol fault only if the scenario contains such a fault. */
export function checkDisconnects(name: string, life: Life, world: World): string[] {
	const hasUnrequested = world.scenario.steps.some(({type}) => type === 'unrequested');
	return life.faults
		.filter(fault => !(hasUnrequested ? EXPECTED_FAULTS_WITH_UNREQUESTED : EXPECTED_FAULTS).test(fault))
		.map(fault => `${name}: disconnected an honest peer: ${fault}`);
}

/** Both ends of a new connection send a digest at once (architecture.md, invariant 5). */
export function checkDigests(world: World): string[] {
	const faults = new Set<string>();
	const now = world.clock.monotonic();
	for (const {life, helloAt, digests, closedAt, unrequestedAt} of world.recorder.ends) {
		if (unrequestedAt !== undefined && closedAt === undefined)
			faults.add(`node ${life.index}: sent unrequested history and was not disconnected`);
		if (helloAt === undefined) continue;
		const until = digests[0] ?? closedAt ?? now;
		const isStalled = world.nodes[life.index]?.stalls.some(({from, to}) => from <= until && to >= helloAt);
		if (until - helloAt > DIGEST_MS && !isStalled)
			faults.add(`node ${life.index}: sent no digest within ${DIGEST_MS} ms after a hello`);
	}
	return [...faults];
}
