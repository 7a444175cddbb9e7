/** What `make` gave for the texts looked at last: between `size` and twice as many. */
export function createRecent<Value>(size: number, make: (text: string) => Value): (text: string) => Value {
	let young = new Map<string, Value>();
	let old = young;

	return text => {
		const known = young.get(text);
		if (known !== undefined) return known;
		const value = old.get(text) ?? make(text);
		if (young.size >= size) {
			old = young;
			young = new Map();
		}
		young.set(text, value);
		return value;
	};
}
