import type {PeerId} from './ids.js';

/**
 * Consecutive entries of one feed under one signature (design.md, 2). It can be checked alone: the signature covers the
 * last seq and the last hash, and the last hash follows from `previousHash` and the entries.
 */
export interface Batch {
	readonly peer: PeerId;
	/** Seq of the first entry, from 1. */
	readonly firstSeq: number;
	/** Chain hash before the first entry, 32 bytes. */
	readonly previousHash: Uint8Array;
	/** MessagePack bytes of each event, without author and seq; passed on byte for byte. At least one. */
	readonly entries: readonly Uint8Array[];
	/** Ed25519, 64 bytes. */
	readonly signature: Uint8Array;
}

/** Seq of the last entry. */
export function lastSeq(batch: Batch): number {
	return batch.firstSeq + batch.entries.length - 1;
}

/** Sum of the lengths of the entries in bytes: what the limits count. */
export function batchBytes(batch: Batch): number {
	let bytes = 0;
	for (const entry of batch.entries) bytes += entry.length;
	return bytes;
}
