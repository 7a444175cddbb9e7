/** Passing facts: links, delivery, typing, progress. Never in the log, gone with the process. */
import type {FeedEvent, PassingFact} from './event.js';
import {isPeerId, type PeerId} from './ids.js';
import type {Audience, Link, Passing} from './state.js';
import type {Writable} from './writable.js';

export const initialPassing: Passing = {
	now: 0,
	links: {},
	delivered: {},
	audiences: [],
	typing: {},
	sync: {received: 0, expected: 0},
	alone: false,
	tried: [],
	strangers: 0,
	saving: false,
};

function measureLink(old: Link | undefined, fact: PassingFact & {readonly type: 'link-measured'}): Link {
	const {type: _, peer: __, ...measured} = fact;
	return {...old, ...measured};
}

function passTime(passing: Writable<Passing>, now: number): void {
	passing.now = now;
	for (const {peer, until} of listTyping(passing)) if (until <= now) delete passing.typing[peer];
}

function listTyping(passing: Passing): {peer: PeerId; until: number}[] {
	return listKeys(passing.typing).map(peer => ({peer, until: passing.typing[peer] ?? 0}));
}

function listKeys(record: Readonly<Record<PeerId, unknown>>): PeerId[] {
	const keys: PeerId[] = [];
	for (const key in record) if (isPeerId(key)) keys.push(key);
	return keys;
}

export function reducePassing(passing: Writable<Passing>, fact: PassingFact): void {
	switch (fact.type) {
		case 'link-measured':
			passing.links[fact.peer] = measureLink(passing.links[fact.peer], fact);
			// Looked at every few seconds only: nobody is called alone beside somebody.
			passing.alone = false;
			break;
		case 'link-closed':
			delete passing.links[fact.peer];
			delete passing.typing[fact.peer];
			break;
		case 'delivered':
			passing.delivered[fact.peer] = Math.max(passing.delivered[fact.peer] ?? 0, fact.seq);
			break;
		case 'typing':
			passing.typing[fact.peer] = fact.until;
			break;
		case 'sync-progress':
			passing.sync = {received: fact.received, expected: fact.expected};
			break;
		case 'synced':
			break;
		case 'alone':
			passing.alone = fact.alone;
			passing.tried = [...fact.tried];
			break;
		case 'strangers':
			passing.strangers = fact.count;
			break;
		case 'time-passed':
			passTime(passing, fact.now);
			break;
		case 'saving':
			passing.saving = fact.saving;
			if (fact.reason === undefined) delete passing.savingReason;
			else passing.savingReason = fact.reason;
			break;
		default:
			fact satisfies never;
	}
}

/** Connections and what they told end with the launch to which they belonged. */
export function endConnections(passing: Writable<Passing>): void {
	passing.links = {};
	passing.delivered = {};
	passing.audiences = [];
	passing.typing = {};
}

function isSameAudience(last: Audience | undefined, peers: readonly PeerId[]): boolean {
	return last !== undefined && last.peers.length === peers.length && peers.every((peer, at) => peer === last.peers[at]);
}

/** Live posts: ours go to whom we are connected to now; those of others end their typing. */
export function notePosts(passing: Writable<Passing>, events: readonly FeedEvent[], own: PeerId | undefined): void {
	for (const {type, peer, seq} of events) {
		if (type !== 'posted') continue;
		if (peer !== own) {
			if (passing.typing[peer] !== undefined) delete passing.typing[peer];
			continue;
		}
		const last = passing.audiences.at(-1);
		if (last !== undefined && seq <= last.fromSeq) continue;
		const peers = listKeys(passing.links).sort();
		if (!isSameAudience(last, peers)) passing.audiences.push({fromSeq: seq, peers});
	}
}
