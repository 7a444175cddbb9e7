/** Binary searches over anything that is sorted. */

/** First index in [from, to) for which `isReached` is true, else `to`. It must be true for all later ones. */
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

/** Last item whose value is at most `limit`. `items` must be sorted by rising value. */
export function findLastAtMost<T>(items: readonly T[], limit: number, read: (item: T) => number): T | undefined {
	const next = findFirstIndex(0, items.length, index => {
		const item = items[index];
		return item !== undefined && read(item) > limit;
	});
	return items[next - 1];
}
