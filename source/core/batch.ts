/**
 * Batches: consecutive entries of one feed under one signature, as peers send and store them. The functions have no
 * side effects.
 */
import type {PeerId} from './event.js';

/**
 * Consecutive entries of one feed under one signature (protocol.md, Feeds and batches).
 *
 * A batch can be verified without the rest of the feed: the signature covers the seq of the last entry and the hash
 * of the feed up to it, and this hash can be computed from `previousHash` and the entries.
 */
export interface Batch {
	readonly peer: PeerId;
	/** Seq of the first entry. The first seq of a feed is 1. */
	readonly firstSeq: number;
	/** Hash of the feed up to the entry before this batch, 32 bytes. It links the batch to the earlier entries. */
	readonly previousHash: Uint8Array;
	/**
	 * Encoded events, at least one. An entry does not contain its author and seq. Peers forward its bytes unchanged.
	 */
	readonly entries: readonly Uint8Array[];
	/** Ed25519 signature of the batch by its author, 64 bytes. */
	readonly signature: Uint8Array;
}

/** Seq of the last entry of a batch. */
export function lastSeq(batch: Batch): number {
	return batch.firstSeq + batch.entries.length - 1;
}

/** Total length in bytes of the entries of a batch. MAX_BATCH_BYTES and MAX_ANSWER_BYTES limit this length. */
export function batchByteLength(batch: Batch): number {
	let bytes = 0;
	for (const entry of batch.entries) bytes += entry.length;
	return bytes;
}
