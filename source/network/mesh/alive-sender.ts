/**
 * Sender of the message `alive` (protocol.md, Failure reports). Every ALIVE_INTERVAL_MS it tells each connected peer
 * which peers are alive according to the other connected peers. If all nodes are connected to each other (full mesh),
 * it sends nothing.
 */
import type {Clock, Timer} from '../../core/environment.js';
import {ALIVE_INTERVAL_MS} from '../../core/limits.js';
import type {PeerLink} from '../link/peer-link.js';
import {runWithinBudget} from '../scheduling/chunked-work.js';
import {createCoalescedTimer} from '../scheduling/coalesced-timer.js';
import type {FailureDetector} from './failure-detector.js';

/** Longest time in ms for which lists are created without a pause. */
const SLICE_MS = 1;
export interface AliveSenderOptions {
	readonly clock: Clock;
	readonly failureDetector: Pick<FailureDetector, 'aliveFor'>;
	links(): readonly PeerLink[];
}

export interface AliveSender {
	start(): void;
	stop(): void;
}

export function createAliveSender({clock, failureDetector, links}: AliveSenderOptions): AliveSender {
	let timer: Timer | undefined;
	const sliceTimer = createCoalescedTimer(clock, sendSlice);
	/** Connections on which the list of this interval is not sent yet. */
	let waiting: PeerLink[] = [];

	function send(): void {
		timer = clock.after(ALIVE_INTERVAL_MS, send);
		if (waiting.length === 0) waiting = links().filter(({features}) => features.has('alive'));
		sendSlice();
	}

	/**
	 * Sends lists for at most SLICE_MS at a time, because creating them for hundreds of peers takes long. Skips a peer
	 * that reads slowly: one for which more than twice the high-water mark is queued. It loses nothing, because the next
	 * list replaces this one.
	 */
	function sendSlice(): void {
		runWithinBudget(clock, SLICE_MS, () => {
			const link = waiting.shift();
			if (link && link.queuedBytes <= 2 * link.highWaterBytes) sendTo(link);
			return waiting.length > 0;
		});
		if (waiting.length > 0) sliceTimer.schedule();
	}

	function sendTo(link: PeerLink): void {
		const peers = failureDetector.aliveFor(link.peer, clock.monotonic());
		if (peers.length > 0) link.send({type: 'alive', peers});
	}

	return {
		start() {
			timer = clock.after(ALIVE_INTERVAL_MS, send);
		},
		stop() {
			timer?.cancel();
			sliceTimer.stop();
		},
	};
}
