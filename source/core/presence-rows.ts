/**
 * The rows that a peer's coming and going gives, as a function of what is known of it: since nothing else decides, the
 * order in which it was learnt cannot matter. The reducer compares before and after.
 */
import type {PeerId} from './event.js';
import {compareOrder, type OrderKey} from './event-order.js';
import {MAX_CONTACTS_KEPT} from './limits.js';
import {isFirstContact, latestConnection} from './roster.js';
import type {RosterPeer} from './state.js';
import type {TimelineEntry} from './timeline.js';

/** "Found": who was there before we were launched shows at our first connection of that launch. */
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

/** A `lost` ahead of the count waits for the `returned` it has seen; the current one is void after a `left`. */
function listLostRows(peer: RosterPeer): TimelineEntry[] {
	return Object.entries(peer.lost)
		.filter(([absence]) => {
			const ahead = Number(absence) - peer.absences;
			return ahead < 0 || (ahead === 0 && peer.left === undefined);
		})
		.map(([, event]) => event);
}

/** We were alone when contact broke, and it did not simply leave. What a new connection has ended stands for ever. */
function listIsolationRows(peer: RosterPeer): readonly TimelineEntry[] {
	if (peer.left === undefined) return peer.isolations;
	const newest = latestConnection(peer);
	return peer.isolations.filter(isolation => newest !== undefined && compareOrder(isolation, newest) < 0);
}

/** We were alone without it, and in the same launch have it again. */
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
		// Of a full list, what stood before the first is not known.
		const isKnown = connection !== peer.connections[0] || peer.connections.length < MAX_CONTACTS_KEPT;
		if (isKnown && lastIsolation?.peer === connection.peer && !isFirstContact(peer, connection)) rows.push(connection);
	}
	return rows;
}

/** In no particular order, each once. */
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
