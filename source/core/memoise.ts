/**
 * Remembers the last result of a selector for as long as the parts of the state that it reads are the same ones. `parts`
 * must always have the same length.
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

/** The same for results of which each belongs to an object, for as long as the object lives. */
export function memoiseByKey<K extends object, R>(): (key: K, parts: readonly unknown[], make: () => R) => R {
	const known = new WeakMap<K, {readonly parts: readonly unknown[]; readonly result: R}>();
	return (key, parts, make) => {
		const last = known.get(key);
		if (last?.parts.every((part, index) => part === parts[index])) return last.result;
		const result = make();
		known.set(key, {parts, result});
		return result;
	};
}
