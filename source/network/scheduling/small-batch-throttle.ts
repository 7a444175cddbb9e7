/**
 * Throttle of small batches while people are chatting. Thousands of feeds with one short event each cost as much time as a
 * long history and carry little. Nothing is delayed while nobody chats. Pure; `now` is monotonic ms.
 */
import {createUsageMeter} from './fair-queue.js';

export interface SmallBatchThrottle {
	/** A chat message was written or received. */
	recordChat(now: number): void;
	/** The ingest of a batch of so many entries, from a link that is not interactive, took `ms`. */
	recordBatch(entries: number, ms: number, now: number): void;
	/** Delay before more is ingested, ms. Covers the batches since the last call. */
	takeDelayMs(now: number): number;
}

/** Batches below are small; a long history comes in larger ones. */
const SMALL_BATCH_ENTRIES = 16;
/** Usage without delay: a room has some short feeds. */
const FREE_USAGE_MS = 50;
/** Delay as a multiple of the time used. */
const DELAY_FACTOR = 3;
/** People are chatting until this long after the last chat message. */
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
