/**
 * The rows that a peer's coming and going gives, as a function of what is known of it: since nothing else decides, the
 * order in which it was learnt cannot matter. The reducer compares before and after.
 */
import type {PeerId} from './ids.js';
import {MAX_CONTACTS_KEPT} from './limits.js';
import {compareOrder, type OrderKey} from './order.js';
import {isFirstContact, newestContact} from './roster-peer.js';
import type {RosterPeer, TimelineEntry} from './state.js';

/** "Found": who was there before we were launched shows at our first connection of that launch. */
function foundRows(peer: RosterPeer, launches: Readonly<Record<PeerId, OrderKey>>): TimelineEntry[] {
	const rows: TimelineEntry[] = [];
	const {joined} = peer;
	if (joined === undefined) return rows;
	for (const {first} of Object.values(peer.contacts)) {
		const launch = first && launches[first.peer];
		if (first && launch && compareOrder(joined, launch) < 0) rows.push(first);
	}
	return rows;
}

/** A `lost` ahead of the count waits for the `returned` it has seen; the current one is void after a `left`. */
function lostRows(peer: RosterPeer): TimelineEntry[] {
	return Object.entries(peer.lost)
		.filter(([absence]) => {
			const ahead = Number(absence) - peer.absences;
			return ahead < 0 || (ahead === 0 && peer.left === undefined);
		})
		.map(([, event]) => event);
}

/** We were alone when contact broke, and it did not simply leave. What a new connection has ended stands for ever. */
function partingRows(peer: RosterPeer): readonly TimelineEntry[] {
	if (peer.left === undefined) return peer.partings;
	const newest = newestContact(peer);
	return peer.partings.filter(parting => newest !== undefined && compareOrder(parting, newest) < 0);
}

/** We were alone without it, and in the same launch have it again. */
function resumedRows(peer: RosterPeer): TimelineEntry[] {
	const rows: TimelineEntry[] = [];
	let partings = 0;
	for (const seen of peer.connections) {
		let ended: TimelineEntry | undefined;
		for (; partings < peer.partings.length; partings++) {
			const parting = peer.partings[partings];
			if (parting === undefined || compareOrder(parting, seen) > 0) break;
			ended = parting;
		}
		// Of a full list, what stood before the first is not known.
		const isKnown = seen !== peer.connections[0] || peer.connections.length < MAX_CONTACTS_KEPT;
		if (isKnown && ended?.peer === seen.peer && !isFirstContact(peer, seen)) rows.push(seen);
	}
	return rows;
}

/** In no particular order, each once. */
export function presenceRows(
	peer: RosterPeer | undefined,
	launches: Readonly<Record<PeerId, OrderKey>>,
): TimelineEntry[] {
	if (peer === undefined) return [];
	return [
		...foundRows(peer, launches),
		...lostRows(peer),
		...Object.values(peer.returned),
		...partingRows(peer),
		...resumedRows(peer),
		...(peer.left === undefined ? [] : [peer.left]),
	];
}
