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
