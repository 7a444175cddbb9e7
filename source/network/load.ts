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

/** Of one who brings no more than people write, no more than this waits: about 20 words. */
export const LIGHT_BYTES = 4096;

/** Whoever has work that waits, so many bytes. */
export interface Waiting {
	readonly load: Load;
	readonly bytes: number;
}

export interface Choice<T> {
	readonly chosen: T;
	/** It brings no more than people write. */
	readonly isLight: boolean;
}

/**
 * Who comes next. Who brings no more than people write does, the first of those given; of the others the one that took
 * least of our time lately, so that who sends much waits behind itself and everybody else passes by. Time alone does not
 * tell them apart: whoever is new took none yet. `lightMs`: a load that people stay below.
 */
export function chooseNext<T extends Waiting>(all: Iterable<T>, lightMs: number, now: number): Choice<T> | undefined {
	let chosen: T | undefined;
	let least = Number.POSITIVE_INFINITY;
	for (const one of all) {
		const load = one.load.at(now);
		if (load <= lightMs && one.bytes <= LIGHT_BYTES) return {chosen: one, isLight: true};
		if (load >= least) continue;
		least = load;
		chosen = one;
	}

	return chosen && {chosen, isLight: false};
}
