/**
 * Inventory of the feeds that this node holds. It determines which feeds this node lists to peers, requests and
 * accepts. In a room without a secret, a feed from a reopened log is displayed, but not listed until a peer in the room
 * has listed it. Otherwise a node could spread the history of another room with the same name.
 */
import type {HaveFeed} from '../../codec/message-types.js';
import type {Batch} from '../../core/batch.js';
import type {PeerId} from '../../core/event.js';
import {MAX_EVENT_MEMORY_BYTES, MAX_EVENTS, MAX_FEED_BYTES, MAX_FEEDS, MAX_LOG_BYTES} from '../../core/limits.js';
import {estimateMemory} from '../../core/memory-cost.js';
import type {FeedTips} from '../../feed/feed-tips.js';
import {createHaveIndex} from '../../feed/have-index.js';
import {isWeakKey} from '../../feed/signing-keys.js';
import type {Log} from '../../storage/log.js';

export interface FeedInventory {
	/** Highest seq up to which this node has ingested all events of the feed. 0 if the feed is unknown. */
	seqOf(peer: PeerId): number;
	/**
	 * Entry of a feed in a `have` message. Undefined if this node does not list the feed. The entry covers only events
	 * that are in the log.
	 */
	have(peer: PeerId): HaveFeed | undefined;
	/**
	 * Digest of the listed feeds. They are divided into HAVE_BUCKETS buckets, and each bucket has a hash of 8 bytes.
	 */
	digest(): Uint8Array;
	/** Listed feeds of one bucket of the digest. */
	bucket(index: number): readonly HaveFeed[];
	/**
	 * Stored batches of about `maxBytes` in total, beginning with the batch that contains `seq`. Each batch ends at the
	 * seq `boundary` or before it, or begins after it.
	 */
	read(peer: PeerId, seq: number, maxBytes: number, boundary: number | undefined): readonly Batch[];
	/**
	 * Whether this node may request the feed. False if the feed is frozen after a fork, is ignored or has a weak key,
	 * or if the log is full.
	 */
	isAcceptable(peer: PeerId): boolean;
	/**
	 * How full the log is for one more event of this feed. The value is the largest used fraction of these limits:
	 * MAX_FEED_BYTES, MAX_LOG_BYTES, MAX_EVENTS, MAX_EVENT_MEMORY_BYTES and MAX_FEEDS. From 1 on no history is
	 * accepted. Live events are accepted up to 1 + LIVE_RESERVE.
	 */
	usageOf(peer: PeerId): number;
	/**
	 * Amount by which new events of this feed will raise the result of `usageOf`. Called before the events are
	 * ingested.
	 */
	costOf(peer: PeerId, events: number, bytes: number): number;
	/** Notes that a peer in this room has listed the feed. From now on this node lists the feed too. */
	markShareable(peer: PeerId): void;
}

/** Index of the bucket of the digest to which a feed belongs: the first byte of the peer id of its author. */
export function bucketOf(peer: PeerId): number {
	return Number.parseInt(peer.slice(0, 2), 16);
}

export interface OwnFeedInventory extends FeedInventory {
	/**
	 * Lists the new events of a feed. New events of other authors are listed only after they are in the log
	 * (`releaseUnsaved`).
	 */
	update(peer: PeerId): void;
	/** Lists the events that were not in the log before and are in the log now. Returns their feeds. */
	releaseUnsaved(): PeerId[];
	/**
	 * Finds the feeds of which the log has lost events, and lists only the remaining events. The lost events are
	 * requested from peers again. Returns the number of lost events of each of these feeds.
	 */
	noteLosses(): ReadonlyMap<PeerId, number>;
	/** Whether the log has lost events of this feed that are not in the log again yet. */
	isLost(peer: PeerId): boolean;
}

export interface FeedInventoryOptions {
	readonly self: PeerId;
	readonly log: Log;
	readonly tips: FeedTips;
	isIgnored(peer: PeerId): boolean;
	/** Hash of the chain of entries of a feed up to `seq`, read from the log. */
	hashAt(peer: PeerId, seq: number): Uint8Array | undefined;
	/** Number of events and observations in the state of the room. */
	countEvents(): number;
	/** Estimated memory of the events in the state, in bytes. */
	memoryBytes(): number;
}

export function createFeedInventory(options: FeedInventoryOptions): OwnFeedInventory {
	const {self, log, tips, isIgnored, countEvents, memoryBytes} = options;
	const index = createHaveIndex();
	const unsavedPeers = new Set<PeerId>();
	const lostPeers = new Set<PeerId>();

	/** Lists only the part of a feed that is still in the log. Has no effect on a feed that this node does not list. */
	function listRemainder(peer: PeerId): void {
		if (!index.get(peer)) return;
		const seq = log.savedSeq(peer);
		const hash = seq > 0 ? options.hashAt(peer, seq) : undefined;
		if (hash) index.set({peer, seq, hash: hash.subarray(0, 8)});
		else index.delete(peer);
	}

	function update(peer: PeerId): void {
		const tip = tips.tip(peer);
		if (!tip) return;
		if (lostPeers.has(peer) && log.heldSeq(peer) < tip.seq) {
			listRemainder(peer);
			return;
		}

		lostPeers.delete(peer);
		if (peer !== self && log.savedSeq(peer) < tip.seq) {
			unsavedPeers.add(peer);
			return;
		}

		unsavedPeers.delete(peer);
		index.set({peer, seq: tip.seq, hash: tip.hash.subarray(0, 8)});
	}

	function usageOf(peer: PeerId): number {
		return Math.max(
			tips.bytesOf(peer) / MAX_FEED_BYTES,
			log.size / MAX_LOG_BYTES,
			countEvents() / MAX_EVENTS,
			memoryBytes() / MAX_EVENT_MEMORY_BYTES,
			tips.seqOf(peer) > 0 ? 0 : tips.count / MAX_FEEDS,
		);
	}

	return {
		seqOf: peer => (lostPeers.has(peer) ? Math.min(log.heldSeq(peer), tips.seqOf(peer)) : tips.seqOf(peer)),
		have: peer => index.get(peer),
		digest: () => index.digest(),
		bucket: at => index.bucket(at),
		read: (peer, seq, maxBytes, boundary) => log.batchesFrom(peer, seq, maxBytes, boundary),
		isAcceptable: peer => !isWeakKey(peer) && !tips.isFrozen(peer) && !isIgnored(peer) && usageOf(peer) < 1,
		usageOf,
		costOf: (peer, events, bytes) =>
			Math.max(
				bytes / MAX_LOG_BYTES,
				events / MAX_EVENTS,
				estimateMemory(events, bytes) / MAX_EVENT_MEMORY_BYTES,
				tips.seqOf(peer) > 0 ? 0 : 1 / MAX_FEEDS,
			),
		markShareable(peer) {
			if (tips.seqOf(peer) > 0 && !index.get(peer)) update(peer);
		},
		update,
		releaseUnsaved() {
			const feeds = [...unsavedPeers];
			for (const peer of feeds) update(peer);
			return feeds.filter(peer => !unsavedPeers.has(peer));
		},
		noteLosses() {
			const losses = new Map<PeerId, number>();
			for (const peer of tips.peers()) {
				const lost = tips.seqOf(peer) - log.heldSeq(peer);
				if (lost <= 0) continue;
				losses.set(peer, lost);
				lostPeers.add(peer);
				listRemainder(peer);
			}
			return losses;
		},
		isLost: peer => lostPeers.has(peer),
	};
}
