/**
 * Set of parts of a file as a bitmap. Part n is bit n mod 8 of byte n div 8, where bit 0 is the lowest. The unused bits
 * of the last byte are 0.
 */
export type PartSet = Uint8Array;

/** Empty set for a file of `count` parts. */
export function emptyPartSet(count: number): PartSet {
	return new Uint8Array(Math.ceil(count / 8));
}

/** Set of all `count` parts. */
export function fullPartSet(count: number): PartSet {
	const set = emptyPartSet(count).fill(0xff);
	return clearUnusedBits(set, count);
}

/** Clears the unused bits after the bit of the last of `count` parts. Changes and returns the set. */
export function clearUnusedBits(set: PartSet, count: number): PartSet {
	const last = set.length - 1;
	const used = count - last * 8;
	if (last >= 0 && used < 8) set[last] = (set[last] ?? 0) & ((1 << used) - 1);
	return set;
}

export function hasPart(set: PartSet, part: number): boolean {
	return (((set[part >> 3] ?? 0) >> (part & 7)) & 1) === 1;
}

export function addPart(set: PartSet, part: number): void {
	set[part >> 3] = (set[part >> 3] ?? 0) | (1 << (part & 7));
}

export function removePart(set: PartSet, part: number): void {
	set[part >> 3] = (set[part >> 3] ?? 0) & ~(1 << (part & 7));
}

export function countParts(set: PartSet): number {
	let count = 0;
	for (let byte of set) for (; byte !== 0; byte &= byte - 1) count++;
	return count;
}
