/**
 * Remembers the last result of a selector for as long as the parts of the state that it reads are the same ones. `parts`
 * must always have the same length.
 */
export function memoise<S, R>(parts: (state: S) => readonly unknown[], select: (state: S) => R): (state: S) => R {
	let last: {readonly parts: readonly unknown[]; readonly result: R} | undefined;
	return state => {
		const now = parts(state);
		if (last?.parts.every((part, index) => part === now[index])) return last.result;
		const result = select(state);
		last = {parts: now, result};
		return result;
	};
}
