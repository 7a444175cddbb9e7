/** Bounds how many things a second get through, in all and per source; what is dropped is only counted. */
export interface RateLimit {
	/** `now`: monotonic, ms. */
	allows(source: string, now: number): boolean;
	readonly dropped: number;
}

const WINDOW_MS = 1000;

/** One loud source cannot use up what is there for all. Memory: at most `total` sources of the current second. */
export function createRateLimit(total: number, perSource: number): RateLimit {
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
