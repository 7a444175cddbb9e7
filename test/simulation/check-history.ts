/** Checks of convergence: all nodes hold the same events in the same order, and the order respects causality. */
import {createHash} from 'node:crypto';
import {isEffect} from '../../source/core/effects.js';
import {eventId, type FeedEvent, type PeerId} from '../../source/core/event.js';
import {compareOrder} from '../../source/core/event-order.js';
import {MAX_HLC_AHEAD_MS} from '../../source/core/limits.js';
import {timelineWithAllLosses} from '../../source/core/presence-rows.js';
import type {State} from '../../source/core/state.js';
import type {TimelineEntry} from '../../source/core/timeline.js';
import {sliceTimeline} from '../../source/core/timeline.js';
import {type Life, peerOf} from './node.js';
import {worstSkew} from './scenario.js';
import type {World} from './world.js';

const HOUR_MS = 3_600_000;

interface Feeds {
	/** For each peer: the number of its events, and a hash over all of them. */
	readonly tips: ReadonlyMap<PeerId, string>;
	readonly bytes: number;
	readonly events: number;
	readonly faults: readonly string[];
}

/** Feeds of a log, computed only from its records. */
export function readFeeds(life: Life): Feeds {
	const entries = new Map<PeerId, Uint8Array[]>();
	const faults: string[] = [];
	for (const record of life.disk.records) {
		if (record.type !== 'batch') continue;
		const {peer, firstSeq} = record.batch;
		const held = entries.get(peer) ?? [];
		entries.set(peer, held);
		if (held.length + 1 !== firstSeq) faults.push(`its log has ${peer.slice(0, 6)}:${firstSeq} after ${held.length}`);
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

/**
 * Timeline rows that every node must show. Local observations are excluded. The `lost` events that repeat a row about our
 * own isolation are included, because other nodes have no such row.
 */
export function sharedRows(state: State): TimelineEntry[] {
	const {pending} = state;
	const timeline = timelineWithAllLosses(state);
	const rows = sliceTimeline(timeline, 0, timeline.length).filter(row => row.seq > 0);
	// The local clock decides which rows are held back. No node shows an effect as a row.
	const heldBack = sliceTimeline(pending, 0, pending.length).filter(row => !isEffect(row));
	return heldBack.length === 0 ? rows : [...rows, ...heldBack].sort(compareOrder);
}

/** Compares the feeds of a node with those of the first node. */
export function compareMaps(
	name: string,
	ours: ReadonlyMap<PeerId, string>,
	theirs: ReadonlyMap<PeerId, string>,
): string[] {
	const faults: string[] = [];
	for (const peer of new Set([...ours.keys(), ...theirs.keys()])) {
		if (ours.get(peer) === theirs.get(peer)) continue;
		faults.push(`${name}: feed ${peer.slice(0, 6)} is ${ours.get(peer)} here, ${theirs.get(peer)} on the first node`);
	}
	return faults;
}

/** Compares the timeline of a node with that of the first node. */
export function compareRows(name: string, ours: readonly TimelineEntry[], theirs: readonly TimelineEntry[]): string[] {
	for (let index = 0; index < Math.max(ours.length, theirs.length); index++) {
		const [mine, other] = [ours[index], theirs[index]].map(row => (row ? describe(row) : 'nothing'));
		if (mine !== other)
			return [
				`${name}: row ${index} of ${ours.length} is ${mine} here, ${other} of ${theirs.length} on the first node`,
			];
	}
	return [];
}

/** The timeline rows are strictly ascending in event order. */
export function checkOrder(name: string, state: State): string[] {
	const rows = sliceTimeline(state.timeline, 0, state.timeline.length);
	const wrong = rows.findIndex((row, index) => index > 0 && compareOrder(rows[index - 1]!, row) >= 0);
	return wrong < 0 ? [] : [`${name}: row ${wrong} sorts before row ${wrong - 1}`];
}

/**
 * An event sorts after every event that its author knew when the author wrote the event. Skipped if a clock is off by
 * more than an hour.
 */
export function checkCausality(name: string, life: Life, world: World): string[] {
	if (world.nodes.some(({index}) => worstSkew(world.scenario, index) > HOUR_MS)) return [];
	const own = peerOf(life);
	let newest: FeedEvent | undefined;
	for (const event of life.events) {
		if (newest && event.peer === own && compareOrder(newest, event) > 0)
			return [`${name}: its event ${event.seq} sorts before ${newest.peer.slice(0, 6)}:${newest.seq}, which it knew`];
		if (!newest || compareOrder(newest, event) < 0) newest = event;
	}
	return [];
}

/** Time after its first event in which a process may still lack connections to the others, ms. */
const CONNECTING_MS = 10_000;
/** Number of other nodes with correct clocks that a node needs to know that its own clock is right. */
const MIN_AGREEING = 2;

/**
 * A wrong clock does not move a nearly correct clock ahead, as long as enough other nodes with correct clocks run. A
 * node that is connected to only one other node, whose clock is far ahead, follows that clock on purpose. Neither node
 * can know which of the two clocks is wrong.
 */
export function checkClockDrag(life: Life, world: World): string[] {
	const nearlyRight = world.nodes
		.filter(({index}) => worstSkew(world.scenario, index) <= HOUR_MS)
		.flatMap(node => node.lives)
		.filter(one => one.info !== undefined);
	const authors = new Set(nearlyRight.map(peerOf));
	const dragged = life.events.find(
		event =>
			authors.has(event.peer) &&
			event.ms - event.at > MAX_HLC_AHEAD_MS + 1000 &&
			agreeingAt(nearlyRight, event) >= MIN_AGREEING,
	);
	return dragged
		? [`${dragged.peer.slice(0, 6)}:${dragged.seq} was written at ${dragged.at} with the dragged clock ${dragged.ms}`]
		: [];
}

/**
 * Number of other processes with nearly correct clocks that ran when the author wrote an event and had run for
 * CONNECTING_MS.
 */
function agreeingAt(nearlyRight: readonly Life[], {peer, seq}: FeedEvent): number {
	const author = nearlyRight.find(one => peerOf(one) === peer);
	const writtenAt = author?.appliedAt.get(eventId(peer, seq));
	if (writtenAt === undefined) return 0;
	return nearlyRight.filter(one => {
		const start = one.appliedAt.get(eventId(peerOf(one), 1));
		const end = one.departure?.at ?? one.crashedAt ?? Number.POSITIVE_INFINITY;
		return one !== author && start !== undefined && start + CONNECTING_MS < writtenAt && writtenAt < end;
	}).length;
}
