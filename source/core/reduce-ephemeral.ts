/**
 * Reducer of the ephemeral state: connections, deliveries, who is typing, progress. No log contains this state, and
 * it is lost when the process ends.
 */
import {type EphemeralEvent, type FeedEvent, isPeerId, isWritten, type PeerId} from './event.js';
import type {Audience, EphemeralState, Link, Writable} from './state.js';

export const initialEphemeral: EphemeralState = {
	now: 0,
	links: {},
	delivered: {},
	deliveredEarlier: {},
	audiences: [],
	whispered: {},
	typing: {},
	sync: {received: 0, expected: 0},
	isolated: false,
	tried: [],
	foreignNodes: 0,
	files: {},
	contacts: [],
	saving: false,
};

/** Applies one ephemeral event to a draft of the ephemeral state. */
export function reduceEphemeral(ephemeral: Writable<EphemeralState>, event: EphemeralEvent): void {
	switch (event.type) {
		case 'link-measured':
			ephemeral.links[event.peer] = measureLink(ephemeral.links[event.peer], event);
			// A new connection ends the isolation of this node (a state without connections) at once. The isolation
			// monitor would notice the connection only after a few seconds.
			ephemeral.isolated = false;
			break;
		case 'link-closed':
			delete ephemeral.links[event.peer];
			delete ephemeral.typing[event.peer];
			break;
		case 'delivered': {
			const {peer, seq, feed} = event;
			if (feed) ephemeral.deliveredEarlier[feed] ??= {};
			const delivered = feed ? (ephemeral.deliveredEarlier[feed] ?? {}) : ephemeral.delivered;
			delivered[peer] = Math.max(delivered[peer] ?? 0, seq);
			break;
		}
		case 'whispers-answered': {
			const {id = 0, refused = []} = ephemeral.whispered[event.peer] ?? {};
			ephemeral.whispered[event.peer] = {id: Math.max(id, event.id), refused: [...refused, ...event.refused]};
			break;
		}
		case 'typing':
			ephemeral.typing[event.peer] = event.until;
			break;
		case 'sync-progress':
			ephemeral.sync = {received: event.received, expected: event.expected};
			break;
		case 'synced':
			break;
		case 'isolated':
			ephemeral.isolated = event.isolated;
			ephemeral.tried = [...event.tried];
			break;
		case 'foreign-nodes':
			ephemeral.foreignNodes = event.count;
			break;
		case 'time-passed':
			advanceTime(ephemeral, event.now);
			break;
		case 'contacts':
			ephemeral.contacts = [...event.contacts];
			break;
		case 'file':
			ephemeral.files[event.transfer.id] = event.transfer;
			break;
		case 'file-hashed':
			delete ephemeral.files[event.id];
			break;
		case 'persistence':
			ephemeral.saving = event.saving;
			if (event.reason === undefined) delete ephemeral.savingReason;
			else ephemeral.savingReason = event.reason;
			break;
		case 'window':
			if (event.guests === undefined) delete ephemeral.windowGuests;
			else ephemeral.windowGuests = event.guests;
			break;
		default:
			event satisfies never;
	}
}

function measureLink(old: Link | undefined, event: EphemeralEvent & {readonly type: 'link-measured'}): Link {
	const {type: _, peer: __, ...measured} = event;
	return {...old, ...measured};
}

function advanceTime(ephemeral: Writable<EphemeralState>, now: number): void {
	ephemeral.now = now;
	for (const peer of listPeerKeys(ephemeral.typing))
		if ((ephemeral.typing[peer] ?? 0) <= now) delete ephemeral.typing[peer];
}

/**
 * Clears everything that was learnt from connections. It is called when a new launch (run of the program) begins,
 * because the connections of the previous launch have ended.
 */
export function clearConnections(ephemeral: Writable<EphemeralState>): void {
	ephemeral.links = {};
	ephemeral.delivered = {};
	ephemeral.deliveredEarlier = {};
	ephemeral.audiences = [];
	ephemeral.whispered = {};
	ephemeral.typing = {};
}

/**
 * Applies live messages and shared files. If this node wrote an item, the state records which peers should store it
 * (the audience): the connected ones, and those whose lost connection nobody has reported yet (`listUnreported`). If
 * a peer wrote the item, the typing indicator of that peer ends.
 */
export function applyLivePosts(
	ephemeral: Writable<EphemeralState>,
	events: readonly FeedEvent[],
	own: PeerId | undefined,
	listUnreported: () => readonly PeerId[],
): void {
	for (const event of events) {
		if (!isWritten(event)) continue;
		const {peer, seq} = event;
		if (peer !== own) {
			if (ephemeral.typing[peer] !== undefined) delete ephemeral.typing[peer];
			continue;
		}
		const last = ephemeral.audiences.at(-1);
		if (last !== undefined && seq <= last.fromSeq) continue;
		const peers = [...new Set([...listPeerKeys(ephemeral.links), ...listUnreported()])].sort();
		if (!isSameAudience(last, peers)) ephemeral.audiences.push({fromSeq: seq, peers});
	}
}

function isSameAudience(last: Audience | undefined, peers: readonly PeerId[]): boolean {
	return last !== undefined && last.peers.length === peers.length && peers.every((peer, at) => peer === last.peers[at]);
}

/** Keys of an object whose keys are peer ids, as an array with the type PeerId. */
export function listPeerKeys(record: Readonly<Record<PeerId, unknown>>): PeerId[] {
	const keys: PeerId[] = [];
	for (const key in record) if (isPeerId(key)) keys.push(key);
	return keys;
}
