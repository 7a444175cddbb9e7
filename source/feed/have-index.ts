/**
 * What we say that we hold, in HAVE_BUCKETS buckets by the first byte of the peer id, each with a digest of 8 bytes: SHA-256
 * over its feeds in the order of their ids (peer id, seq as 8 bytes, short hash), cut; zeros when empty. Two nodes with
 * equal digests hold the same. A hash over all rather than a sum of hashes, because sums can be made to cancel out.
 */
import {hash as sha256} from 'node:crypto';
import {hexToBytes} from '../codec/bytes.js';
import type {HaveFeed} from '../codec/message.js';
import type {PeerId} from '../core/event.js';
import {HAVE_BUCKETS} from '../core/limits.js';
import {uint64Bytes} from './chain.js';

const DIGEST_BYTES = 8;

export interface HaveIndex {
	/** Adds a feed or replaces what was said of it. */
	set(feed: HaveFeed): void;
	get(peer: PeerId): HaveFeed | undefined;
	/** HAVE_BUCKETS times 8 bytes. Only buckets that changed are hashed anew. */
	digest(): Uint8Array;
	/** Feeds of a bucket in the order of their ids. */
	bucket(index: number): readonly HaveFeed[];
}

/** What is hashed of a feed. */
function encodeDigestInput({peer, seq, hash}: HaveFeed): Uint8Array {
	return Buffer.concat([hexToBytes(peer), uint64Bytes(seq), hash]);
}

interface IndexedFeed {
	readonly feed: HaveFeed;
	readonly bytes: Uint8Array;
}

function hashBucket(feeds: readonly IndexedFeed[]): Uint8Array {
	if (feeds.length === 0) return new Uint8Array(DIGEST_BYTES);
	const all = Buffer.concat(feeds.map(({bytes}) => bytes));
	return sha256('sha256', all, 'buffer').subarray(0, DIGEST_BYTES);
}

export function createHaveIndex(): HaveIndex {
	const buckets = Array.from({length: HAVE_BUCKETS}, () => new Map<PeerId, IndexedFeed>());
	const changed = new Set<number>();
	const digests = new Uint8Array(HAVE_BUCKETS * DIGEST_BYTES);
	const indexOf = (peer: PeerId) => Number.parseInt(peer.slice(0, 2), 16);
	const sorted = (index: number) =>
		[...(buckets[index]?.values() ?? [])].sort((a, b) => (a.feed.peer < b.feed.peer ? -1 : 1));

	return {
		set(feed) {
			const index = indexOf(feed.peer);
			buckets[index]?.set(feed.peer, {feed, bytes: encodeDigestInput(feed)});
			changed.add(index);
		},
		get: peer => buckets[indexOf(peer)]?.get(peer)?.feed,
		digest() {
			for (const index of changed) digests.set(hashBucket(sorted(index)), index * DIGEST_BYTES);
			changed.clear();
			return digests.slice();
		},
		bucket: index => sorted(index).map(({feed}) => feed),
	};
}
