/**
 * Index of the feeds that this node announces to peers, with digests (protocol.md, Sync). Two nodes with equal
 * digests announce the same feeds.
 *
 * The first byte of the peer id assigns each feed to one of HAVE_BUCKETS buckets. The digest of a bucket is the first
 * 8 bytes of SHA-256 over its feeds in the order of their ids (peer id, seq as 8 bytes, short hash), or zeros for an
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
	/** Adds a feed, or replaces the seq and the hash of a feed that was added before. */
	set(feed: HaveFeed): void;
	delete(peer: PeerId): void;
	get(peer: PeerId): HaveFeed | undefined;
	/**
	 * Digests of all buckets, 8 bytes each, in one array. Computes only the digests of buckets that have changed
	 * since the last call.
	 */
	digest(): Uint8Array;
	/** Feeds of a bucket in the order of their peer ids. */
	bucket(index: number): readonly HaveFeed[];
}

/** Number of bytes for each feed from which the digest of a bucket is computed: peer id, seq and short hash. */
const INPUT_BYTES = 48;

interface Bucket {
	readonly feeds: Map<PeerId, HaveFeed>;
	/**
	 * The feeds of the bucket in the order of their peer ids; undefined until they are sorted again after a change.
	 * All callers get the same array.
	 */
	sorted: readonly HaveFeed[] | undefined;
}

export function createHaveIndex(): HaveIndex {
	const buckets = Array.from({length: HAVE_BUCKETS}, (): Bucket => ({feeds: new Map(), sorted: undefined}));
	const changed = new Set<number>();
	const digests = new Uint8Array(HAVE_BUCKETS * DIGEST_BYTES);
	const indexOf = (peer: PeerId) => Number.parseInt(peer.slice(0, 2), 16);
	const bucketOf = (peer: PeerId) => buckets[indexOf(peer)];

	function noteChange(peer: PeerId): void {
		const bucket = bucketOf(peer);
		if (bucket) bucket.sorted = undefined;
		changed.add(indexOf(peer));
	}

	function list(index: number): readonly HaveFeed[] {
		const bucket = buckets[index];
		if (!bucket) return [];
		bucket.sorted ??= [...bucket.feeds.values()].sort((a, b) => (a.peer < b.peer ? -1 : 1));
		return bucket.sorted;
	}

	return {
		set(feed) {
			bucketOf(feed.peer)?.feeds.set(feed.peer, feed);
			noteChange(feed.peer);
		},
		delete(peer) {
			if (bucketOf(peer)?.feeds.delete(peer)) noteChange(peer);
		},
		get: peer => bucketOf(peer)?.feeds.get(peer),
		digest() {
			for (const index of changed) digests.set(hashBucket(list(index)), index * DIGEST_BYTES);
			changed.clear();
			return digests.slice();
		},
		bucket: list,
	};
}

function hashBucket(feeds: readonly HaveFeed[]): Uint8Array {
	if (feeds.length === 0) return new Uint8Array(DIGEST_BYTES);
	const input = new Uint8Array(feeds.length * INPUT_BYTES);
	for (const [index, {peer, seq, hash}] of feeds.entries()) {
		input.set(hexToBytes(peer), index * INPUT_BYTES);
		input.set(uint64Bytes(seq), index * INPUT_BYTES + 32);
		input.set(hash, index * INPUT_BYTES + 40);
	}
	return sha256('sha256', input, 'buffer').subarray(0, DIGEST_BYTES);
}
