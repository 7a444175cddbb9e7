/**
 * Presence rows of a peer (found, lost, returned, disconnected, reconnected, left) as a function of its record in the
 * roster (the records of known peers).
 *
 * The order of arrival does not matter, because the record alone determines the rows. The reducer compares the rows
 * before and after a change of the record.
 */
import type {FeedEvent, PeerId} from './event.js';
import {compareOrder, type OrderKey} from './event-order.js';
import {MAX_CONTACTS_KEPT} from './limits.js';
import {findPeer, isFirstContact, latestConnection, listPeers, type RosterPeer} from './roster.js';
import type {State} from './state.js';
import {insertEntries, type Timeline, type TimelineEntry} from './timeline.js';

/** Lists the presence rows of a peer in no particular order, without duplicates. */
export function listPresenceRows(
	peer: RosterPeer | undefined,
	launches: Readonly<Record<PeerId, OrderKey>>,
): TimelineEntry[] {
	if (peer === undefined) return [];
	return [
		...listDiscoveryRows(peer, launches),
		...listLosses(peer).filter(event => !repeatsIsolation(peer, event, launches)),
		...Object.values(peer.returned),
		...listIsolationRows(peer),
		...listReconnectionRows(peer),
		...(peer.left === undefined ? [] : [peer.left]),
	];
}

/**
 * Rows that say that a peer was found. If a peer had joined before one of our launches (runs of the program), our
 * first connection to the peer in that launch is such a row.
 */
function listDiscoveryRows(peer: RosterPeer, launches: Readonly<Record<PeerId, OrderKey>>): TimelineEntry[] {
	const rows: TimelineEntry[] = [];
	const {joined} = peer;
	if (joined === undefined) return rows;
	for (const {firstConnected} of Object.values(peer.contacts)) {
		const launch = firstConnected && launches[firstConnected.peer];
		if (firstConnected && launch && compareOrder(joined, launch) < 0) rows.push(firstConnected);
	}
	return rows;
}

/**
 * The `lost` events about a peer that have no timeline row, because a row about our own disconnection already says
 * the same. The JSON output contains these events.
 */
function listRepeatedLosses(peer: RosterPeer, launches: Readonly<Record<PeerId, OrderKey>>): FeedEvent[] {
	return listLosses(peer).filter(event => repeatsIsolation(peer, event, launches));
}

/** Whether a `lost` event has no timeline row, because a row about our own disconnection already says the same. */
export function isRepeatedLoss({roster, launches}: State, event: FeedEvent): boolean {
	const peer = event.type === 'lost' ? findPeer(roster, event.subject) : undefined;
	return peer !== undefined && listRepeatedLosses(peer, launches).includes(event);
}

/**
 * The timeline, with the `lost` events that have no row because a row about our own disconnection already says the
 * same.
 */
export function timelineWithAllLosses({roster, launches, timeline}: State): Timeline {
	const losses = listPeers(roster).flatMap(peer => listRepeatedLosses(peer, launches));
	return insertEntries(timeline, losses.sort(compareOrder));
}

/**
 * Whether a `lost` event of this node says the same as a row about its isolation (the loss of all its connections).
 * An isolated node writes no `lost`. It writes the event only after it has connected again. The row about the
 * isolation is older and has the right time, so only this row is shown.
 */
function repeatsIsolation(peer: RosterPeer, event: FeedEvent, launches: Readonly<Record<PeerId, OrderKey>>): boolean {
	if (launches[event.peer] === undefined) return false;
	const isEarlier = (key: OrderKey) => compareOrder(key, event) < 0;
	const isolation = listIsolationRows(peer).findLast(isEarlier);
	const connection = peer.connections.findLast(isEarlier);
	return isolation !== undefined && (connection === undefined || compareOrder(connection, isolation) < 0);
}

/**
 * The `lost` events about a peer that have an effect, one for each absence. The absence number of a `lost` event is
 * the number of `returned` events before it. If this node knows fewer `returned` events, the `lost` event has no
 * effect until the missing ones arrive. If the peer has left, the `lost` event about its current absence has no
 * effect either.
 */
function listLosses(peer: RosterPeer): FeedEvent[] {
	return Object.entries(peer.lost)
		.filter(([absence]) => {
			const aheadBy = Number(absence) - peer.absences;
			return aheadBy < 0 || (aheadBy === 0 && peer.left === undefined);
		})
		.map(([, event]) => event);
}

/**
 * Rows that say that the disconnection of this peer left us without any connection. If the peer has left, only rows
 * before our newest connection to the peer remain.
 */
function listIsolationRows(peer: RosterPeer): readonly TimelineEntry[] {
	if (peer.left === undefined) return peer.isolations;
	const newest = latestConnection(peer);
	return peer.isolations.filter(isolation => newest !== undefined && compareOrder(isolation, newest) < 0);
}

/**
 * Rows that say that this peer reconnected: its connection ended a time in which this node had no connection, in the
 * same launch.
 */
function listReconnectionRows(peer: RosterPeer): TimelineEntry[] {
	const rows: TimelineEntry[] = [];
	let isolationIndex = 0;
	for (const connection of peer.connections) {
		let lastIsolation: TimelineEntry | undefined;
		for (; isolationIndex < peer.isolations.length; isolationIndex++) {
			const isolation = peer.isolations[isolationIndex];
			if (isolation === undefined || compareOrder(isolation, connection) > 0) break;
			lastIsolation = isolation;
		}
		// If `connections` contains MAX_CONTACTS_KEPT elements, older ones may have been dropped. It is then unknown
		// whether the first connection in it ended an isolation.
		const isKnown = connection !== peer.connections[0] || peer.connections.length < MAX_CONTACTS_KEPT;
		if (isKnown && lastIsolation?.peer === connection.peer && !isFirstContact(peer, connection)) rows.push(connection);
	}
	return rows;
}
