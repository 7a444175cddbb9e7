/**
 * Presence events of this node: `lost` for peers that the failure detector suspects, `returned` as the answer to a `lost`
 * about this node (protocol.md, Presence). It evaluates the failure detector on a timer and looks at the events that arrive.
 */

import type {Clock, Timer} from '../core/environment.js';
import type {FeedEvent, PeerId} from '../core/event.js';
import {LOST_GRACE_MS, RETURNED_INTERVAL_MS} from '../core/limits.js';
import {findPeer, listPeers} from '../core/roster.js';
import type {State} from '../core/state.js';
import type {FailureDetector, Subject} from '../network/mesh/failure-detector.js';

export interface PresenceOptions {
	readonly self: PeerId;
	readonly clock: Clock;
	readonly failureDetector: FailureDetector;
	getState(): State;
	connectedCount(): number;
	/** Detects that the timers of this process stood still; called before each evaluation. */
	checkStall(): void;
	appendLost(subject: PeerId, absence: number): void;
	appendReturned(absence: number): void;
	/** The last connected peer is gone for LOST_GRACE_MS. */
	onLastPeerLost(subject: PeerId): void;
}

export interface Presence {
	/** Evaluates every 500 ms. Started together with the mesh, both timers fire at once and an idle process wakes up once. */
	start(): void;
	/** Feed events of other peers were accepted: one may report this node lost. */
	onEventsIngested(events: readonly FeedEvent[]): void;
	/** The connection to a peer ended without a goodbye. */
	onPeerDisconnected(peer: PeerId): void;
	stop(): void;
}

const EVALUATE_INTERVAL_MS = 500;

export function createPresence(options: PresenceOptions): Presence {
	const {self, clock, failureDetector} = options;
	/** One timer for each disconnected peer, restarted by each disconnection, so that a flapping peer is reported once. */
	const graceTimers = new Map<PeerId, Timer>();
	let returnedAt = Number.NEGATIVE_INFINITY;
	let returnedTimer: Timer | undefined;
	/** Most of the time the roster did not change since the last evaluation. */
	let subjectCache: {readonly roster?: State['roster']; readonly subjects: readonly Subject[]} = {subjects: []};
	let timer: Timer | undefined;
	let stopped = false;

	function listSubjects({roster}: State): readonly Subject[] {
		if (subjectCache.roster === roster) return subjectCache.subjects;
		const subjects = listPeers(roster)
			.filter(({joined}) => joined)
			.map(({peer, left, lost, absences}) => ({peer, ended: left !== undefined || lost[absences] !== undefined}));
		subjectCache = {roster, subjects};
		return subjects;
	}

	function evaluate(): void {
		options.checkStall();
		const state = options.getState();
		for (const subject of failureDetector.evaluate(listSubjects(state), clock.monotonic())) {
			options.appendLost(subject, findPeer(state.roster, subject)?.absences ?? 0);
		}

		if (!returnedTimer) answerLost();
		timer = clock.after(EVALUATE_INTERVAL_MS, evaluate);
	}

	/** Appends `returned` for the current absence, at most once each RETURNED_INTERVAL_MS. */
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
