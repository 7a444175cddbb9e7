/**
 * The reducer: state = reduce(log), with one Immer `produce` for each call.
 *
 * Timeline rows do not depend on the order in which log records arrive. A log record is either a row itself or
 * changes the roster record of a peer. The presence rows of a peer are a function of its roster record
 * (presence-rows.ts).
 */
import {produce} from 'immer';
import {
	type CollectedChanges,
	collectEvents,
	collectObservation,
	createChanges,
	finishReports,
} from './collect-changes.js';
import {isEffect, noEffects, withEffects} from './effects.js';
import type {FeedEvent, Input, PeerId} from './event.js';
import {compareOrder, type OrderKey} from './event-order.js';
import {changeHearsay, emptyHearsay} from './hearsay.js';
import {MAX_HLC_AHEAD_MS} from './limits.js';
import {listPresenceRows} from './presence-rows.js';
import {applyLivePosts, clearConnections, initialEphemeral, reduceEphemeral} from './reduce-ephemeral.js';
import {createRosterPeer, emptyRoster, findPeer, listPeers, setPeer, withCurrentLaunch} from './roster.js';
import type {State, Writable} from './state.js';
import {
	dropFirst,
	emptyTimeline,
	entryAt,
	hasEntry,
	insertEntries,
	removeEntry,
	sliceTimeline,
	type Timeline,
	type TimelineEntry,
} from './timeline.js';

export const initialState: State = {
	launches: {},
	timeline: emptyTimeline,
	effects: noEffects,
	roster: emptyRoster,
	hearsay: emptyHearsay,
	pending: emptyTimeline,
	unreadable: emptyTimeline,
	recordCount: 0,
	memoryBytes: 0,
	loggedAt: 0,
	ephemeral: initialEphemeral,
};

/** State after applying the inputs in their order. Unchanged parts of the state stay the same objects. */
export function reduceInputs(state: State, inputs: readonly Input[]): State {
	if (inputs.length === 0) return state;
	return produce(state, (draft: Writable<State>) => {
		const changes = createChanges(state);
		for (const input of inputs) reduceInput(draft, changes, input);
		draft.recordCount = changes.recordCount;
		draft.memoryBytes = changes.memoryBytes;
		draft.loggedAt = changes.loggedAt;
		if (changes.launch !== undefined && changes.launch !== state.launch) draft.launch = changes.launch;
		if (changes.launches !== state.launches) draft.launches = changes.launches;
		finishReports(changes);
		draft.hearsay = changeHearsay(state.hearsay, changes.newPeers, [...changes.hearsay.values()].flat());
		if (changes.unreadable.length > 0) draft.unreadable = reduceUnreadable(changes);
		const removed = changes.peers.size > 0 ? reducePeers(draft.roster, changes) : [];
		const {timeline, effects, pending} = placeRows(changes, removed, draft.ephemeral.now);
		draft.timeline = timeline;
		draft.effects = effects;
		draft.pending = pending;
	});
}

function reduceInput(draft: Writable<State>, changes: CollectedChanges, input: Input): void {
	switch (input.type) {
		case 'events':
			collectEvents(changes, input);
			if (input.live)
				applyLivePosts(draft.ephemeral, input.events, changes.launch?.peer, () => listUnreported(changes));
			break;
		case 'observed': {
			const before: PeerId | undefined = changes.launch?.peer;
			collectObservation(changes, input);
			if (changes.launch?.peer !== before) clearConnections(draft.ephemeral);
			break;
		}
		case 'ephemeral':
			reduceEphemeral(draft.ephemeral, input.event);
			break;
		default:
			input satisfies never;
	}
}

/**
 * Peers that were connected in this launch and that no timeline row reports as absent yet. Their connection may have
 * ended already.
 */
function listUnreported({state, peers, launch}: CollectedChanges): PeerId[] {
	const unreported: PeerId[] = [];
	const unchanged = listPeers(state.roster).filter(({peer}) => !peers.has(peer));
	for (const known of [...peers.values(), ...unchanged]) {
		const contact = launch && known.contacts[launch.peer];
		if (!contact?.lastConnected || known.left || known.lost[known.absences]) continue;
		const isolation = known.isolations.at(-1);
		if (!isolation || compareOrder(isolation, contact.lastConnected) < 0) unreported.push(known.peer);
	}
	return unreported;
}

/** Sorts entries by timeline order, in place. First checks whether they are sorted already, which they usually are. */
function sortIfNeeded<T extends OrderKey>(entries: T[]): T[] {
	for (let index = 1; index < entries.length; index++) {
		const before = entries[index - 1];
		const entry = entries[index];
		if (before && entry && compareOrder(before, entry) > 0) return entries.sort(compareOrder);
	}
	return entries;
}

/**
 * Adds entries that could not be decoded to the known ones, and counts them for their authors. Each entry is counted
 * once, even if it arrives again.
 */
function reduceUnreadable(changes: CollectedChanges): Timeline {
	const {state, peers} = changes;
	let last: FeedEvent | undefined;
	for (const event of sortIfNeeded(changes.unreadable)) {
		if ((last && compareOrder(last, event) === 0) || hasEntry(state.unreadable, event)) continue;
		last = event;
		const known = peers.get(event.peer) ?? findPeer(state.roster, event.peer) ?? createRosterPeer(event.peer);
		peers.set(event.peer, {...known, unreadableCount: known.unreadableCount + 1});
	}
	return insertEntries(state.unreadable, changes.unreadable);
}

/**
 * Stores the changed records of peers in the roster, and adds the new presence rows of these peers to `changes.rows`.
 * Returns presence rows that are no longer true.
 */
function reducePeers(roster: Writable<State['roster']>, changes: CollectedChanges): TimelineEntry[] {
	const {state, launch, launches} = changes;
	const removed: TimelineEntry[] = [];
	for (const peer of changes.peers.values()) {
		const old = findPeer(state.roster, peer.peer);
		const known = withCurrentLaunch(peer, launch?.peer);
		if (known !== old) setPeer(roster, known);
		const before = listPresenceRows(old, state.launches);
		const after = listPresenceRows(known, launches);
		const added = new Set(after);
		for (const row of before) if (!added.delete(row)) removed.push(row);
		changes.rows.push(...added);
	}
	return removed;
}

/**
 * Splits the pending rows (hidden, because their time is too far ahead) into rows that are due now and rows that stay
 * pending. Pending rows are sorted by time, so the search stops at the first row that is not due. `recheckAll`:
 * examines all rows. This is necessary after a launch of this node, because rows of its new peer id are due at any
 * time.
 */
function releasePending(pending: Timeline, isDue: (row: TimelineEntry) => boolean, recheckAll: boolean) {
	if (recheckAll) {
		const rows = sliceTimeline(pending, 0, pending.length);
		const remaining = rows.filter(row => !isDue(row));
		return {due: rows.filter(isDue), remaining: insertEntries(emptyTimeline, remaining)};
	}
	const due: TimelineEntry[] = [];
	for (let row = entryAt(pending, 0); row && isDue(row); row = entryAt(pending, due.length)) due.push(row);
	return {due, remaining: dropFirst(pending, due.length)};
}

/**
 * Puts rows into the timeline and effects into their index. Rows and effects whose HLC is more than MAX_HLC_AHEAD_MS
 * ahead of our clock go into `pending`. Rows and effects of this node never do.
 */
function placeRows(
	changes: CollectedChanges,
	removed: readonly TimelineEntry[],
	now: number,
): Pick<State, 'timeline' | 'effects' | 'pending'> {
	const {state, launches} = changes;
	let {timeline, pending} = state;
	for (const row of removed) {
		timeline = removeEntry(timeline, row);
		pending = removeEntry(pending, row);
	}
	const limit = Math.max(changes.loggedAt, now) + MAX_HLC_AHEAD_MS;
	const isDue = (row: TimelineEntry) => row.ms <= limit || launches[row.peer] !== undefined;
	if (pending.length > 0) {
		const {due, remaining} = releasePending(pending, isDue, launches !== state.launches);
		pending = remaining;
		for (const row of due) changes.rows.push(row);
	}
	const rows = sortIfNeeded(changes.rows);
	if (rows.every(isDue)) return {...placeDue(state, timeline, rows), pending};
	return {
		...placeDue(state, timeline, rows.filter(isDue)),
		pending: insertEntries(
			pending,
			rows.filter(row => !isDue(row)),
		),
	};
}

function placeDue(
	{effects}: State,
	timeline: Timeline,
	due: readonly TimelineEntry[],
): Pick<State, 'timeline' | 'effects'> {
	if (!due.some(isEffect)) return {timeline: insertEntries(timeline, due), effects};
	return {
		timeline: insertEntries(
			timeline,
			due.filter(row => !isEffect(row)),
		),
		effects: withEffects(effects, due.filter(isEffect)),
	};
}
