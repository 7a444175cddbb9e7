/** How a round trip is written wherever one is shown: whole milliseconds; one that rounds to nothing is still one. */
export function formatRoundTrip(ms: number): string {
	return ms < 1 ? '<1 ms' : `${Math.round(ms)} ms`;
}
