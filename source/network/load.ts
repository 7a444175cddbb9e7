/** How much of our time something took lately. Pure but for what it remembers; all in ms, `now` monotonic. */
export interface Load {
	add(ms: number, now: number): void;
	at(now: number): number;
}

/** A second later what was taken counts half. */
const HALF_LIFE_MS = 1000;

export function createLoad(): Load {
	let level = 0;
	let changedAt = 0;

	const at = (now: number) => level * 0.5 ** (Math.max(0, now - changedAt) / HALF_LIFE_MS);

	return {
		add(ms, now) {
			level = at(now) + ms;
			changedAt = now;
		},
		at,
	};
}
