import {type Batch, batchByteLength, lastSeq} from '../core/batch.js';
import {MAX_BATCH_BYTES, MAX_BATCH_ENTRIES} from '../core/limits.js';

/**
 * Merges consecutive batches of one feed into the largest batches that the limits allow. A merged batch has the
 * signature of the last batch in it. Hashes and signatures are not verified. Batches with a gap between them are not
 * merged. `boundary`: seq at which one of the batches ends. This batch is not merged with the batch after it.
 */
export function mergeBatches(batches: readonly Batch[], boundary?: number): Batch[] {
	const merged: Batch[] = [];
	let parts: Batch[] = [];
	let bytes = 0;
	let count = 0;
	for (const batch of batches) {
		const size = batchByteLength(batch);
		const before = parts.at(-1);
		const follows =
			before?.peer === batch.peer && lastSeq(before) + 1 === batch.firstSeq && lastSeq(before) !== boundary;
		if (!follows || bytes + size > MAX_BATCH_BYTES || count + batch.entries.length > MAX_BATCH_ENTRIES) {
			merged.push(...mergeRun(parts));
			parts = [];
			bytes = 0;
			count = 0;
		}
		parts.push(batch);
		bytes += size;
		count += batch.entries.length;
	}
	merged.push(...mergeRun(parts));
	return merged;
}

/**
 * Merges consecutive batches, which together fit into one batch. Returns an array of one batch, or an empty array for
 * no batches.
 */
function mergeRun(parts: readonly Batch[]): Batch[] {
	const [first] = parts;
	const last = parts.at(-1);
	if (!first || !last) return [];
	if (first === last) return [first];
	return [{...first, entries: parts.flatMap(part => part.entries), signature: last.signature}];
}
