/**
 * Publishes the status, the round-trip time and the clock offset of each connection to the state. Uses the offsets to
 * correct the clock of this node.
 */

import type {Clock, Timer} from '../core/environment.js';
import type {EphemeralEvent, PeerId} from '../core/event.js';
import {CLOCK_OFFSET_SHOWN_MS, CLOCK_WRONG_MS, LONE_CLOCK_WAIT_MS} from '../core/limits.js';
import {addressGroup} from '../network/ip-address.js';
import type {PeerLink} from '../network/link/peer-link.js';
import {agrees, type ClockVote, type NodeClock} from './node-clock.js';
import type {Notices} from './notices.js';
import type {Store} from './store.js';

export interface LinkMetricsOptions {
	readonly clock: Clock;
	readonly nodeClock: NodeClock;
	readonly store: Store;
	readonly notices: Notices;
	links(): readonly PeerLink[];
	publish(fact: EphemeralEvent): void;
}

export interface LinkMetrics {
	/** Publishes the measurements of a link immediately. */
	publish(link: PeerLink): void;
	/**
	 * Notes that a measurement of a link has changed. A new status is published immediately. Other changes are
	 * published every PUBLISH_INTERVAL_MS.
	 */
	recordChange(link: PeerLink): void;
	/**
	 * Computes the correction of the clock of this node again, unless the clock of the new peer cannot change the
	 * result.
	 */
	checkClock(link: PeerLink): void;
	/**
	 * Whether the clock of the peer agrees with the corrected clock of this node. If not, one of the two clocks is
	 * wrong. Then `joined` should wait until the clocks of other peers show which one.
	 */
	clockAgrees(link: PeerLink): boolean;
	stop(): void;
}

const PUBLISH_INTERVAL_MS = 2000;
/** Clock offsets are shown in steps of a tenth of a second. */
const SHOWN_OFFSET_STEP_MS = 100;

function isSameStep(a: number | undefined, b: number | undefined, step: number): boolean {
	if (a === undefined || b === undefined) return a === b;
	return Math.round(a / step) === Math.round(b / step);
}

/**
 * Vote of a connected peer about the clock of this node. A member can open any number of connections. Therefore all
 * peers at one address have one vote together.
 */
function voteOf({remoteAddress, clockOffsetMs}: PeerLink): ClockVote {
	return {source: addressGroup(remoteAddress), offsetMs: clockOffsetMs ?? Number.NaN};
}

export function createLinkMetrics({clock, nodeClock, store, notices, links, publish}: LinkMetricsOptions): LinkMetrics {
	const changedPeers = new Set<PeerId>();
	let timer: Timer | undefined;
	let hasCheckedClocks = false;
	/**
	 * Time in monotonic ms since which clocks of peers have been measured, but none of them agrees with the clock of
	 * this node.
	 */
	let contradictedSince: number | undefined;
	let contradictionTimer: Timer | undefined;
	let stopped = false;

	const publishedMetrics = ({peer}: PeerLink) => store.getState().ephemeral.links[peer];

	function publishLink(link: PeerLink): void {
		const {roundTripMs, clockOffsetMs} = link;
		publish({
			type: 'link-measured',
			peer: link.peer,
			status: link.status,
			direction: link.dialled ? 'dialled' : 'accepted',
			version: link.hello.program,
			queuedBytes: link.queuedBytes,
			...(roundTripMs === undefined ? {} : {roundTripMs}),
			...(clockOffsetMs === undefined ? {} : {clockOffsetMs}),
		});
	}

	/** Whether the screen would show the current measurements of a link exactly like the published ones. */
	function isUnchanged(link: PeerLink): boolean {
		const known = publishedMetrics(link);
		return (
			known?.status === link.status &&
			known.queuedBytes === link.queuedBytes &&
			isSameStep(known.roundTripMs, link.roundTripMs, 1) &&
			isSameStep(known.clockOffsetMs, link.clockOffsetMs, SHOWN_OFFSET_STEP_MS)
		);
	}

	/**
	 * Whether no peer has agreed with the clock of this node for LONE_CLOCK_WAIT_MS. Before that, the clock must not be
	 * set far ahead. A node that joins is connected to a single peer at first, and the clock of that peer may be wrong.
	 * The stamps of this node can never go back. A timer computes the correction again when the time has passed.
	 */
	function hasWaitedForAgreement(votes: readonly ClockVote[]): boolean {
		const isContradicted =
			votes.some(({offsetMs}) => !Number.isNaN(offsetMs)) && !votes.some(vote => agrees(vote.offsetMs));
		if (!isContradicted) {
			contradictedSince = undefined;
			return false;
		}
		contradictedSince ??= clock.monotonic();
		const remainingMs = contradictedSince + LONE_CLOCK_WAIT_MS - clock.monotonic();
		if (remainingMs <= 0) return true;
		contradictionTimer ??= clock.after(remainingMs, () => {
			contradictionTimer = undefined;
			updateCorrection();
		});
		return false;
	}

	function updateCorrection(): void {
		if (stopped) return;
		hasCheckedClocks = true;
		const before = nodeClock.correctionMs;
		const votes = links().map(voteOf);
		const after = nodeClock.updateCorrection(votes, hasWaitedForAgreement(votes));
		// Events with a time in the future are held back until that time. With the corrected clock, it may have come.
		if (after !== before) publish({type: 'time-passed', now: nodeClock.wall()});
		if (Math.abs(after - before) > CLOCK_OFFSET_SHOWN_MS && after !== 0) notices.clockCorrected(after);
	}

	const clockAgrees = ({clockOffsetMs = 0}: PeerLink) =>
		Math.abs(clockOffsetMs - nodeClock.correctionMs) <= CLOCK_WRONG_MS;

	function flush(): void {
		timer = undefined;
		for (const link of links()) if (changedPeers.has(link.peer) && !isUnchanged(link)) publishLink(link);
		changedPeers.clear();
		updateCorrection();
	}

	return {
		publish: publishLink,
		recordChange(link) {
			const known = publishedMetrics(link);
			if (known && known.status !== link.status) {
				publishLink(link);
				return;
			}

			if (stopped) return;
			changedPeers.add(link.peer);
			timer ??= clock.after(PUBLISH_INTERVAL_MS, flush);
		},
		checkClock(link) {
			// If the clock of this node has no correction and the clock of the peer agrees with it, the vote of the
			// peer cannot change the result.
			if (!hasCheckedClocks || nodeClock.correctionMs !== 0 || !clockAgrees(link)) updateCorrection();
		},
		clockAgrees,
		stop() {
			stopped = true;
			timer?.cancel();
			contradictionTimer?.cancel();
		},
	};
}
