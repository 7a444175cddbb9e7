/**
 * Pace of file transfers: how long the bytes that this node requests may wait in queues of the network (protocol.md,
 * Files). While people write to each other, transfers may cause no queue, so that messages are not delayed. At other
 * times a short queue is allowed, so that the network and both computers always have something to do.
 */
import type {Clock} from '../../core/environment.js';
import {FILE_QUEUE_MS, FILE_TALK_MS} from '../../core/limits.js';

export interface TransferPace {
	/** To be called when a chat message or a typing notice is sent or received. */
	noteTalk(): void;
	/** Maximum delay in ms that the requested bytes may cause in queues of the network now. */
	queueMs(): number;
}

export function createTransferPace(clock: Pick<Clock, 'monotonic'>): TransferPace {
	let quietAt = Number.NEGATIVE_INFINITY;
	return {
		noteTalk() {
			quietAt = clock.monotonic() + FILE_TALK_MS;
		},
		queueMs() {
			return clock.monotonic() < quietAt ? 0 : FILE_QUEUE_MS;
		},
	};
}
