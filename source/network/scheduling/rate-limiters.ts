/** Rate limiters used in the whole program. They read no clock: the caller passes `now`, in monotonic ms. */

const SECOND_MS = 1000;

/** Level that rises with each `add` and drains to 0 at a constant rate. */
export interface LeakyBucket {
	add(amount: number, now: number): void;
	levelAt(now: number): number;
}

export function createLeakyBucket(drainPerSecond: number): LeakyBucket {
	let level = 0;
	let changedAt = 0;

	const levelAt = (now: number) => Math.max(0, level - (Math.max(0, now - changedAt) / SECOND_MS) * drainPerSecond);

	return {
		add(amount, now) {
			level = levelAt(now) + amount;
			changedAt = now;
		},
		levelAt,
	};
}

/** Rate limiter for the average rate and the size of a burst. */
export interface TokenBucket {
	/** Takes `count` tokens (default: 1) and returns true. If fewer are available, takes none and returns false. */
	take(now: number, count?: number): boolean;
	/** Whether `take` would return true. */
	has(now: number, count?: number): boolean;
	/** Number of available tokens, possibly fractional. */
	available(now: number): number;
}

/** Creates a full bucket of `burst` tokens, which refills at `perSecond` tokens per second. */
export function createTokenBucket(perSecond: number, burst: number): TokenBucket {
	const used = createLeakyBucket(perSecond);
	const available = (now: number) => burst - used.levelAt(now);

	return {
		has: (now, count = 1) => available(now) >= count,
		available,
		take(now, count = 1) {
			if (available(now) < count) return false;
			used.add(count, now);
			return true;
		},
	};
}

/** Counter for the current period of time (window). The first call after the end of a window starts the next window. */
export interface WindowCounter {
	/** Adds `count` (default: 1) and returns the new count of the window. */
	add(now: number, count?: number): number;
	countAt(now: number): number;
	/** Time in ms until the current window ends. */
	msLeft(now: number): number;
}

/** Creates a counter. `startedAt`: start of the first window, in monotonic ms. By default, the first call starts it. */
export function createWindowCounter(windowMs: number, startedAt = Number.NEGATIVE_INFINITY): WindowCounter {
	let windowStart = startedAt;
	let count = 0;

	function countAt(now: number): number {
		if (now - windowStart >= windowMs) {
			windowStart = now;
			count = 0;
		}

		return count;
	}

	return {
		add(now, added = 1) {
			count = countAt(now) + added;
			return count;
		},
		countAt,
		msLeft: now => windowMs - (now - windowStart),
	};
}

/** Limiter of a rate per second, in total for all sources and for each source. A source is, for example, an address. */
export interface WindowRateLimiter {
	allows(source: string, now: number): boolean;
	/** Number of calls of `allows` that returned false. */
	readonly dropped: number;
}

/**
 * Creates a limiter. `total` and `perSource` are per second. The limiter stores only the sources of the current second,
 * so at most `total`.
 */
export function createWindowRateLimiter(total: number, perSource: number): WindowRateLimiter {
	const allowed = createWindowCounter(SECOND_MS);
	const allowedBySource = new Map<string, number>();
	let dropped = 0;

	return {
		allows(source, now) {
			const inTotal = allowed.countAt(now);
			if (inTotal === 0) allowedBySource.clear();
			const ofSource = allowedBySource.get(source) ?? 0;
			if (inTotal >= total || ofSource >= perSource) {
				dropped++;
				return false;
			}

			allowed.add(now);
			allowedBySource.set(source, ofSource + 1);
			return true;
		},
		get dropped() {
			return dropped;
		},
	};
}
