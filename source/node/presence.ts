/**
 * Appends the events of this node about presence (protocol.md, Failure reports): `lost` for a peer that the failure
 * detector considers lost, and `returned` after another peer has reported this node as lost.
 */

import type {Clock, Timer} from '../core/environment.js';
import type {FeedEvent, PeerId} from '../core/event.js';
import {LOST_GRACE_MS, MAX_ABSENCES, RETURNED_INTERVAL_MS} from '../core/limits.js';
import {findPeer, listPeers, mayReport, type RosterPeer} from '../core/roster.js';
import type {State} from '../core/state.js';
import type {FailureDetector, Subject} from '../network/mesh/failure-detector.js';

export interface PresenceOptions {
	readonly self: PeerId;
	readonly clock: Clock;
	readonly failureDetector: FailureDetector;
	getState(): State;
	connectedCount(): number;
	/** Checks whether the timers of this process are late. Called before the failure detector is asked. */
	checkStall(): void;
	/** Appends a `lost` event for each of these peers. */
	appendLost(lost: readonly LostPeer[]): void;
	appendReturned(absence: number): void;
	/** Called LOST_GRACE_MS after `subject` has disconnected, if no peer is connected then. */
	onLastPeerLost(subject: PeerId): void;
}

/** Peer to report as lost. `absence`: number of the absence, 0 if the peer was never reported as lost before. */
export interface LostPeer {
	readonly subject: PeerId;
	readonly absence: number;
}

export interface Presence {
	/**
	 * Starts to ask the failure detector every 500 ms. If the mesh starts at the same time, the timers of both fire
	 * together, so the processor wakes up less often.
	 */
	start(): void;
	/**
	 * To be called with accepted events of other peers. If one of them reports this node as `lost`, appends `returned`.
	 */
	onEventsIngested(events: readonly FeedEvent[]): void;
	/** To be called when the connection to a peer has ended, but the peer has not left. */
	onPeerDisconnected(peer: PeerId): void;
	stop(): void;
}

const EVALUATE_INTERVAL_MS = 500;

export function createPresence(options: PresenceOptions): Presence {
	const {self, clock, failureDetector} = options;
	/**
	 * Timer of each disconnected peer. A further disconnection starts it again, so that an unstable connection is
	 * reported only once.
	 */
	const graceTimers = new Map<PeerId, Timer>();
	let returnedAt = Number.NEGATIVE_INFINITY;
	let returnedTimer: Timer | undefined;
	/** Subjects of the last evaluation. They are used again as long as the list of known peers (roster) is the same. */
	let subjectCache: {readonly roster?: State['roster']; readonly subjects: readonly Subject[]} = {subjects: []};
	let timer: Timer | undefined;
	let stopped = false;

	function listSubjects({roster}: State): readonly Subject[] {
		if (subjectCache.roster === roster) return subjectCache.subjects;
		const own = findPeer(roster, self);
		// Other nodes accept only a limited number of reports from the feed of this node. When this limit is reached
		// (`mayReport`), a further report has no effect: the peer would not become lost, and this node would report it
		// at every evaluation. Therefore such a peer is treated as if it had ended already.
		//
		// The answer for `self` holds for every peer that this node has not reported yet.
		const mayReportNew = mayReport(own, self);
		const isEnded = ({peer, left, lost, absences}: RosterPeer) =>
			left !== undefined ||
			lost[absences] !== undefined ||
			absences >= MAX_ABSENCES ||
			!(own?.reports[peer] ? mayReport(own, peer) : mayReportNew);
		const subjects = listPeers(roster)
			.filter(({joined}) => joined)
			.map(known => ({peer: known.peer, ended: isEnded(known), absences: known.absences}));
		subjectCache = {roster, subjects};
		return subjects;
	}

	function evaluate(): void {
		options.checkStall();
		const state = options.getState();
		const due = failureDetector.evaluate(listSubjects(state), clock.monotonic());
		if (due.length > 0)
			options.appendLost(due.map(subject => ({subject, absence: findPeer(state.roster, subject)?.absences ?? 0})));

		if (!returnedTimer) answerLost();
		timer = clock.after(EVALUATE_INTERVAL_MS, evaluate);
	}

	/**
	 * Appends `returned` if a peer has reported this node as `lost`. Does so at most once every RETURNED_INTERVAL_MS.
	 */
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
