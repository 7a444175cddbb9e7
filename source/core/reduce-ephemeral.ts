/** Passing facts: links, delivery, typing, progress. Never in the log, gone with the process. */
import type {EphemeralEvent, FeedEvent} from './event.js';
import {isPeerId, type PeerId} from './event.js';
import type {Audience, EphemeralState, Link, Writable} from './state.js';

export const initialEphemeral: EphemeralState = {
	now: 0,
	links: {},
	delivered: {},
	audiences: [],
	typing: {},
	sync: {received: 0, expected: 0},
	isolated: false,
	tried: [],
	foreignNodes: 0,
	saving: false,
};

function measureLink(old: Link | undefined, event: EphemeralEvent & {readonly type: 'link-measured'}): Link {
	const {type: _, peer: __, ...measured} = event;
	return {...old, ...measured};
}

function advanceTime(ephemeral: Writable<EphemeralState>, now: number): void {
	ephemeral.now = now;
	for (const {peer, until} of listTyping(ephemeral)) if (until <= now) delete ephemeral.typing[peer];
}

function listTyping(ephemeral: EphemeralState): {peer: PeerId; until: number}[] {
	return listPeerKeys(ephemeral.typing).map(peer => ({peer, until: ephemeral.typing[peer] ?? 0}));
}

function listPeerKeys(record: Readonly<Record<PeerId, unknown>>): PeerId[] {
	const keys: PeerId[] = [];
	for (const key in record) if (isPeerId(key)) keys.push(key);
	return keys;
}

export function reduceEphemeral(ephemeral: Writable<EphemeralState>, event: EphemeralEvent): void {
	switch (event.type) {
		case 'link-measured':
			ephemeral.links[event.peer] = measureLink(ephemeral.links[event.peer], event);
			// Looked at every few seconds only: nobody is called alone beside somebody.
			ephemeral.isolated = false;
			break;
		case 'link-closed':
			delete ephemeral.links[event.peer];
			delete ephemeral.typing[event.peer];
			break;
		case 'delivered':
			ephemeral.delivered[event.peer] = Math.max(ephemeral.delivered[event.peer] ?? 0, event.seq);
			break;
		case 'typing':
			ephemeral.typing[event.peer] = event.until;
			break;
		case 'sync-progress':
			ephemeral.sync = {received: event.received, expected: event.expected};
			break;
		case 'synced':
			break;
		case 'alone':
			ephemeral.isolated = event.alone;
			ephemeral.tried = [...event.tried];
			break;
		case 'strangers':
			ephemeral.foreignNodes = event.count;
			break;
		case 'time-passed':
			advanceTime(ephemeral, event.now);
			break;
		case 'saving':
			ephemeral.saving = event.saving;
			if (event.reason === undefined) delete ephemeral.savingReason;
			else ephemeral.savingReason = event.reason;
			break;
		default:
			event satisfies never;
	}
}

/** Connections and what they told end with the launch to which they belonged. */
export function clearConnections(ephemeral: Writable<EphemeralState>): void {
	ephemeral.links = {};
	ephemeral.delivered = {};
	ephemeral.audiences = [];
	ephemeral.typing = {};
}

function isSameAudience(last: Audience | undefined, peers: readonly PeerId[]): boolean {
	return last !== undefined && last.peers.length === peers.length && peers.every((peer, at) => peer === last.peers[at]);
}

/** Live posts: ours go to whom we are connected to now; those of others end their typing. */
export function applyLivePosts(
	ephemeral: Writable<EphemeralState>,
	events: readonly FeedEvent[],
	own: PeerId | undefined,
): void {
	for (const {type, peer, seq} of events) {
		if (type !== 'posted') continue;
		if (peer !== own) {
			if (ephemeral.typing[peer] !== undefined) delete ephemeral.typing[peer];
			continue;
		}
		const last = ephemeral.audiences.at(-1);
		if (last !== undefined && seq <= last.fromSeq) continue;
		const peers = listPeerKeys(ephemeral.links).sort();
		if (!isSameAudience(last, peers)) ephemeral.audiences.push({fromSeq: seq, peers});
	}
}
