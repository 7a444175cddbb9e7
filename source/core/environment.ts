/** Interfaces of time, randomness and debug output. They are injected, so that the same code runs live and simulated. */

export interface Timer {
	cancel(): void;
}

export interface Clock {
	/** Wall clock, ms since 1970. May jump. */
	now(): number;
	/** Monotonic clock, ms. Advances during sleep where the platform supports it. */
	monotonic(): number;
	/** Calls `run` once after `ms` milliseconds. */
	after(ms: number, run: () => void): Timer;
}

export interface Random {
	/** Uniform in [0, 1). */
	fraction(): number;
	bytes(length: number): Uint8Array;
}

/** Writes one line of the debug log. Never pass secrets. `scope`: for example `p2pchat:mesh`. */
export type Debug = (scope: string, text: string, fields?: Readonly<Record<string, unknown>>) => void;

/** Discards everything. */
export const silent: Debug = () => {};
