/**
 * State = reduce(log), one `produce` a call. Rows do not depend on the order in which records are learnt: a record either
 * is a row by itself, or changes a peer's record, from which its presence rows follow (presence-rows.ts).
 */
import {produce} from 'immer';
import type {FeedEvent, Input} from './event.js';
import {type Gathering, gatherEvents, gatherObservation, startGathering} from './gather.js';
import type {PeerId} from './ids.js';
import {MAX_HLC_AHEAD_MS} from './limits.js';
import {compareOrder, type OrderKey} from './order.js';
import {presenceRows} from './presence-rows.js';
import {endConnections, initialPassing, notePosts, reducePassing} from './reduce-passing.js';
import {createRosterPeer, emptyRoster, findPeer, setPeer} from './roster.js';
import {withLaunch} from './roster-peer.js';
import type {State, TimelineEntry} from './state.js';
import {
	dropFirst,
	emptyTimeline,
	entryAt,
	hasEntry,
	insertEntries,
	removeEntry,
	sliceTimeline,
	type Timeline,
} from './timeline.js';
import type {Writable} from './writable.js';

export const initialState: State = {
	launches: {},
	timeline: emptyTimeline,
	roster: emptyRoster,
	pending: emptyTimeline,
	hidden: emptyTimeline,
	learnt: 0,
	loggedAt: 0,
	passing: initialPassing,
};

/** In total order, sorted only if need be: most runs come sorted. */
function inOrder<T extends OrderKey>(entries: T[]): T[] {
	for (let index = 1; index < entries.length; index++) {
		const before = entries[index - 1];
		const entry = entries[index];
		if (before && entry && compareOrder(before, entry) > 0) return entries.sort(compareOrder);
	}
	return entries;
}

/** Counts each unreadable entry once, however often it comes. */
function reduceHidden(gathering: Gathering): Timeline {
	const {state, peers} = gathering;
	let last: FeedEvent | undefined;
	for (const event of inOrder(gathering.hidden)) {
		if ((last && compareOrder(last, event) === 0) || hasEntry(state.hidden, event)) continue;
		last = event;
		const known = peers.get(event.peer) ?? findPeer(state.roster, event.peer) ?? createRosterPeer(event.peer);
		peers.set(event.peer, {...known, unreadable: known.unreadable + 1});
	}
	return insertEntries(state.hidden, gathering.hidden);
}

/** Writes the peers that changed; adds their new rows to those gathered and returns the rows that are void now. */
function reducePeers(roster: Writable<State['roster']>, gathering: Gathering): TimelineEntry[] {
	const {state, launch, launches} = gathering;
	const removed: TimelineEntry[] = [];
	for (const peer of gathering.peers.values()) {
		const old = findPeer(state.roster, peer.peer);
		const known = withLaunch(peer, launch?.peer);
		if (known !== old) setPeer(roster, known);
		const before = presenceRows(old, state.launches);
		const after = presenceRows(known, launches);
		const kept = new Set(after);
		for (const row of before) if (!kept.delete(row)) removed.push(row);
		gathering.rows.push(...kept);
	}
	return removed;
}

/** Rows that have become due, and what still waits. */
function releasePending(pending: Timeline, isDue: (row: TimelineEntry) => boolean, all: boolean) {
	if (all) {
		const rows = sliceTimeline(pending, 0, pending.length);
		const waiting = rows.filter(row => !isDue(row));
		return {due: rows.filter(isDue), waiting: insertEntries(emptyTimeline, waiting)};
	}
	const due: TimelineEntry[] = [];
	for (let row = entryAt(pending, 0); row && isDue(row); row = entryAt(pending, due.length)) due.push(row);
	return {due, waiting: dropFirst(pending, due.length)};
}

/** Puts rows where they belong: the timeline, or those that wait because their time is too far ahead. */
function placeRows(
	gathering: Gathering,
	removed: readonly TimelineEntry[],
	now: number,
): Pick<State, 'timeline' | 'pending'> {
	const {state, launches} = gathering;
	let {timeline, pending} = state;
	for (const row of removed) {
		timeline = removeEntry(timeline, row);
		pending = removeEntry(pending, row);
	}
	const limit = Math.max(gathering.loggedAt, now) + MAX_HLC_AHEAD_MS;
	const isDue = (row: TimelineEntry) => row.ms <= limit || launches[row.peer] !== undefined;
	if (pending.length > 0) {
		const {due, waiting} = releasePending(pending, isDue, launches !== state.launches);
		pending = waiting;
		for (const row of due) gathering.rows.push(row);
	}
	const rows = inOrder(gathering.rows);
	if (rows.every(isDue)) return {timeline: insertEntries(timeline, rows), pending};
	return {
		timeline: insertEntries(timeline, rows.filter(isDue)),
		pending: insertEntries(
			pending,
			rows.filter(row => !isDue(row)),
		),
	};
}

function reduceInput(draft: Writable<State>, gathering: Gathering, input: Input): void {
	switch (input.type) {
		case 'events':
			gatherEvents(gathering, input);
			if (input.live) notePosts(draft.passing, input.events, gathering.launch?.peer);
			break;
		case 'observed': {
			const before: PeerId | undefined = gathering.launch?.peer;
			gatherObservation(gathering, input);
			if (gathering.launch?.peer !== before) endConnections(draft.passing);
			break;
		}
		case 'passing':
			reducePassing(draft.passing, input.fact);
			break;
		default:
			input satisfies never;
	}
}

/** The state after the inputs, taken in their order. Unchanged parts keep their identity. */
export function reduceInputs(state: State, inputs: readonly Input[]): State {
	if (inputs.length === 0) return state;
	return produce(state, (draft: Writable<State>) => {
		const gathering = startGathering(state);
		for (const input of inputs) reduceInput(draft, gathering, input);
		draft.learnt = gathering.learnt;
		draft.loggedAt = gathering.loggedAt;
		if (gathering.launch !== undefined && gathering.launch !== state.launch) draft.launch = gathering.launch;
		if (gathering.launches !== state.launches) draft.launches = gathering.launches;
		if (gathering.hidden.length > 0) draft.hidden = reduceHidden(gathering);
		const removed = gathering.peers.size > 0 ? reducePeers(draft.roster, gathering) : [];
		const {timeline, pending} = placeRows(gathering, removed, draft.passing.now);
		draft.timeline = timeline;
		draft.pending = pending;
	});
}
