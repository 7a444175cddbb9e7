/** Time and chance, passed in: the same code runs live, on a fake clock and in the simulator. */
export interface Timer {
	cancel(): void;
}

export interface Clock {
	/** Wall clock, ms since 1970. May jump. */
	now(): number;
	/** Never goes back, ms; also advances while the machine sleeps where the platform allows. */
	monotonic(): number;
	/** Calls `run` once after `ms`. */
	after(ms: number, run: () => void): Timer;
}

export interface Random {
	/** Uniform in [0, 1). */
	fraction(): number;
	bytes(length: number): Uint8Array;
}

/** Where the inside tells what happens: one line each, secrets left out. `scope` as in `p2pchat:mesh`. */
export type Debug = (scope: string, text: string, fields?: Readonly<Record<string, unknown>>) => void;

export const silent: Debug = () => {};
