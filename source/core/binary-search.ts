/** First index in [from, to) for which `isReached` holds, else `to`. It must hold for all after the first. */
export function findFirstIndex(from: number, to: number, isReached: (index: number) => boolean): number {
	let low = from;
	let high = to;
	while (low < high) {
		const middle = (low + high) >>> 1;
		if (isReached(middle)) high = middle;
		else low = middle + 1;
	}
	return low;
}

/** The last item whose value is at most `limit`; values rise. */
export function findLastAtMost<T>(items: readonly T[], limit: number, read: (item: T) => number): T | undefined {
	const next = findFirstIndex(0, items.length, index => {
		const item = items[index];
		return item !== undefined && read(item) > limit;
	});
	return items[next - 1];
}
