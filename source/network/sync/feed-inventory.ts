/** What this node holds of every feed, as sync sees it. Made by the session over the log and the feed tips. */
import type {HaveFeed} from '../../codec/message.js';
import type {Batch, PeerId} from '../../core/event.js';
import {LIVE_RESERVE, MAX_EVENTS, MAX_FEED_BYTES, MAX_FEEDS, MAX_LOG_BYTES} from '../../core/limits.js';
import type {FeedTips} from '../../feed/feed-tips.js';
import {createHaveIndex} from '../../feed/have-index.js';
import type {Log} from '../../storage/log.js';

export interface FeedInventory {
	/** Highest contiguous seq that we took; 0 if none. */
	seqOf(peer: PeerId): number;
	/** What we say of it: only what is written to the log and may be handed on. */
	have(peer: PeerId): HaveFeed | undefined;
	/** HAVE_BUCKETS times 8 bytes over all that `have` would say. */
	digest(): Uint8Array;
	/** All that `have` would say of the feeds whose first byte is `index`. */
	bucket(index: number): readonly HaveFeed[];
	/** Stored batches from the one that holds `seq` on; not merged across `boundary`. */
	read(peer: PeerId, seq: number, maxBytes: number, boundary: number | undefined): readonly Batch[];
	/** False: frozen by a fork, ignored, or past its limits. Nothing is asked of it. */
	isAcceptable(peer: PeerId): boolean;
	/**
	 * False: the feed, the log or the number of events or feeds has reached its limit. Nothing more is taken; of what is
	 * live, nothing more only when the reserve kept for it is full as well.
	 */
	hasRoom(peer: PeerId, live: boolean): boolean;
	/** Somebody in this room named the feed: from now on it may be handed on. */
	markShareable(peer: PeerId): void;
}

/** The bucket of a feed: the first byte of its peer id. */
export function bucketOf(peer: PeerId): number {
	return Number.parseInt(peer.slice(0, 2), 16);
}

export interface OwnFeedInventory extends FeedInventory {
	/** We hold more of this feed: say so, if it is written and may be handed on. */
	update(peer: PeerId): void;
	/** Saving works again: what was held back may be said. Returns the feeds of which there is more to say. */
	releaseUnsaved(): PeerId[];
}

export interface FeedInventoryOptions {
	readonly self: PeerId;
	readonly log: Log;
	readonly tips: FeedTips;
	isIgnored(peer: PeerId): boolean;
	/** Events and observations in the state. */
	countEvents(): number;
}

/**
 * What sync may say and ask, over log and tips. A feed that was only read from a reopened log of an open room is silent:
 * shown, and handed on once somebody in the room names it (design.md, 1, What you share is what you were there for).
 */
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

	/** So that a full log does not silence the room, a part is kept for what is said now. */
	function hasRoom(peer: PeerId, live: boolean): boolean {
		const part = live ? 1 + LIVE_RESERVE : 1;
		return (
			tips.bytesOf(peer) < MAX_FEED_BYTES * part &&
			log.size < MAX_LOG_BYTES * part &&
			countEvents() < MAX_EVENTS * part &&
			(tips.seqOf(peer) > 0 || tips.count < MAX_FEEDS * part)
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
