/**
 * Feed of this node: encodes and signs the events that this node writes, in batches. Only this module signs entries
 * with the feed key of the node.
 */
import {type EntryBody, encodeEntry} from '../codec/entry.js';
import type {Batch} from '../core/batch.js';
import type {Hlc} from '../core/event.js';
import {MAX_BATCH_BYTES, MAX_BATCH_ENTRIES, MAX_ENTRY_BYTES} from '../core/limits.js';
import {batchSignaturePayload, chainHash, type FeedTip, genesisHash} from './chain.js';
import type {RoomIdentity} from './identity.js';
import type {PeerKey} from './signing-keys.js';

/**
 * Event to append to the feed of this node. `at`: our wall clock in ms since 1970. `hlc` must be greater than the HLC
 * of the previous event.
 */
export interface UnsignedEvent {
	readonly body: EntryBody;
	readonly at: number;
	readonly hlc: Hlc;
}

export interface OwnFeed {
	readonly peer: PeerKey['peer'];
	/**
	 * Appends one or more events as one batch with one signature. A `joined` event gets the signed claim to the
	 * user's identity. Throws RangeError if MAX_BATCH_ENTRIES, MAX_BATCH_BYTES or MAX_ENTRY_BYTES is exceeded, and
	 * then appends nothing.
	 */
	append(events: readonly UnsignedEvent[]): Batch;
	tip(): FeedTip;
}

interface OwnFeedOptions {
	readonly key: PeerKey;
	/** Tag of the room, 8 bytes. */
	readonly roomTag: Uint8Array;
	/** Identity of the user. Without it, `joined` contains no identity claim. */
	readonly identity?: RoomIdentity;
}

export function createOwnFeed({key, roomTag, identity}: OwnFeedOptions): OwnFeed {
	const {peer} = key;
	let tip: FeedTip = {seq: 0, hash: genesisHash(roomTag, peer)};

	function encode({body, at, hlc}: UnsignedEvent): Uint8Array {
		const signed = body.type === 'joined' && identity ? {...body, identity: identity.signPeer(peer)} : body;
		return encodeEntry(signed, at, hlc);
	}

	return {
		peer,
		append(events) {
			const entries = events.map(encode);
			assertBatchLimits(entries);
			const previous = tip;
			const hash = chainHash(previous.hash, entries);
			const seq = previous.seq + entries.length;
			const signature = key.sign(batchSignaturePayload(roomTag, peer, seq, hash));
			tip = {seq, hash};
			return {peer, firstSeq: previous.seq + 1, previousHash: previous.hash, entries, signature};
		},
		tip: () => tip,
	};
}

function assertBatchLimits(entries: readonly Uint8Array[]): void {
	const bytes = entries.reduce((sum, entry) => sum + entry.length, 0);
	if (entries.length === 0 || entries.length > MAX_BATCH_ENTRIES || bytes > MAX_BATCH_BYTES) {
		throw new RangeError(`A batch has 1 to ${MAX_BATCH_ENTRIES} entries with at most ${MAX_BATCH_BYTES} bytes in all`);
	}
	if (entries.some(entry => entry.length > MAX_ENTRY_BYTES)) {
		throw new RangeError(`An entry has at most ${MAX_ENTRY_BYTES} bytes`);
	}
}
