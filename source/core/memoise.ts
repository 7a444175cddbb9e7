/**
 * Memoisation of selectors. A selector computes a value from the state. Its result is reused as long as the parts of
 * the state that it reads are the same objects.
 */

/**
 * Wraps a selector so that its last result is reused as long as `parts` returns the same values. The array that
 * `parts` returns must have a constant length.
 */
export function memoise<S, R>(parts: (state: S) => readonly unknown[], select: (state: S) => R): (state: S) => R {
	let last: {readonly parts: readonly unknown[]; readonly result: R} | undefined;
	return state => {
		const current = parts(state);
		if (last?.parts.every((part, index) => part === current[index])) return last.result;
		const result = select(state);
		last = {parts: current, result};
		return result;
	};
}

/**
 * Creates a cache with one result for each key object. `make` computes the result if the key has none, or if its
 * result was computed for other `parts`.
 */
export function memoiseByKey<K extends object, R>(): (key: K, parts: readonly unknown[], make: () => R) => R {
	const cache = new WeakMap<K, {readonly parts: readonly unknown[]; readonly result: R}>();
	return (key, parts, make) => {
		const last = cache.get(key);
		if (last?.parts.every((part, index) => part === parts[index])) return last.result;
		const result = make();
		cache.set(key, {parts, result});
		return result;
	};
}
