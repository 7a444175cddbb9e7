/**
 * What this node testifies: others lost, itself returned (design.md, 1, Who testifies). Runs over the witness on a timer
 * and over what is learnt.
 */
import type {FeedEvent} from '../core/event.js';
import type {PeerId} from '../core/ids.js';
import {LOST_GRACE_MS, RETURNED_INTERVAL_MS, STALL_MS} from '../core/limits.js';
import {findPeer, listPeers} from '../core/roster.js';
import type {State} from '../core/state.js';
import type {Clock, Timer} from '../network/clock.js';
import type {SubjectFacts, Witness} from '../network/witness.js';

export interface PresenceOptions {
	readonly self: PeerId;
	readonly clock: Clock;
	readonly witness: Witness;
	getState(): State;
	connectedCount(): number;
	writeLost(subject: PeerId, absence: number): void;
	writeReturned(absence: number): void;
	/** We lost contact with the last peer we had. */
	lostContact(subject: PeerId): void;
}

export interface Presence {
	/** Looks about from now on. Started with the mesh it keeps step with it: an idle node wakes once for both. */
	start(): void;
	/** Feed events were learnt: one may say that we are lost. */
	learnt(events: readonly FeedEvent[]): void;
	/** A connection ended without a goodbye. */
	disconnected(peer: PeerId): void;
	stop(): void;
}

const EVALUATE_INTERVAL_MS = 500;

export function createPresence(options: PresenceOptions): Presence {
	const {self, clock, witness} = options;
	/** A connection that comes and goes is lost once, after the last of its ends. */
	const graces = new Map<PeerId, Timer>();
	let returnedAt = Number.NEGATIVE_INFINITY;
	let returning: Timer | undefined;
	/** Most of the time nothing changed since the last look. */
	let listed: {readonly roster?: State['roster']; readonly facts: readonly SubjectFacts[]} = {facts: []};
	let evaluatedAt = Number.POSITIVE_INFINITY;
	let timer: Timer | undefined;
	let stopped = false;

	function subjects({roster}: State): readonly SubjectFacts[] {
		if (listed.roster === roster) return listed.facts;
		const facts = listPeers(roster)
			.filter(({joined}) => joined)
			.map(({peer, left, lost, absences}) => ({peer, ended: left !== undefined || lost[absences] !== undefined}));
		listed = {roster, facts};
		return facts;
	}

	function evaluate(): void {
		const now = clock.monotonic();
		const state = options.getState();
		if (now - evaluatedAt - EVALUATE_INTERVAL_MS > STALL_MS) witness.stalled(now);
		evaluatedAt = now;
		for (const subject of witness.evaluate(subjects(state), now)) {
			options.writeLost(subject, findPeer(state.roster, subject)?.absences ?? 0);
		}

		if (!returning) answer();
		timer = clock.after(EVALUATE_INTERVAL_MS, evaluate);
	}

	/** The current number is answered, at most once a minute. */
	function answer(): void {
		returning = undefined;
		const own = findPeer(options.getState().roster, self);
		if (!own || own.left || own.lost[own.absences] === undefined) return;
		const wait = returnedAt + RETURNED_INTERVAL_MS - clock.monotonic();
		if (wait > 0) {
			returning = clock.after(wait, answer);
			return;
		}

		returnedAt = clock.monotonic();
		options.writeReturned(own.absences);
	}

	return {
		start() {
			evaluatedAt = clock.monotonic();
			timer = clock.after(EVALUATE_INTERVAL_MS, evaluate);
		},
		learnt(events) {
			if (returning || stopped) return;
			if (events.some(event => event.type === 'lost' && event.subject === self)) answer();
		},
		disconnected(peer) {
			if (stopped) return;
			graces.get(peer)?.cancel();
			const grace = clock.after(LOST_GRACE_MS, () => {
				graces.delete(peer);
				const known = findPeer(options.getState().roster, peer);
				if (options.connectedCount() === 0 && !known?.left && !known?.connected) options.lostContact(peer);
			});
			graces.set(peer, grace);
		},
		stop() {
			stopped = true;
			timer?.cancel();
			returning?.cancel();
			for (const grace of graces.values()) grace.cancel();
		},
	};
}
