import {randomBytes} from 'node:crypto';
import {uptime} from 'node:os';
import type {Clock, Random} from '../core/environment.js';

const MAX_TIMER_MS = 2 ** 31 - 1;
/** Minimum interval between two checks whether the computer has slept. A call of `monotonic` makes the check. */
const SLEEP_CHECK_MS = 250;
/**
 * Shortest sleep of the computer that is detected. It is longer than a second, because some systems report their uptime
 * in whole seconds.
 */
const MIN_SLEEP_MS = 2000;

/** Sources of time for the system clock. Tests replace them. All times are in ms. */
export interface TimeSources {
	wall(): number;
	/** Monotonic time that may stop while the computer sleeps. */
	awake(): number;
	/** Time since the system started. It includes sleep on Linux, macOS and Windows. */
	sinceBoot(): number;
}

const systemSources: TimeSources = {
	wall: () => Date.now(),
	awake: () => performance.now(),
	sinceBoot: () => readUptimeMs() ?? performance.now(),
};

/**
 * Uptime of the system in ms. Undefined if the system does not report it, as on Android. Then sleep of the computer is
 * not detected.
 */
function readUptimeMs(): number | undefined {
	try {
		return uptime() * 1000;
	} catch {
		return undefined;
	}
}

/**
 * Creates the real clock. Its monotonic time includes the time for which the computer slept. So a large step shows that
 * the computer has woken up.
 */
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

/** Cryptographically secure random source. */
export const systemRandom: Random = {
	fraction: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
	bytes: length => new Uint8Array(randomBytes(length)),
};
