/** Feeds with fixed keys, times and texts, so that failures can be reproduced. */
import type {EntryBody} from '../../source/codec/entry.js';
import type {Batch} from '../../source/core/batch.js';
import {lastSeq} from '../../source/core/batch.js';
import {batchSignaturePayload, chainHash} from '../../source/feed/chain.js';
import {createIdentity, type RoomIdentity} from '../../source/feed/identity.js';
import {createOwnFeed, type OwnFeed, type UnsignedEvent} from '../../source/feed/own-feed.js';
import {createPeerKey, type PeerKey} from '../../source/feed/signing-keys.js';

export const roomTag = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
export const seedOf = (number: number) => new Uint8Array(32).fill(number);

/** Unsigned event at the given minute of a day in 2026. */
export function at(minute: number, body: EntryBody): UnsignedEvent {
	const ms = 1_795_000_000_000 + minute * 60_000;
	return {body, at: ms, hlc: {ms, counter: 0}};
}

export function post(minute: number, text = `line ${minute}`): UnsignedEvent {
	return at(minute, {type: 'posted', text});
}

export function posts(from: number, count: number): UnsignedEvent[] {
	return Array.from({length: count}, (_, index) => post(from + index));
}

export interface Author {
	readonly key: PeerKey;
	readonly feed: OwnFeed;
	readonly identity: RoomIdentity;
}

export function createAuthor(number: number, tag = roomTag): Author {
	const key = createPeerKey(seedOf(number));
	const identity = createIdentity(seedOf(number + 100), tag);
	return {key, feed: createOwnFeed({key, roomTag: tag, identity}), identity};
}

/** Batch of arbitrary entry bytes with a valid signature, as a later version or a malicious author could write it. */
export function signEntries(key: PeerKey, firstSeq: number, previousHash: Uint8Array, entries: Uint8Array[]): Batch {
	const hash = chainHash(previousHash, entries);
	const signature = key.sign(batchSignaturePayload(roomTag, key.peer, firstSeq + entries.length - 1, hash));
	return {peer: key.peer, firstSeq, previousHash, entries, signature};
}

/**
 * The part of a batch from seq `from` to its end, with the signature of the batch. `hash`: chain hash before seq
 * `from`. The protocol allows a node to send such a part.
 */
export function cutStart(batch: Batch, from: number, hash: Uint8Array): Batch {
	if (from > lastSeq(batch)) throw new RangeError('the part would be empty');
	return {...batch, firstSeq: from, previousHash: hash, entries: batch.entries.slice(from - batch.firstSeq)};
}
