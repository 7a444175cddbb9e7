/**
 * Rate limiter of live events (protocol.md, Limits). Each author has a limit. Each author also has a free allowance,
 * which refills slowly. What all authors use above their allowances is limited in total, because one machine can create
 * any number of authors. Pushed events above a limit are dropped. This node requests them later, at the rate of the
 * limit.
 */
import type {PeerId} from '../../core/event.js';
import {
	LIVE_AUTHORS_AT_FULL_PACE,
	LIVE_BURST_SECONDS,
	LIVE_FREE_SECONDS,
	LIVE_FREE_SHARE,
	LIVE_SHARED_BURST_SECONDS,
	MAX_LIVE_BYTES_PER_SECOND,
	MAX_LIVE_EVENTS_PER_SECOND,
} from '../../core/limits.js';
import {LruMap} from '../../core/lru-map.js';
import {createLeakyBucket, type LeakyBucket} from '../scheduling/rate-limiters.js';

export interface AuthorRateLimiter {
	/** Counts live events of an author. `now`: monotonic ms. */
	record(author: PeerId, events: number, bytes: number, now: number): void;
	/**
	 * Time from which further events of this author are accepted, in monotonic ms. They are accepted now if this time
	 * is not later than `now`.
	 */
	readyAt(author: PeerId, now: number): number;
}

/**
 * Maximum number of stored authors. A forgotten author may send a new burst of events. That gives an attacker no
 * advantage, because anybody can also do so with a new peer id.
 */
const MAX_AUTHORS = 4096;

interface Usage {
	readonly all: LeakyBucket;
	/**
	 * Used part of the free allowance. It is above LIVE_FREE_SECONDS after a burst of events, until the allowance has
	 * refilled.
	 */
	readonly free: LeakyBucket;
}

/**
 * Creates the limiter. The levels of its buckets are in seconds: events add the time that they take at the maximum
 * rate.
 */
export function createAuthorRateLimiter(): AuthorRateLimiter {
	const usages = new LruMap<PeerId, Usage>(MAX_AUTHORS);
	/** What all authors together have used above their free allowances. */
	const shared = createLeakyBucket(1);

	return {
		record(author, events, bytes, now) {
			const seconds = Math.max(events / MAX_LIVE_EVENTS_PER_SECOND, bytes / MAX_LIVE_BYTES_PER_SECOND);
			const usage = usages.get(author) ?? {all: createLeakyBucket(1), free: createLeakyBucket(LIVE_FREE_SHARE)};
			const before = usage.free.levelAt(now);
			usage.all.add(seconds, now);
			usage.free.add(Math.min(seconds, LIVE_BURST_SECONDS - before), now);
			usages.set(author, usage);
			const sharedSeconds = Math.max(0, before + seconds - Math.max(before, LIVE_FREE_SECONDS));
			shared.add(sharedSeconds / LIVE_AUTHORS_AT_FULL_PACE, now);
		},
		readyAt(author, now) {
			const usage = usages.get(author);
			if (!usage) return now;
			const all = usage.free.levelAt(now) > LIVE_FREE_SECONDS ? shared.levelAt(now) : 0;
			return now + Math.max(0, usage.all.levelAt(now) - LIVE_BURST_SECONDS, all - LIVE_SHARED_BURST_SECONDS) * 1000;
		},
	};
}
