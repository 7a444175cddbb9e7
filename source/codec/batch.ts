/**
 * A batch as a MessagePack array, the same on the wire and in the log (protocol.md, Batches):
 * `[peer bin 32, first seq, previous hash bin 32, [entry bin, …], signature bin 64]`.
 */
import {type Batch, batchBytes} from '../core/batch.js';
import {MAX_BATCH_BYTES, MAX_BATCH_ENTRIES, MAX_ENTRY_BYTES} from '../core/limits.js';
import {bytesOfHex} from './bytes.js';
import {failField, readBytes, readList, readPeerId, readUint} from './check.js';

export const HASH_BYTES = 32;
export const SIGNATURE_BYTES = 64;

/** The array to pack. */
export function batchValue(batch: Batch): readonly unknown[] {
	return [bytesOfHex(batch.peer), batch.firstSeq, batch.previousHash, batch.entries, batch.signature];
}

/** Checks every field and limit; entries and hashes are views of the unpacked bytes. Throws ProtocolError. */
export function readBatch(value: unknown, path: string): Batch {
	const fields = readList(value, path, 16, 5);
	const batch: Batch = {
		peer: readPeerId(fields[0], `${path}.peer`),
		firstSeq: readUint(fields[1], `${path}.firstSeq`, Number.MAX_SAFE_INTEGER - MAX_BATCH_ENTRIES, 1),
		previousHash: readBytes(fields[2], `${path}.previousHash`, HASH_BYTES),
		entries: readEntries(fields[3], `${path}.entries`),
		signature: readBytes(fields[4], `${path}.signature`, SIGNATURE_BYTES),
	};
	if (batchBytes(batch) > MAX_BATCH_BYTES) failField(path, `a batch of at most ${MAX_BATCH_BYTES} bytes`);
	return batch;
}

function readEntries(value: unknown, path: string): readonly Uint8Array[] {
	const entries = readList(value, path, MAX_BATCH_ENTRIES, 1);
	for (const entry of entries) {
		if (!(entry instanceof Uint8Array) || entry.length === 0 || entry.length > MAX_ENTRY_BYTES) {
			failField(path, `a list of entries of 1 to ${MAX_ENTRY_BYTES} bytes`);
		}
	}
	return entries as readonly Uint8Array[];
}
