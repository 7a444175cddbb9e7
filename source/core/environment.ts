/**
 * Interfaces to clocks, randomness and the debug log. Callers pass them to the code that uses them, so that the same
 * code runs in the program and in simulations.
 */

export interface Timer {
	cancel(): void;
}

export interface Clock {
	/**
	 * Wall clock in ms since 1970. It jumps when somebody sets the clock of the computer, so callers must not use it
	 * to measure a duration.
	 */
	now(): number;
	/**
	 * Monotonic clock in ms, for durations. It also advances while the computer sleeps, if the platform supports
	 * that.
	 */
	monotonic(): number;
	/** Calls `run` once after `ms` milliseconds. */
	after(ms: number, run: () => void): Timer;
}

export interface Random {
	/** Random number, uniform in [0, 1). */
	fraction(): number;
	bytes(length: number): Uint8Array;
}

/**
 * Writes one line of the debug log. Callers must not pass secrets to it. `scope` names the component, for example
 * `mesh`.
 */
export type Debug = (scope: string, text: string, fields?: Readonly<Record<string, unknown>>) => void;

/** Debug log that discards everything. */
export const silent: Debug = () => {};
