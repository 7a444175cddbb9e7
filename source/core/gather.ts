/**
 * First half of a reduction: what a run of inputs says about peers, and which rows stand for themselves. Works on plain
 * values, for one call only; reduce.ts puts the result into the state.
 */
import type {FeedEvent, Input, Observation} from './event.js';
import type {PeerId} from './ids.js';
import {LATE_AFTER_MS} from './limits.js';
import {compareOrder, type OrderKey} from './order.js';
import {createRosterPeer, findPeer} from './roster.js';
import * as step from './roster-peer.js';
import type {RosterPeer, State, TimelineEntry} from './state.js';

export interface Gathering {
	readonly state: State;
	/** Peers of whom something was learnt. */
	readonly peers: Map<PeerId, RosterPeer>;
	/** Rows that follow from one record alone. */
	readonly rows: TimelineEntry[];
	readonly hidden: FeedEvent[];
	launch: State['launch'];
	launches: Readonly<Record<PeerId, OrderKey>>;
	learnt: number;
	loggedAt: number;
}

export function startGathering(state: State): Gathering {
	const {launch, launches, learnt, loggedAt} = state;
	return {state, peers: new Map(), rows: [], hidden: [], launch, launches, learnt, loggedAt};
}

function peerOf(gathering: Gathering, peer: PeerId): RosterPeer {
	return gathering.peers.get(peer) ?? findPeer(gathering.state.roster, peer) ?? createRosterPeer(peer);
}

/** Makes sure that whoever wrote stands in the roster. */
function notePeer(gathering: Gathering, peer: PeerId): void {
	if (gathering.peers.has(peer) || findPeer(gathering.state.roster, peer) !== undefined) return;
	gathering.peers.set(peer, createRosterPeer(peer));
}

function update(gathering: Gathering, peer: PeerId, change: (known: RosterPeer) => RosterPeer): void {
	const known = peerOf(gathering, peer);
	const changed = change(known);
	if (changed !== known) gathering.peers.set(peer, changed);
}

function markLate(event: FeedEvent): FeedEvent {
	const row = {...event, late: true};
	return row;
}

/** `left`, `lost` and `returned` give rows only through presence-rows.ts. */
function gatherEvent(gathering: Gathering, event: FeedEvent): void {
	const {peer} = event;
	switch (event.type) {
		case 'posted':
			gathering.rows.push(event);
			break;
		case 'joined':
			if (event.seq !== 1) {
				gathering.hidden.push(event);
				break;
			}
			update(gathering, peer, known => step.withJoined(known, event));
			gathering.rows.push(event);
			break;
		case 'renamed':
			update(gathering, peer, known => step.withRenamed(known, event));
			gathering.rows.push(event);
			break;
		case 'moved':
			update(gathering, peer, known => step.withMoved(known, event));
			gathering.rows.push(event);
			break;
		case 'left':
			update(gathering, peer, known => step.withLeft(known, event));
			break;
		case 'lost':
			update(gathering, event.subject, known => step.withLost(known, event));
			break;
		case 'returned':
			update(gathering, peer, known => step.withReturned(known, event));
			break;
		case 'unreadable':
			gathering.hidden.push(event);
			break;
		default:
			event satisfies never;
	}
}

export function gatherEvents(gathering: Gathering, input: Input & {readonly type: 'events'}): void {
	gathering.learnt += input.events.length;
	gathering.loggedAt = Math.max(gathering.loggedAt, input.loggedAt);
	const lateBefore = input.live ? input.loggedAt - LATE_AFTER_MS : Number.NEGATIVE_INFINITY;
	let author: PeerId | undefined;
	for (const event of input.events) {
		if (event.peer !== author) {
			author = event.peer;
			notePeer(gathering, author);
		}
		gatherEvent(gathering, event.ms < lateBefore ? markLate(event) : event);
	}
}

/** Takes those in whom one of us had contact with: they are looked at again. */
function noteMet(gathering: Gathering, own: PeerId | undefined): void {
	if (own === undefined) return;
	for (const subject of peerOf(gathering, own).met) {
		const known = peerOf(gathering, subject);
		if (!gathering.peers.has(subject)) gathering.peers.set(subject, known);
	}
}

function gatherContact(
	gathering: Gathering,
	own: PeerId,
	subject: PeerId,
	change: (known: RosterPeer) => RosterPeer,
): void {
	if (peerOf(gathering, subject).contacts[own] === undefined) {
		update(gathering, own, known => ({...known, met: [...known.met, subject]}));
	}
	update(gathering, subject, change);
}

/** A launch changes what holds for those we had contact with in the one before, or have in this one. */
function gatherLaunch(gathering: Gathering, seen: Observation, loggedAt: number): void {
	const {peer, ms, counter, seq} = seen;
	if (gathering.launches[peer] !== undefined) return;
	noteMet(gathering, gathering.launch?.peer);
	noteMet(gathering, peer);
	const key = {ms, counter, peer, seq};
	gathering.launches = {...gathering.launches, [peer]: key};
	if (gathering.launch === undefined || compareOrder(gathering.launch, key) < 0) gathering.launch = {...key, loggedAt};
}

export function gatherObservation(gathering: Gathering, input: Input & {readonly type: 'observed'}): void {
	const {observation: seen, loggedAt} = input;
	gathering.learnt += 1;
	gathering.loggedAt = Math.max(gathering.loggedAt, loggedAt);
	switch (seen.type) {
		case 'launched':
			gatherLaunch(gathering, seen, loggedAt);
			break;
		case 'peer-connected':
			gatherContact(gathering, seen.peer, seen.subject, known => step.withConnected(known, seen));
			break;
		case 'peer-disconnected':
			gatherContact(gathering, seen.peer, seen.subject, known => step.withDisconnected(known, seen));
			break;
		case 'notice':
			gathering.rows.push(seen);
			break;
		default:
			seen satisfies never;
	}
}
