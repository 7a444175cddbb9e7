/**
 * Presence rows of a peer (found, lost, returned, disconnected, reconnected, left) as a function of its roster record.
 *
 * Because the record alone decides, the order of arrival does not matter. The reducer compares the rows before and after a
 * change.
 */
import type {PeerId} from './event.js';
import {compareOrder, type OrderKey} from './event-order.js';
import {MAX_CONTACTS_KEPT} from './limits.js';
import {isFirstContact, latestConnection, type RosterPeer} from './roster.js';
import type {TimelineEntry} from './timeline.js';

/** Lists the presence rows of a peer in no particular order, each once. */
export function listPresenceRows(
	peer: RosterPeer | undefined,
	launches: Readonly<Record<PeerId, OrderKey>>,
): TimelineEntry[] {
	if (peer === undefined) return [];
	return [
		...listDiscoveryRows(peer, launches),
		...listLostRows(peer),
		...Object.values(peer.returned),
		...listIsolationRows(peer),
		...listReconnectionRows(peer),
		...(peer.left === undefined ? [] : [peer.left]),
	];
}

/** Rows "found": a peer that joined before our launch appears at our first connection of that launch. */
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
 * Rows of `lost`. One whose number is ahead of the count waits for the `returned` that its author has seen. After a `left`
 * the current one is void.
 */
function listLostRows(peer: RosterPeer): TimelineEntry[] {
	return Object.entries(peer.lost)
		.filter(([absence]) => {
			const aheadBy = Number(absence) - peer.absences;
			return aheadBy < 0 || (aheadBy === 0 && peer.left === undefined);
		})
		.map(([, event]) => event);
}

/** Rows of isolations. A `left` makes an isolation void, except when a later connection ended it before. */
function listIsolationRows(peer: RosterPeer): readonly TimelineEntry[] {
	if (peer.left === undefined) return peer.isolations;
	const newest = latestConnection(peer);
	return peer.isolations.filter(isolation => newest !== undefined && compareOrder(isolation, newest) < 0);
}

/** Rows of connections that ended an isolation of the same launch. */
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
		// What came before the first connection of a full list is not known.
		const isKnown = connection !== peer.connections[0] || peer.connections.length < MAX_CONTACTS_KEPT;
		if (isKnown && lastIsolation?.peer === connection.peer && !isFirstContact(peer, connection)) rows.push(connection);
	}
	return rows;
}
