/** Waits for the outside world without a sleep of fixed length: looks again after every turn of the event loop. */
export async function until(condition: () => boolean, limitMs = 10_000): Promise<void> {
	const end = performance.now() + limitMs;
	while (!condition()) {
		if (performance.now() > end) throw new Error(`it did not happen within ${limitMs} ms`);
		await new Promise(resolve => setTimeout(resolve, 1));
	}
}
