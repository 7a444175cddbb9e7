/** Rate limiters used in the whole program. They read no clock: the caller passes `now`, in monotonic ms. */

const SECOND_MS = 1000;

/** Level that rises with use and drains at a constant rate to 0. */
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

/** Limits the average rate and the size of a burst. */
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

/** Counter for the current time window. The first call of `add` after the end of a window starts the next window. */
export interface WindowCounter {
	/** Adds `count` (default: 1) and returns the new count of the window. */
	add(now: number, count?: number): number;
	countAt(now: number): number;
	/** Time until the current window ends, in ms. */
	msLeft(now: number): number;
}

/** `startedAt`: start of the first window, in monotonic ms. By default the first call starts it. */
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

/** Limiter of a rate per second, for all sources together and for each source. */
export interface WindowRateLimiter {
	allows(source: string, now: number): boolean;
	/** Number of calls of `allows` that returned false. */
	readonly dropped: number;
}

/** `total` and `perSource` are per second. The limiter stores at most `total` sources, those of the current second. */
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
