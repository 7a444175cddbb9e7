/** How much of our time something took lately. Pure but for what it remembers; all in ms, `now` monotonic. */
export interface UsageMeter {
	add(ms: number, now: number): void;
	valueAt(now: number): number;
}

/** A second later what was taken counts half. */
const HALF_LIFE_MS = 1000;

export function createUsageMeter(): UsageMeter {
	let level = 0;
	let changedAt = 0;

	const valueAt = (now: number) => level * 0.5 ** (Math.max(0, now - changedAt) / HALF_LIFE_MS);

	return {
		add(ms, now) {
			level = valueAt(now) + ms;
			changedAt = now;
		},
		valueAt,
	};
}

/** Of one who brings no more than people write, no more than this waits: about 20 words. */
export const INTERACTIVE_BYTES = 4096;

/** Whoever has work that waits, so many bytes. */
export interface Schedulable {
	readonly usage: UsageMeter;
	readonly bytes: number;
}

export interface Choice<T> {
	readonly chosen: T;
	/** It brings no more than people write. */
	readonly isInteractive: boolean;
}

/**
 * Who comes next. Who brings no more than people write does, the first of those given; of the others the one that took
 * least of our time lately, so that who sends much waits behind itself and everybody else passes by. Time alone does not
 * tell them apart: whoever is new took none yet. `lightMs`: a load that people stay below.
 */
export function pickNext<T extends Schedulable>(
	all: Iterable<T>,
	interactiveMs: number,
	now: number,
): Choice<T> | undefined {
	let chosen: T | undefined;
	let least = Number.POSITIVE_INFINITY;
	for (const one of all) {
		const load = one.usage.valueAt(now);
		if (load <= interactiveMs && one.bytes <= INTERACTIVE_BYTES) return {chosen: one, isInteractive: true};
		if (load >= least) continue;
		least = load;
		chosen = one;
	}

	return chosen && {chosen, isInteractive: false};
}
