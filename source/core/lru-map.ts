/**
 * Gives the entry that was set first, and goes on from there with the next call: whoever asks deletes it, or sets it anew so
 * that it is the newest. A fresh iterator would pass over the places of all entries deleted before, which a map keeps for
 * long: a thousand steps for each entry.
 */
export function createFifoCursor<K, V>(map: ReadonlyMap<K, V>): () => readonly [K, V] | undefined {
	let entries = map.entries();

	return () => {
		const found = entries.next();
		if (!found.done) return found.value;
		entries = map.entries();
		const first = entries.next();
		return first.done ? undefined : first.value;
	};
}
