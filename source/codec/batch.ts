import {type Batch, batchByteLength} from '../core/batch.js';
import {MAX_BATCH_BYTES, MAX_BATCH_ENTRIES, MAX_ENTRY_BYTES} from '../core/limits.js';
import {hexToBytes, PEER_ID_BYTES} from './bytes.js';
import {failField, readBytes, readList, readPeerId, readUint} from './field-readers.js';
import {
	type MsgpackWriter,
	sizeOfBytes,
	sizeOfListHeader,
	sizeOfUint,
	writeBytes,
	writeListHeader,
	writeUint,
} from './msgpack-writer.js';

const HASH_BYTES = 32;
export const SIGNATURE_BYTES = 64;

/** Fields of a batch as the array that `pack` encodes. */
export function batchFields(batch: Batch): readonly unknown[] {
	return [hexToBytes(batch.peer), batch.firstSeq, batch.previousHash, batch.entries, batch.signature];
}

/** Number of bytes that `writeBatch` writes for this batch. */
export function sizeOfBatch(batch: Batch): number {
	let size = 1 + sizeOfBytes(PEER_ID_BYTES) + sizeOfUint(batch.firstSeq) + sizeOfBytes(batch.previousHash.length);
	size += sizeOfListHeader(batch.entries.length) + sizeOfBytes(batch.signature.length);
	for (const entry of batch.entries) size += sizeOfBytes(entry.length);
	return size;
}

/** Writes the same bytes as `pack(batchFields(batch))`, but copies each entry only once. */
export function writeBatch(writer: MsgpackWriter, batch: Batch): void {
	writeListHeader(writer, 5);
	writeBytes(writer, hexToBytes(batch.peer));
	writeUint(writer, batch.firstSeq);
	writeBytes(writer, batch.previousHash);
	writeListHeader(writer, batch.entries.length);
	for (const entry of batch.entries) writeBytes(writer, entry);
	writeBytes(writer, batch.signature);
}

/**
 * Reads a batch and checks every field and limit. The entries, hashes and signature share memory with the decoded
 * message. Throws ProtocolError.
 */
export function readBatch(value: unknown, path: string): Batch {
	const fields = readList(value, path, 16, 5);
	const batch: Batch = {
		peer: readPeerId(fields[0], `${path}.peer`),
		firstSeq: readUint(fields[1], `${path}.firstSeq`, Number.MAX_SAFE_INTEGER - MAX_BATCH_ENTRIES, 1),
		previousHash: readBytes(fields[2], `${path}.previousHash`, HASH_BYTES),
		entries: readEntries(fields[3], `${path}.entries`),
		signature: readBytes(fields[4], `${path}.signature`, SIGNATURE_BYTES),
	};
	if (batchByteLength(batch) > MAX_BATCH_BYTES) failField(path, `a batch of at most ${MAX_BATCH_BYTES} bytes`);
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
