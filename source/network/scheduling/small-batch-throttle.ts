/**
 * How long to rest from what costs much and brings little while people talk: thousands of feeds of a word each take as much
 * work as a long history. Where nobody talks, nobody waits. Pure but for what it remembers; ms, `now` monotonic.
 */
import {createUsageMeter} from './usage-meter.js';

export interface SmallBatchThrottle {
	/** Somebody said something, we or others. */
	recordChat(now: number): void;
	/** A batch of so many entries took so long, from one who brings more than people write. */
	recordBatch(entries: number, ms: number, now: number): void;
	/** How long to rest before more. */
	takeDelayMs(now: number): number;
}

/** A long history comes in larger batches. */
const SMALL_BATCH_ENTRIES = 16;
/** A room has some short feeds. */
const FREE_USAGE_MS = 50;
const DELAY_FACTOR = 3;
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
			const pause =
				usage.valueAt(now) > FREE_USAGE_MS && now - lastChatAt < CHAT_WINDOW_MS ? DELAY_FACTOR * pendingMs : 0;
			pendingMs = 0;
			return pause;
		},
	};
}
