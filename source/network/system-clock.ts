import {randomBytes} from 'node:crypto';
import {uptime} from 'node:os';
import type {Clock, Random} from '../core/environment.js';

const MAX_TIMER_MS = 2 ** 31 - 1;
/** How often `monotonic` looks whether the machine slept. */
const SLEEP_CHECK_MS = 250;
/** Uptime counts whole seconds on some systems: a smaller difference is no sleep. */
const MIN_SLEEP_MS = 2000;

/** Where the system clock reads time from; replaced in tests. All in ms. */
export interface TimeSources {
	wall(): number;
	/** Runs on while awake. */
	awake(): number;
	/** Since boot; counts sleep on Linux, macOS and Windows. */
	sinceBoot(): number;
}

const systemSources: TimeSources = {
	wall: () => Date.now(),
	awake: () => performance.now(),
	sinceBoot: () => uptime() * 1000,
};

/** The real clock. `monotonic` adds the time slept to a counter that stands still in sleep, so that a wake-up shows. */
export function createSystemClock(sources: TimeSources = systemSources): Clock {
	let slept = 0;
	let checkedAt = Number.NEGATIVE_INFINITY;
	const offsetAtStart = sources.sinceBoot() - sources.awake();

	return {
		now: sources.wall,
		monotonic() {
			const awake = sources.awake();
			if (awake - checkedAt >= SLEEP_CHECK_MS) {
				checkedAt = awake;
				const offset = sources.sinceBoot() - awake - offsetAtStart;
				if (offset - slept >= MIN_SLEEP_MS) slept = offset;
			}
			return awake + slept;
		},
		after(ms, run) {
			if (ms <= 0) {
				const soon = setImmediate(run);
				return {cancel: () => clearImmediate(soon)};
			}

			const timer = setTimeout(run, Math.min(Math.max(ms, 0), MAX_TIMER_MS));
			return {cancel: () => clearTimeout(timer)};
		},
	};
}

/** Chance good enough for keys and markers. */
export const systemRandom: Random = {
	fraction: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
	bytes: length => new Uint8Array(randomBytes(length)),
};
