/**
 * Digest index of the feeds that this node announces (protocol.md, Sync). Two nodes with equal digests announce the
 * same feeds.
 *
 * The first byte of the peer id assigns each feed to one of HAVE_BUCKETS buckets. The digest of a bucket is the first 8
 * bytes of SHA-256 over its feeds in the order of their ids (peer id, seq as 8 bytes, short hash), or zeros for an
 * empty bucket. A sum of the hashes of its feeds would be cheaper to update, but an attacker could create feeds whose
 * hashes cancel out.
 */
import {hash as sha256} from 'node:crypto';
import {hexToBytes} from '../codec/bytes.js';
import type {HaveFeed} from '../codec/message-types.js';
import type {PeerId} from '../core/event.js';
import {HAVE_BUCKETS} from '../core/limits.js';
import {uint64Bytes} from './chain.js';

const DIGEST_BYTES = 8;

interface HaveIndex {
	/** Adds a feed, or replaces the values of a feed that was added before. */
	set(feed: HaveFeed): void;
	delete(peer: PeerId): void;
	get(peer: PeerId): HaveFeed | undefined;
	/** Digests of all buckets in one array of 8 bytes each. Hashes only the buckets that changed since the last call. */
	digest(): Uint8Array;
	/** Feeds of a bucket in the order of their ids. */
	bucket(index: number): readonly HaveFeed[];
}

interface IndexedFeed {
	readonly feed: HaveFeed;
	/** Bytes of the feed that the digest covers. */
	readonly bytes: Uint8Array;
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
		delete(peer) {
			if (buckets[indexOf(peer)]?.delete(peer)) changed.add(indexOf(peer));
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

function encodeDigestInput({peer, seq, hash}: HaveFeed): Uint8Array {
	return Buffer.concat([hexToBytes(peer), uint64Bytes(seq), hash]);
}

function hashBucket(feeds: readonly IndexedFeed[]): Uint8Array {
	if (feeds.length === 0) return new Uint8Array(DIGEST_BYTES);
	const input = Buffer.concat(feeds.map(({bytes}) => bytes));
	return sha256('sha256', input, 'buffer').subarray(0, DIGEST_BYTES);
}
