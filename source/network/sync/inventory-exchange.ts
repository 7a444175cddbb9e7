/**
 * Exchange of inventories on one connection (protocol.md, Sync). The feeds are divided into buckets, and a digest has a
 * hash of each bucket. Both ends send a digest. Each end compares the digest of the other end with its own, and answers
 * with pages: messages that list all its feeds in the buckets that differ. From then on it sends deltas: messages that
 * list changed feeds.
 *
 * The first half of this file sends the inventory of this node. The second half receives the inventory of the peer.
 */
import {isEqualBytes} from '../../codec/bytes.js';
import type {HaveFeed, HaveMessage} from '../../codec/message-types.js';
import type {Clock} from '../../core/environment.js';
import type {PeerId} from '../../core/event.js';
import {
	HAVE_BUCKETS,
	MAX_DIGESTS_PER_SECOND,
	MAX_HAVE_FEEDS,
	MAX_NEW_FEEDS_PER_MINUTE,
	PUSH_GRACE_MS,
} from '../../core/limits.js';
import {shareKey} from '../ip-address.js';
import type {PeerLink} from '../link/peer-link.js';
import {type ChunkedWork, inChunks} from '../scheduling/chunked-work.js';
import {bucketOf, type FeedInventory} from './feed-inventory.js';
import type {MissingRanges} from './missing-ranges.js';
import {
	type ConnectionState,
	connectionState,
	countAnsweredDigest,
	dropClaim,
	dropHeldFeeds,
	hasFullInventory,
	noteTheirSeq,
	type SyncLink,
} from './sync-link.js';

const MINUTE_MS = 60_000;
/** Length of the hash of one bucket in a digest, in bytes. */
const DIGEST_BYTES = 8;

/**
 * Sends the digest of this node if its time has come (`compareAt`). With the answer to it, this node knows the whole
 * inventory of the peer. The digest waits while an earlier digest is unanswered, because an answer does not say which
 * digest it answers. It also waits while the rate limit allows no digest.
 */
export function sendDueDigest(sync: SyncLink, inventory: FeedInventory, now: number): void {
	if (sync.compareAt === undefined || now < sync.compareAt) return;
	if (connectionState(sync, sync.link).unansweredDigests === 0) startComparison(sync, inventory, now);
}

/**
 * Sends a digest now, even if an earlier one is unanswered. To be called when sync starts again on a connection
 * (protocol.md, One connection per pair). If the rate limit allows no digest now, it is sent later.
 */
export function startComparison(sync: SyncLink, inventory: FeedInventory, now: number): void {
	const state = connectionState(sync, sync.link);
	sync.compareAt = now;
	if (!state.pace.take('digest', now)) return;
	sync.compareAt = undefined;
	state.unansweredDigests += 1;
	state.digestAt = now;
	sync.link.send({type: 'have', kind: 'digest', digest: inventory.digest()});
}

/**
 * Schedules another digest. With the answer to it, this node knows the whole inventory of the peer. The digest is not
 * sent before `from`, and not before the limit of MAX_DIGESTS_PER_SECOND allows it.
 */
export function compareInventories(sync: SyncLink, inventory: FeedInventory, now: number, from = now): void {
	const pacedFrom = connectionState(sync, sync.link).digestAt + 1000 / MAX_DIGESTS_PER_SECOND;
	sync.compareAt = Math.min(sync.compareAt ?? Number.POSITIVE_INFINITY, Math.max(from, pacedFrom));
	sendDueDigest(sync, inventory, now);
}

/** Connection on which pages (lists of feeds) are sent, and the data for them. */
interface PageOptions {
	readonly link: PeerLink;
	readonly state: ConnectionState;
	readonly inventory: FeedInventory;
	/** Last seq that a page to the peer listed, by feed. At most `limit` feeds. */
	readonly announced: Map<PeerId, number>;
	readonly limit: number;
}

/** Answers a digest with pages that list all feeds of the buckets that differ. Each part of the work sends one page. */
function* answerDigest(options: PageOptions, clock: Clock, theirDigest: Uint8Array): ChunkedWork {
	const {announced, state, inventory} = options;
	const buckets = differingBuckets(inventory.digest(), theirDigest);
	announced.clear();
	state.answers.push({feeds: [], from: 0, buckets: buckets.filter(bucket => inventory.bucket(bucket).length > 0)});
	while (sendNextPage(options, clock.monotonic())) yield;
}

/**
 * Sends the next page of an answer. Returns false if there is none, if the rate limit allows none now, or if the send
 * queue of the connection is full.
 */
function sendNextPage({link, state, inventory, announced, limit}: PageOptions, now: number): boolean {
	const [answer] = state.answers;
	if (!answer || link.queuedBytes > link.highWaterBytes || !state.pace.take('have', now)) return false;
	const feeds: HaveFeed[] = [];
	while (feeds.length < MAX_HAVE_FEEDS) {
		if (answer.from >= answer.feeds.length) {
			const bucket = answer.buckets.shift();
			if (bucket === undefined) break;
			answer.feeds = inventory.bucket(bucket);
			answer.from = 0;
		}

		const part = answer.feeds.slice(answer.from, answer.from + MAX_HAVE_FEEDS - feeds.length);
		feeds.push(...part);
		answer.from += part.length;
	}

	for (const {peer, seq} of feeds) if (announced.size < limit) announced.set(peer, seq);
	const isLast = answer.from >= answer.feeds.length && answer.buckets.length === 0;
	if (isLast) state.answers.shift();
	link.send({type: 'have', kind: 'page', feeds, last: isLast});
	return state.answers.length > 0;
}

/** Sends as many of the waiting pages as the rate limit allows now. Returns whether more pages wait. */
export function sendWaitingPages(
	sync: SyncLink,
	inventory: FeedInventory,
	announced: Map<PeerId, number>,
	now: number,
) {
	const state = connectionState(sync, sync.link);
	const options = {link: sync.link, state, inventory, announced, limit: sync.shareOfFeeds()};
	while (sendNextPage(options, now));
	return state.answers.length > 0;
}

/**
 * Sends a delta: a list of changed feeds that the peer may lack. A change of the feed of the peer itself is always
 * listed, because this acknowledges the events of the peer. If `all` is false, only that feed is listed.
 */
export function sendDelta(sync: SyncLink, inventory: FeedInventory, all: boolean, now: number): void {
	const {queuedBytes, highWaterBytes} = sync.link;
	if (sync.pending.size === 0 || !hasFullInventory(sync) || queuedBytes > 2 * highWaterBytes) return;
	const {pace} = connectionState(sync, sync.link);
	if (pace.available('have', now) === 0) return;
	const feeds: HaveFeed[] = [];
	for (const peer of sync.pending) {
		const isAuthor = peer === sync.link.peer;
		if (!isAuthor && !all) continue;
		sync.pending.delete(peer);
		const feed = inventory.have(peer);
		if (!feed) continue;
		const theirSeq = sync.theirSeqs.get(peer) ?? 0;
		if (isAuthor || theirSeq < feed.seq) feeds.push(feed);
		if (!isAuthor && theirSeq <= feed.seq) sync.theirSeqs.delete(peer);
		if (feeds.length >= MAX_HAVE_FEEDS) break;
	}

	if (feeds.length === 0) return;
	pace.take('have', now);
	sync.link.send({type: 'have', kind: 'delta', feeds});
}

/**
 * Indexes of the buckets whose hashes differ in two digests. Each digest has DIGEST_BYTES for each of the HAVE_BUCKETS
 * buckets.
 */
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
	/** Feeds of a few earlier runs of this node. `onDelivered` is called for them too. */
	earlierFeeds(): readonly PeerId[];
	/**
	 * Called when a connected peer has stored the events up to `seq` of the feed of this node. If `feed` is given, it
	 * is a feed of an earlier run, and `seq` belongs to it.
	 */
	onDelivered(peer: PeerId, seq: number, feed?: PeerId): void;
	/**
	 * Called when a peer lists more feeds that are new to this node than MAX_NEW_FEEDS_PER_MINUTE or its share of
	 * MAX_MISSING_FEEDS allows.
	 */
	onLimit(peer: PeerId): void;
}

export interface InventoryReceiver {
	/**
	 * Processes a `have` message. A digest is answered with pages on the same `link`, and the listed feeds are recorded
	 * in `announced`. `current` returns the sync state of the peer, or undefined if the peer has disconnected. It is
	 * called before each part of the work.
	 */
	receive(
		current: () => SyncLink | undefined,
		link: PeerLink,
		message: HaveMessage,
		announced: Map<PeerId, number>,
	): ChunkedWork;
	/**
	 * Notes that claims of the peer were ignored because of a limit. After the current minute, the inventories are
	 * compared again.
	 */
	noteOverflow(sync: SyncLink): void;
	/**
	 * Sends a new digest if claims of the peer were ignored (`overflow`) and the minute in which this happened is over.
	 */
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
		sync.acknowledgedSeq = Math.max(sync.acknowledgedSeq, seq);
		options.onDelivered(sync.link.peer, seq);
	}

	/**
	 * Whether a peer lists a feed with the same last seq as this node, but with another hash. Then the feed is forked.
	 */
	function isFork(feed: HaveFeed): boolean {
		const ours = inventory.have(feed.peer);
		return ours?.seq === feed.seq && !isEqualBytes(ours.hash, feed.hash);
	}

	/**
	 * Count of new feeds in the current minute. If feeds were ignored in a minute, its count remains until
	 * `retryOverflow` runs.
	 */
	function currentWindow(sync: SyncLink) {
		const now = clock.monotonic();
		if (now - sync.newFeeds.from >= MINUTE_MS && !sync.newFeeds.overflow)
			sync.newFeeds = {from: now, count: 0, overflow: false};
		return sync.newFeeds;
	}

	function noteOverflow(sync: SyncLink): void {
		const window = currentWindow(sync);
		if (!window.overflow) options.onLimit(sync.link.peer);
		sync.newFeeds = {...window, overflow: true};
	}

	/** Counts a feed that is new to this node. Returns false if the peer has reached its limit for this minute. */
	function allowNewFeed(sync: SyncLink): boolean {
		const window = currentWindow(sync);
		sync.newFeeds = {...window, count: window.count + 1};
		return window.count < MAX_NEW_FEEDS_PER_MINUTE;
	}

	function receiveDigest(sync: SyncLink, theirDigest: Uint8Array): void {
		const ourDigest = inventory.digest();
		if (isEqualBucket(bucketOf(self), ourDigest, theirDigest)) acknowledge(sync, inventory.seqOf(self));
		for (const feed of options.earlierFeeds()) {
			const listed = inventory.have(feed);
			if (listed && isEqualBucket(bucketOf(feed), ourDigest, theirDigest))
				options.onDelivered(sync.link.peer, listed.seq, feed);
		}
		// If the peer sends another digest, a connection between the two nodes may have broken, and messages to this
		// node may be lost too. Therefore this node also sends a digest, unless an earlier one is unanswered. Without
		// this exception, two nodes whose inventories always differ would exchange digests endlessly.
		if (hasFullInventory(sync) && !isEqualBytes(ourDigest, theirDigest))
			compareInventories(sync, inventory, clock.monotonic());
	}

	/**
	 * Notes that the peer holds more events of a feed than this node, or another last entry (`isForked`). Returns false
	 * if a limit is exceeded.
	 */
	function noteClaim(sync: SyncLink, {peer, seq}: HaveFeed, isPage: boolean, isForked: boolean): boolean {
		const {link} = sync;
		const isNew = inventory.seqOf(peer) === 0 && !missingRanges.has(peer);
		if (isNew && !allowNewFeed(sync)) return false;
		if (!noteTheirSeq(sync, peer, seq)) return false;
		const isPushExpected = !isPage && !isForked && peer !== link.peer && options.isConnected(peer);
		const notBefore = clock.monotonic() + (isPushExpected ? PUSH_GRACE_MS : 0);
		const claim = {feed: peer, seq, owner: shareKey(link.remoteAddress, link.peer)};
		if (missingRanges.noteClaim(claim, notBefore, isForked)) return true;
		dropClaim(sync, peer, inventory.seqOf(peer));
		return false;
	}

	/** Processes one listed feed. `isPage`: whether it was listed in the answer to a digest. */
	function receiveFeed(sync: SyncLink, feed: HaveFeed, isPage: boolean): void {
		if (feed.peer === self) {
			acknowledge(sync, Math.min(feed.seq, inventory.seqOf(self)));
			return;
		}

		const ourSeq = inventory.seqOf(feed.peer);
		const isAuthor = feed.peer === sync.link.peer;
		const isForked = feed.seq === ourSeq && isFork(feed);
		// The log never gets smaller. So if the events of a feed do not fit into it now, the claim about them is not
		// recorded.
		const isMore = feed.seq > ourSeq && inventory.usageOf(feed.peer) < 1;
		if ((isMore || isForked) && !noteClaim(sync, feed, isPage, isForked)) {
			noteOverflow(sync);
			return;
		}

		// Both nodes may hold the same events of the feed of the peer by now. No digest has acknowledged these events
		// to the peer yet, so the feed is listed in the next delta.
		if (isPage && isAuthor) sync.pending.add(feed.peer);
		else if (!isAuthor && feed.seq >= ourSeq) sync.pending.delete(feed.peer);
		inventory.markShareable(feed.peer);
		if (ourSeq > 0 && options.earlierFeeds().includes(feed.peer) && !isForked)
			options.onDelivered(sync.link.peer, Math.min(feed.seq, ourSeq), feed.peer);
		if (isPage && sync.isListing && isMore) sync.initialSeqs.set(feed.peer, feed.seq);
	}

	return {
		*receive(current, link, message, announced) {
			if (message.kind === 'digest') {
				const sync = current();
				if (!sync) return;
				receiveDigest(sync, message.digest);
				const options = {link, state: connectionState(sync, link), inventory, announced, limit: sync.shareOfFeeds()};
				yield* answerDigest(options, clock, message.digest);
				return;
			}

			yield* inChunks(message.feeds, feed => {
				const sync = current();
				if (sync) receiveFeed(sync, feed, message.kind === 'page');
			});
			const sync = current();
			if (!sync || message.kind !== 'page' || !message.last) return;
			countAnsweredDigest(sync, link);
			sendDueDigest(sync, inventory, clock.monotonic());
		},
		noteOverflow,
		retryOverflow(sync) {
			const now = clock.monotonic();
			if (!sync.newFeeds.overflow || now - sync.newFeeds.from < MINUTE_MS) return;
			sync.newFeeds = {from: now, count: 0, overflow: false};
			dropHeldFeeds(sync, inventory);
			sync.isListing = true;
			compareInventories(sync, inventory, now);
		},
	};
}
