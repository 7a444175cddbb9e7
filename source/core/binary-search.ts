/** Binary searches in sorted sequences. */

/**
 * First index in [from, to) for which `isReached` is true; `to` if there is none. If `isReached` is true for an
 * index, it must be true for all later indexes too.
 */
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

/**
 * Last item for which `read` returns at most `limit`; undefined if there is none. `items` must be sorted by rising
 * value of `read`.
 */
export function findLastAtMost<T>(items: readonly T[], limit: number, read: (item: T) => number): T | undefined {
	const next = findFirstIndex(0, items.length, index => {
		const item = items[index];
		return item !== undefined && read(item) > limit;
	});
	return items[next - 1];
}
