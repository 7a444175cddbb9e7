/** The feed of this node: turns what we say into signed batches. The only writer of its key. */
import {type EntryBody, encodeEntry} from '../codec/entry.js';
import type {Batch, Hlc} from '../core/event.js';
import {MAX_BATCH_BYTES, MAX_BATCH_ENTRIES, MAX_ENTRY_BYTES} from '../core/limits.js';
import {batchSignaturePayload, chainHash, genesisHash} from './chain.js';
import type {RoomIdentity} from './identity.js';
import type {PeerKey} from './signing-keys.js';

/** An event to be written, with our wall clock (ms) and HLC; HLCs must rise from one to the next. */
export interface UnsignedEvent {
	readonly body: EntryBody;
	readonly at: number;
	readonly hlc: Hlc;
}

export interface FeedTip {
	/** 0 before the first event. */
	readonly seq: number;
	/** Chain hash after it, 32 bytes. */
	readonly hash: Uint8Array;
}

export interface OwnFeed {
	readonly peer: PeerKey['peer'];
	/** One signature for all; at least one event. `joined` gets our identity's claim. Throws RangeError beyond the limits, and then nothing was written. */
	append(events: readonly UnsignedEvent[]): Batch;
	tip(): FeedTip;
}

export interface OwnFeedOptions {
	readonly key: PeerKey;
	readonly roomTag: Uint8Array;
	/** Left out: `joined` says nothing durable. */
	readonly identity?: RoomIdentity;
}

function assertBatchLimits(entries: readonly Uint8Array[]): void {
	const bytes = entries.reduce((sum, entry) => sum + entry.length, 0);
	if (entries.length === 0 || entries.length > MAX_BATCH_ENTRIES || bytes > MAX_BATCH_BYTES) {
		throw new RangeError(`A batch holds 1 to ${MAX_BATCH_ENTRIES} entries of ${MAX_BATCH_BYTES} bytes in all`);
	}
	if (entries.some(entry => entry.length > MAX_ENTRY_BYTES)) {
		throw new RangeError(`An entry holds at most ${MAX_ENTRY_BYTES} bytes`);
	}
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
