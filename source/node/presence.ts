/**
 * What this node testifies: others lost, itself returned (design.md, 1, Who testifies). Runs over the witness on a timer
 * and over what is learnt.
 */

import type {Clock, Timer} from '../core/environment.js';
import type {FeedEvent, PeerId} from '../core/event.js';
import {LOST_GRACE_MS, RETURNED_INTERVAL_MS, STALL_MS} from '../core/limits.js';
import {findPeer, listPeers} from '../core/roster.js';
import type {State} from '../core/state.js';
import type {FailureDetector, Subject} from '../network/mesh/failure-detector.js';

export interface PresenceOptions {
	readonly self: PeerId;
	readonly clock: Clock;
	readonly failureDetector: FailureDetector;
	getState(): State;
	connectedCount(): number;
	appendLost(subject: PeerId, absence: number): void;
	appendReturned(absence: number): void;
	/** We lost contact with the last peer we had. */
	onLastPeerLost(subject: PeerId): void;
}

export interface Presence {
	/** Looks about from now on. Started with the mesh it keeps step with it: an idle node wakes once for both. */
	start(): void;
	/** Feed events were learnt: one may say that we are lost. */
	onEventsIngested(events: readonly FeedEvent[]): void;
	/** A connection ended without a goodbye. */
	onPeerDisconnected(peer: PeerId): void;
	stop(): void;
}

const EVALUATE_INTERVAL_MS = 500;

export function createPresence(options: PresenceOptions): Presence {
	const {self, clock, failureDetector} = options;
	/** A connection that comes and goes is lost once, after the last of its ends. */
	const graceTimers = new Map<PeerId, Timer>();
	let returnedAt = Number.NEGATIVE_INFINITY;
	let returnedTimer: Timer | undefined;
	/** Most of the time nothing changed since the last look. */
	let subjectCache: {readonly roster?: State['roster']; readonly facts: readonly Subject[]} = {facts: []};
	let evaluatedAt = Number.POSITIVE_INFINITY;
	let timer: Timer | undefined;
	let stopped = false;

	function subjects({roster}: State): readonly Subject[] {
		if (subjectCache.roster === roster) return subjectCache.facts;
		const facts = listPeers(roster)
			.filter(({joined}) => joined)
			.map(({peer, left, lost, absences}) => ({peer, ended: left !== undefined || lost[absences] !== undefined}));
		subjectCache = {roster, facts};
		return facts;
	}

	function evaluate(): void {
		const now = clock.monotonic();
		const state = options.getState();
		if (now - evaluatedAt - EVALUATE_INTERVAL_MS > STALL_MS) failureDetector.stalled(now);
		evaluatedAt = now;
		for (const subject of failureDetector.evaluate(subjects(state), now)) {
			options.appendLost(subject, findPeer(state.roster, subject)?.absences ?? 0);
		}

		if (!returnedTimer) answerLost();
		timer = clock.after(EVALUATE_INTERVAL_MS, evaluate);
	}

	/** The current number is answered, at most once a minute. */
	function answerLost(): void {
		returnedTimer = undefined;
		const own = findPeer(options.getState().roster, self);
		if (!own || own.left || own.lost[own.absences] === undefined) return;
		const wait = returnedAt + RETURNED_INTERVAL_MS - clock.monotonic();
		if (wait > 0) {
			returnedTimer = clock.after(wait, answerLost);
			return;
		}

		returnedAt = clock.monotonic();
		options.appendReturned(own.absences);
	}

	return {
		start() {
			evaluatedAt = clock.monotonic();
			timer = clock.after(EVALUATE_INTERVAL_MS, evaluate);
		},
		onEventsIngested(events) {
			if (returnedTimer || stopped) return;
			if (events.some(event => event.type === 'lost' && event.subject === self)) answerLost();
		},
		onPeerDisconnected(peer) {
			if (stopped) return;
			graceTimers.get(peer)?.cancel();
			const grace = clock.after(LOST_GRACE_MS, () => {
				graceTimers.delete(peer);
				const known = findPeer(options.getState().roster, peer);
				if (options.connectedCount() === 0 && !known?.left && !known?.connected) options.onLastPeerLost(peer);
			});
			graceTimers.set(peer, grace);
		},
		stop() {
			stopped = true;
			timer?.cancel();
			returnedTimer?.cancel();
			for (const grace of graceTimers.values()) grace.cancel();
		},
	};
}
