/**
 * Throttle that delays the ingest of small history batches while people are chatting. Thousands of feeds with one short
 * event each take as much time as a long history, but contain few messages. They would delay the chat. While nobody
 * chats there is no delay. `now`: monotonic ms.
 */
import {createUsageMeter} from './fair-queue.js';

export interface SmallBatchThrottle {
	/** Notes that a chat message was written or received. */
	recordChat(now: number): void;
	/**
	 * Notes that the ingest of a batch with `entries` entries took `ms`. Only called for batches of links that are not
	 * interactive.
	 */
	recordBatch(entries: number, ms: number, now: number): void;
	/** Delay before the next ingest, in ms. It depends on the batches that were recorded since the previous call. */
	takeDelayMs(now: number): number;
}

/** A batch with fewer entries is small. A long history arrives in larger batches. */
const SMALL_BATCH_ENTRIES = 16;
/**
 * Value of the usage meter of small batches up to which there is no delay, because every room has a few short feeds.
 */
const FREE_USAGE_MS = 50;
/** The delay is this multiple of the time that the ingest of the small batches took. */
const DELAY_FACTOR = 3;
/** Time after the last chat message during which people are considered to be chatting. */
const CHAT_WINDOW_MS = 1000;

export function createSmallBatchThrottle(): SmallBatchThrottle {
	const usage = createUsageMeter();
	let lastChatAt = Number.NEGATIVE_INFINITY;
	let pendingMs = 0;

	return {
		recordChat(now) {
			lastChatAt = now;
		},
		recordBatch(entries, ms, now) {
			if (entries >= SMALL_BATCH_ENTRIES) return;
			usage.add(ms, now);
			pendingMs += ms;
		},
		takeDelayMs(now) {
			const isChatting = now - lastChatAt < CHAT_WINDOW_MS;
			const delayMs = isChatting && usage.valueAt(now) > FREE_USAGE_MS ? DELAY_FACTOR * pendingMs : 0;
			pendingMs = 0;
			return delayMs;
		},
	};
}
