/**
 * Inventory of the feeds that this node holds, over the log and the feed tips: what sync lists to others, requests and
 * accepts. A feed that was only read from a reopened log of a room without a secret is not listed. It is displayed, and
 * listed as soon as a peer in the room lists it, so that a node spreads only history that its room knows already.
 */
import type {HaveFeed} from '../../codec/message.js';
import type {Batch, PeerId} from '../../core/event.js';
import {LIVE_RESERVE, MAX_EVENTS, MAX_FEED_BYTES, MAX_FEEDS, MAX_LOG_BYTES} from '../../core/limits.js';
import type {FeedTips} from '../../feed/feed-tips.js';
import {createHaveIndex} from '../../feed/have-index.js';
import type {Log} from '../../storage/log.js';

export interface FeedInventory {
	/** Highest contiguous seq that is ingested; 0 if none. */
	seqOf(peer: PeerId): number;
	/** What is listed of a feed: only what is written to the log and shareable. */
	have(peer: PeerId): HaveFeed | undefined;
	/** Digest of the listed feeds: HAVE_BUCKETS times 8 bytes. */
	digest(): Uint8Array;
	/** The listed feeds of one bucket. */
	bucket(index: number): readonly HaveFeed[];
	/** Stored batches from the one that contains `seq`, about `maxBytes` of entries; not merged across the seq `boundary`. */
	read(peer: PeerId, seq: number, maxBytes: number, boundary: number | undefined): readonly Batch[];
	/** Whether the feed may be requested. False: it is frozen by a fork, ignored, or at a limit. */
	isAcceptable(peer: PeerId): boolean;
	/**
	 * Whether the feed, the log and the numbers of events and feeds are below their limits. For live events (`live`) the
	 * limits include LIVE_RESERVE, so that a full log does not silence the room.
	 */
	hasRoom(peer: PeerId, live: boolean): boolean;
	/** Notes that a peer in this room listed the feed: from now on it is listed to others. */
	markShareable(peer: PeerId): void;
}

/** Index of the bucket of a feed: the first byte of its peer id. */
export function bucketOf(peer: PeerId): number {
	return Number.parseInt(peer.slice(0, 2), 16);
}

export interface OwnFeedInventory extends FeedInventory {
	/** Lists what was added to a feed. What is not written to the log yet is held back, except of the own feed. */
	update(peer: PeerId): void;
	/** Lists what was held back, after the log is written again. Returns the feeds of which more is listed. */
	releaseUnsaved(): PeerId[];
}

export interface FeedInventoryOptions {
	readonly self: PeerId;
	readonly log: Log;
	readonly tips: FeedTips;
	isIgnored(peer: PeerId): boolean;
	/** Number of events and observations in the state. */
	countEvents(): number;
}

export function createFeedInventory({self, log, tips, isIgnored, countEvents}: FeedInventoryOptions): OwnFeedInventory {
	const index = createHaveIndex();
	const unsavedPeers = new Set<PeerId>();

	function update(peer: PeerId): void {
		const tip = tips.tip(peer);
		if (!tip) return;
		if (peer !== self && log.savedSeq(peer) < tip.seq) {
			unsavedPeers.add(peer);
			return;
		}

		unsavedPeers.delete(peer);
		index.set({peer, seq: tip.seq, hash: tip.hash.subarray(0, 8)});
	}

	function hasRoom(peer: PeerId, live: boolean): boolean {
		const factor = live ? 1 + LIVE_RESERVE : 1;
		return (
			tips.bytesOf(peer) < MAX_FEED_BYTES * factor &&
			log.size < MAX_LOG_BYTES * factor &&
			countEvents() < MAX_EVENTS * factor &&
			(tips.seqOf(peer) > 0 || tips.count < MAX_FEEDS * factor)
		);
	}

	return {
		seqOf: peer => tips.seqOf(peer),
		have: peer => index.get(peer),
		digest: () => index.digest(),
		bucket: at => index.bucket(at),
		read: (peer, seq, maxBytes, boundary) => log.batchesFrom(peer, seq, maxBytes, boundary),
		isAcceptable: peer => !tips.isFrozen(peer) && !isIgnored(peer) && hasRoom(peer, false),
		hasRoom,
		markShareable(peer) {
			if (tips.seqOf(peer) > 0 && !index.get(peer)) update(peer);
		},
		update,
		releaseUnsaved() {
			const feeds = [...unsavedPeers];
			for (const peer of feeds) update(peer);
			return feeds.filter(peer => !unsavedPeers.has(peer));
		},
	};
}
