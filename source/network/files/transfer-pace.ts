/**
 * Pace of the transfers of files: how long the bytes that this node requests may wait in queues of the network
 * (protocol.md, Files). While people write to each other, transfers cause no queue, so that a message hardly waits.
 * Otherwise a queue keeps the path and both computers busy.
 */
import type {Clock} from '../../core/environment.js';
import {FILE_QUEUE_MS, FILE_TALK_MS} from '../../core/limits.js';

export interface TransferPace {
	/** To be called when somebody writes: a message or a typing notice is sent or received. */
	noteTalk(): void;
	/** Time in ms for which requested bytes may wait in queues now. */
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
