/** So many at once, and then so many a second (a token bucket). Pure but for what it remembers. */
export interface TokenBucket {
	/** Takes `count`, 1 by default, if they are there. `now`: monotonic, ms. */
	take(now: number, count?: number): boolean;
}

/** Starts full: `burst` may be taken at once. */
export function createTokenBucket(perSecond: number, burst: number): TokenBucket {
	let tokens = burst;
	let filledAt = Number.NEGATIVE_INFINITY;

	return {
		take(now, count = 1) {
			if (now > filledAt) {
				tokens = Math.min(burst, tokens + ((now - filledAt) / 1000) * perSecond);
				filledAt = now;
			}

			if (tokens < count) return false;
			tokens -= count;
			return true;
		},
	};
}

/** Bounds how many things a second get through, in all and per source; what is dropped is only counted. */
export interface WindowRateLimiter {
	/** `now`: monotonic, ms. */
	allows(source: string, now: number): boolean;
	readonly dropped: number;
}

const WINDOW_MS = 1000;

/** One loud source cannot use up what is there for all. Memory: at most `total` sources of the current second. */
export function createWindowRateLimiter(total: number, perSource: number): WindowRateLimiter {
	const counts = new Map<string, number>();
	let windowStart = Number.NEGATIVE_INFINITY;
	let passed = 0;
	let dropped = 0;

	return {
		allows(source, now) {
			if (now - windowStart >= WINDOW_MS) {
				windowStart = now;
				passed = 0;
				counts.clear();
			}
			const count = counts.get(source) ?? 0;
			if (passed >= total || count >= perSource) {
				dropped++;
				return false;
			}
			passed++;
			counts.set(source, count + 1);
			return true;
		},
		get dropped() {
			return dropped;
		},
	};
}
