/** What we say of our own holdings on one connection: digest, pages of the buckets that differ, then changes only. */

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

const DIGEST_BYTES = 8;

/** Buckets whose digests differ. Both HAVE_BUCKETS times 8 bytes. */
export function differingBuckets(ours: Uint8Array, theirs: Uint8Array): number[] {
	const buckets: number[] = [];
	for (let bucket = 0; bucket < HAVE_BUCKETS; bucket += 1) {
		for (let at = bucket * DIGEST_BYTES; at < (bucket + 1) * DIGEST_BYTES; at += 1) {
			if (ours[at] === theirs[at]) continue;
			buckets.push(bucket);
			break;
		}
	}

	return buckets;
}

/** Opens: both sides say the digest first, and are not complete before its answer. */
export function sendDigest(link: SyncLink, holdings: FeedInventory): void {
	countDigest(link, link.link, 1);
	link.link.send({type: 'have', kind: 'digest', digest: holdings.digest()});
}

/**
 * Answers their digest with all that we hold in the buckets that differ, a page at a time; the last one says so. Kept in
 * `said`.
 */
export function* sendPages(
	link: PeerLink,
	announced: Map<PeerId, number>,
	holdings: FeedInventory,
	theirs: Uint8Array,
): Generator<undefined, void> {
	const feeds = differingBuckets(holdings.digest(), theirs).flatMap(bucket => holdings.bucket(bucket));
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
 * Says what changed and what the other end may not know. To the author of a feed it is the acknowledgement, so it is said
 * even if the author holds it; to all others only what they lack. `all` false: acknowledgements only.
 */
export function sendDelta(link: SyncLink, holdings: FeedInventory, all: boolean): void {
	if (link.pending.size === 0 || !hasFullInventory(link) || link.link.queuedBytes > MAX_QUEUED_BYTES) return;
	const feeds: HaveFeed[] = [];
	for (const peer of link.pending) {
		const isAuthor = peer === link.link.peer;
		if (!isAuthor && !all) continue;
		link.pending.delete(peer);
		const feed = holdings.have(peer);
		if (!feed) continue;
		const known = link.theirSeqs.get(peer) ?? 0;
		if (isAuthor || known < feed.seq) feeds.push(feed);
		if (feeds.length >= MAX_HAVE_FEEDS) break;
	}

	if (feeds.length > 0) link.link.send({type: 'have', kind: 'delta', feeds});
}

/** Whether their digest shows that they hold exactly what we hold in the bucket of this feed. */
export function bucketMatches(peer: PeerId, ours: Uint8Array, theirs: Uint8Array): boolean {
	const start = bucketOf(peer) * DIGEST_BYTES;
	for (let at = start; at < start + DIGEST_BYTES; at += 1) if (ours[at] !== theirs[at]) return false;
	return true;
}

/** What others say of their holdings: what they lack of ours, what we lack of theirs, and what they acknowledge. */

export interface InventoryReceiverOptions {
	readonly self: PeerId;
	readonly clock: Clock;
	readonly holdings: FeedInventory;
	readonly claims: MissingRanges;
	isConnected(peer: PeerId): boolean;
	/** A connected peer holds our own feed up to here. */
	delivered(peer: PeerId, seq: number): void;
	/** This peer named too many feeds that are new to us. */
	limited(peer: PeerId): void;
}

export interface InventoryReceiver {
	/**
	 * Answers a digest with pages on the connection it came by; their feeds are kept in `said`. `current`: what is known of
	 * the pair, asked before each part; undefined once none is left.
	 */
	read(
		current: () => SyncLink | undefined,
		link: PeerLink,
		message: HaveMessage,
		said: Map<PeerId, number>,
	): ChunkedWork;
	/** A minute after too many feeds were named: compare anew, to hear of those passed over. */
	retryOverflow(sync: SyncLink): void;
}

const MINUTE_MS = 60_000;

export function createInventoryReceiver({
	self,
	clock,
	holdings,
	claims,
	...options
}: InventoryReceiverOptions): InventoryReceiver {
	function acknowledge(sync: SyncLink, seq: number): void {
		noteTheirSeq(sync, self, seq);
		options.delivered(sync.link.peer, seq);
	}

	function forks(feed: HaveFeed): boolean {
		const own = holdings.have(feed.peer);
		return own?.seq === feed.seq && !isEqualBytes(own.hash, feed.hash);
	}

	/** At most so many new feeds a minute from one connection. */
	function allowNewFeed(sync: SyncLink): boolean {
		const now = clock.monotonic();
		if (now - sync.newFeeds.from >= MINUTE_MS) sync.newFeeds = {from: now, count: 0, overflow: false};
		const {from, count, overflow} = sync.newFeeds;
		const isOver = count >= MAX_NEW_FEEDS_PER_MINUTE || claims.size >= MAX_MISSING_FEEDS;
		if (isOver && !overflow) options.limited(sync.link.peer);
		sync.newFeeds = {from, count: count + 1, overflow: overflow || isOver};
		return !isOver;
	}

	function readDigest(sync: SyncLink, digest: Uint8Array): void {
		const ours = holdings.digest();
		if (bucketMatches(self, ours, digest)) acknowledge(sync, holdings.seqOf(self));
		// They start anew: what was under way to us on a connection that closed is lost as well. If a digest of ours is on its
		// way, this may be the answer to it, and must not be answered in turn: two that differ for good would never end.
		if (hasFullInventory(sync) && !isEqualBytes(ours, digest)) sendDigest(sync, holdings);
	}

	/** `first`: it belongs to the answer to our digest. */
	function readFeed(sync: SyncLink, feed: HaveFeed, first: boolean): void {
		if (feed.peer === self) {
			acknowledge(sync, Math.min(feed.seq, holdings.seqOf(self)));
			return;
		}

		const ours = holdings.seqOf(feed.peer);
		if (ours === 0 && !claims.has(feed.peer) && !allowNewFeed(sync)) return;
		// What we hold of it may have become equal between their digest and ours: then neither shows that we do.
		if (first && feed.peer === sync.link.peer) sync.pending.add(feed.peer);
		holdings.markShareable(feed.peer);
		noteTheirSeq(sync, feed.peer, feed.seq);
		if (first) {
			sync.initialSeqs.set(feed.peer, feed.seq);
			claims.noteHistory(feed.peer, feed.seq);
		}

		const now = clock.monotonic();
		const isPushed = !first && feed.peer !== sync.link.peer && options.isConnected(feed.peer);
		claims.noteClaim(feed.peer, feed.seq, isPushed ? now + PUSH_GRACE_MS : now);
		if (feed.seq === ours && ours > 0 && forks(feed)) claims.noteClaim(feed.peer, feed.seq, now, true);
	}

	return {
		*read(current, link, message, said) {
			if (message.kind === 'digest') {
				const sync = current();
				if (sync) readDigest(sync, message.digest);
				yield* sendPages(link, said, holdings, message.digest);
				return;
			}

			yield* inChunks(message.feeds, feed => {
				const sync = current();
				if (sync) readFeed(sync, feed, message.kind === 'page');
			});
			const sync = current();
			if (sync && message.kind === 'page' && message.last) countDigest(sync, link, -1);
		},
		retryOverflow(sync) {
			const now = clock.monotonic();
			if (!sync.newFeeds.overflow || now - sync.newFeeds.from < MINUTE_MS) return;
			sync.newFeeds = {from: now, count: 0, overflow: false};
			sendDigest(sync, holdings);
		},
	};
}
