/** Waits in real time until a condition holds. Polls every millisecond instead of sleeping for a fixed time. */
export async function until(condition: () => boolean, limitMs = 18_000): Promise<void> {
	const end = performance.now() + limitMs;
	while (!condition()) {
		if (performance.now() > end) throw new Error(`the condition did not hold within ${limitMs} ms`);
		await new Promise(resolve => setTimeout(resolve, 1));
	}
}
