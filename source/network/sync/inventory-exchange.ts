/**
 * Exchange of inventories on one connection (protocol.md, Sync). Both ends send a digest. Each answers the other's
 * digest with pages that list the buckets that differ, and sends deltas from then on. The first half of this file sends
 * the inventory of this node, the second half receives the inventory of the peer.
 */
import {isEqualBytes} from '../../codec/bytes.js';
import type {HaveFeed, HaveMessage} from '../../codec/message.js';
import type {Clock} from '../../core/environment.js';
import type {PeerId} from '../../core/event.js';
import {
	HAVE_BUCKETS,
	MAX_HAVE_FEEDS,
	MAX_MISSING_FEEDS,
	MAX_NEW_FEEDS_PER_MINUTE,
	MAX_QUEUED_BYTES,
	PUSH_GRACE_MS,
} from '../../core/limits.js';
import type {PeerLink} from '../link/peer-link.js';
import {type ChunkedWork, inChunks} from '../scheduling/chunked-work.js';
import {bucketOf, type FeedInventory} from './feed-inventory.js';
import type {MissingRanges} from './missing-ranges.js';
import {countDigest, hasFullInventory, noteTheirSeq, type SyncLink} from './sync-link.js';

const MINUTE_MS = 60_000;
/** Length of the digest of one bucket, in bytes. */
const DIGEST_BYTES = 8;

/** Sends the digest of this node. After the peer has answered it, this node knows the whole inventory of the peer. */
export function sendDigest(sync: SyncLink, inventory: FeedInventory): void {
	countDigest(sync, sync.link, 1);
	sync.link.send({type: 'have', kind: 'digest', digest: inventory.digest()});
}

/** Answers a digest with all feeds of the buckets that differ, one page per part. Records them in `announced`. */
function* sendPages(
	link: PeerLink,
	announced: Map<PeerId, number>,
	inventory: FeedInventory,
	theirDigest: Uint8Array,
): ChunkedWork {
	const feeds = differingBuckets(inventory.digest(), theirDigest).flatMap(bucket => inventory.bucket(bucket));
	announced.clear();
	for (const feed of feeds) announced.set(feed.peer, feed.seq);
	let from = 0;
	do {
		const page = feeds.slice(from, from + MAX_HAVE_FEEDS);
		if (from > 0) yield;
		from += MAX_HAVE_FEEDS;
		link.send({type: 'have', kind: 'page', feeds: page, last: from >= feeds.length});
	} while (from < feeds.length);
}

/**
 * Lists changed feeds that the peer may lack. A change of the peer's own feed is always listed, as an acknowledgement.
 * If `all` is false, lists only this acknowledgement.
 */
export function sendDelta(sync: SyncLink, inventory: FeedInventory, all: boolean): void {
	if (sync.pending.size === 0 || !hasFullInventory(sync) || sync.link.queuedBytes > MAX_QUEUED_BYTES) return;
	const feeds: HaveFeed[] = [];
	for (const peer of sync.pending) {
		const isAuthor = peer === sync.link.peer;
		if (!isAuthor && !all) continue;
		sync.pending.delete(peer);
		const feed = inventory.have(peer);
		if (!feed) continue;
		const theirSeq = sync.theirSeqs.get(peer) ?? 0;
		if (isAuthor || theirSeq < feed.seq) feeds.push(feed);
		if (feeds.length >= MAX_HAVE_FEEDS) break;
	}

	if (feeds.length > 0) sync.link.send({type: 'have', kind: 'delta', feeds});
}

/** Indexes of the buckets whose digests differ. Each digest has DIGEST_BYTES for each of the HAVE_BUCKETS buckets. */
function differingBuckets(ours: Uint8Array, theirs: Uint8Array): number[] {
	const buckets: number[] = [];
	for (let bucket = 0; bucket < HAVE_BUCKETS; bucket += 1) {
		if (!isEqualBucket(bucket, ours, theirs)) buckets.push(bucket);
	}

	return buckets;
}

function isEqualBucket(bucket: number, ours: Uint8Array, theirs: Uint8Array): boolean {
	const start = bucket * DIGEST_BYTES;
	for (let index = start; index < start + DIGEST_BYTES; index += 1) if (ours[index] !== theirs[index]) return false;
	return true;
}

export interface InventoryReceiverOptions {
	readonly self: PeerId;
	readonly clock: Clock;
	readonly inventory: FeedInventory;
	readonly missingRanges: MissingRanges;
	isConnected(peer: PeerId): boolean;
	/** Called when a connected peer has acknowledged the own feed up to `seq`. */
	onDelivered(peer: PeerId, seq: number): void;
	/** Called when a peer lists more new feeds than MAX_NEW_FEEDS_PER_MINUTE or MAX_MISSING_FEEDS allow. */
	onLimit(peer: PeerId): void;
}

export interface InventoryReceiver {
	/**
	 * Processes a `have` message. Answers a digest with pages on the same `link`, and records their feeds in `announced`.
	 * `current` is called before each part. It returns the sync state of the peer, or undefined if the peer disconnected.
	 */
	receive(
		current: () => SyncLink | undefined,
		link: PeerLink,
		message: HaveMessage,
		announced: Map<PeerId, number>,
	): ChunkedWork;
	/** Sends a new digest if feeds were skipped (`overflow`) and their minute has passed. */
	retryOverflow(sync: SyncLink): void;
}

export function createInventoryReceiver({
	self,
	clock,
	inventory,
	missingRanges,
	...options
}: InventoryReceiverOptions): InventoryReceiver {
	function acknowledge(sync: SyncLink, seq: number): void {
		noteTheirSeq(sync, self, seq);
		options.onDelivered(sync.link.peer, seq);
	}

	/** Whether a peer lists a feed with the same last seq as this node, but with a different hash. */
	function isFork(feed: HaveFeed): boolean {
		const ours = inventory.have(feed.peer);
		return ours?.seq === feed.seq && !isEqualBytes(ours.hash, feed.hash);
	}

	/** Counts a new feed. Returns false if the connection or the node has reached its limit. */
	function allowNewFeed(sync: SyncLink): boolean {
		const now = clock.monotonic();
		if (now - sync.newFeeds.from >= MINUTE_MS) sync.newFeeds = {from: now, count: 0, overflow: false};
		const {from, count, overflow} = sync.newFeeds;
		const isOver = count >= MAX_NEW_FEEDS_PER_MINUTE || missingRanges.size >= MAX_MISSING_FEEDS;
		if (isOver && !overflow) options.onLimit(sync.link.peer);
		sync.newFeeds = {from, count: count + 1, overflow: overflow || isOver};
		return !isOver;
	}

	function receiveDigest(sync: SyncLink, theirDigest: Uint8Array): void {
		const ourDigest = inventory.digest();
		if (isEqualBucket(bucketOf(self), ourDigest, theirDigest)) acknowledge(sync, inventory.seqOf(self));
		// A new digest means that the peer lost a connection, so messages to this node may be lost too. While our own
		// digest is unanswered, none is sent: two nodes whose inventories always differ would exchange digests endlessly.
		if (hasFullInventory(sync) && !isEqualBytes(ourDigest, theirDigest)) sendDigest(sync, inventory);
	}

	/** `isInitial`: the feed was listed in the answer to a digest. */
	function receiveFeed(sync: SyncLink, feed: HaveFeed, isInitial: boolean): void {
		if (feed.peer === self) {
			acknowledge(sync, Math.min(feed.seq, inventory.seqOf(self)));
			return;
		}

		const ourSeq = inventory.seqOf(feed.peer);
		if (ourSeq === 0 && !missingRanges.has(feed.peer) && !allowNewFeed(sync)) return;
		// If the feeds became equal after the digests were sent, no digest acknowledged this feed to its author.
		if (isInitial && feed.peer === sync.link.peer) sync.pending.add(feed.peer);
		inventory.markShareable(feed.peer);
		noteTheirSeq(sync, feed.peer, feed.seq);
		if (isInitial) {
			sync.initialSeqs.set(feed.peer, feed.seq);
			missingRanges.noteHistory(feed.peer, feed.seq);
		}

		const now = clock.monotonic();
		const isPushExpected = !isInitial && feed.peer !== sync.link.peer && options.isConnected(feed.peer);
		missingRanges.noteClaim(feed.peer, feed.seq, isPushExpected ? now + PUSH_GRACE_MS : now);
		if (feed.seq === ourSeq && ourSeq > 0 && isFork(feed)) missingRanges.noteClaim(feed.peer, feed.seq, now, true);
	}

	return {
		*receive(current, link, message, announced) {
			if (message.kind === 'digest') {
				const sync = current();
				if (sync) receiveDigest(sync, message.digest);
				yield* sendPages(link, announced, inventory, message.digest);
				return;
			}

			yield* inChunks(message.feeds, feed => {
				const sync = current();
				if (sync) receiveFeed(sync, feed, message.kind === 'page');
			});
			const sync = current();
			if (sync && message.kind === 'page' && message.last) countDigest(sync, link, -1);
		},
		retryOverflow(sync) {
			const now = clock.monotonic();
			if (!sync.newFeeds.overflow || now - sync.newFeeds.from < MINUTE_MS) return;
			sync.newFeeds = {from: now, count: 0, overflow: false};
			sendDigest(sync, inventory);
		},
	};
}
