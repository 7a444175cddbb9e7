/**
 * Sender of the message `alive` (protocol.md, Failure reports). Every ALIVE_INTERVAL_MS it tells each connected peer
 * which peers are alive according to the other connected peers. If all nodes are connected to each other (full mesh),
 * it sends nothing.
 */
import type {Clock, Timer} from '../../core/environment.js';
import {ALIVE_INTERVAL_MS} from '../../core/limits.js';
import type {PeerLink} from '../link/peer-link.js';
import type {FailureDetector} from './failure-detector.js';

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

	function send(): void {
		timer = clock.after(ALIVE_INTERVAL_MS, send);
		const now = clock.monotonic();
		for (const link of links()) {
			if (!link.features.has('alive')) continue;
			const peers = failureDetector.aliveFor(link.peer, now);
			if (peers.length > 0) link.send({type: 'alive', peers});
		}
	}

	return {
		start() {
			timer = clock.after(ALIVE_INTERVAL_MS, send);
		},
		stop() {
			timer?.cancel();
		},
	};
}
