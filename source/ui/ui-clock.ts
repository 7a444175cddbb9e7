/** Time as the screen needs it; the network's Clock fits. */
export interface UiClock {
	/** Wall clock, ms since 1970. */
	now(): number;
	/** Never goes back, ms. */
	monotonic(): number;
	after(ms: number, run: () => void): {cancel(): void};
}
