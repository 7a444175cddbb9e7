/**
 * Inventory of the feeds that this node holds. It determines which feeds sync lists to peers, requests and accepts. In
 * a room without a secret, a feed that was read from a reopened log is displayed but not listed. It is listed after a
 * peer in the room has listed it, so that a node does not spread the history of another room.
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
	/** Highest seq of the feed up to which all events are ingested; 0 if the feed is unknown. */
	seqOf(peer: PeerId): number;
	/**
	 * Entry of a feed in a `have` message; undefined if the feed is not listed. The entry covers only events that the
	 * log contains.
	 */
	have(peer: PeerId): HaveFeed | undefined;
	/** Digest of the listed feeds: 8 bytes for each of the HAVE_BUCKETS buckets. */
	digest(): Uint8Array;
	/** The listed feeds of one bucket. */
	bucket(index: number): readonly HaveFeed[];
	/**
	 * Stored batches of about `maxBytes` in total, beginning with the batch that contains `seq`. No batch contains both the
	 * seq `boundary` and later seqs.
	 */
	read(peer: PeerId, seq: number, maxBytes: number, boundary: number | undefined): readonly Batch[];
	/**
	 * Whether the feed may be requested. False if the feed is frozen after a fork, is ignored or has a weak key, or if the log
	 * is full.
	 */
	isAcceptable(peer: PeerId): boolean;
	/**
	 * How full the log is for another event of this feed: the greatest used fraction of the limits MAX_FEED_BYTES,
	 * MAX_LOG_BYTES, MAX_EVENTS, MAX_EVENT_MEMORY_BYTES and MAX_FEEDS. From 1 on no history is accepted. For live events
	 * the limit is higher by LIVE_RESERVE.
	 */
	usageOf(peer: PeerId): number;
	/**
	 * Amount by which new events of this feed will raise the usage of the log. Called before these events are ingested.
	 */
	costOf(peer: PeerId, events: number, bytes: number): number;
	/** Notes that a peer in this room listed the feed. This node lists it from now on. */
	markShareable(peer: PeerId): void;
}

/** Index of the bucket of a feed: the first byte of its author's peer id. */
export function bucketOf(peer: PeerId): number {
	return Number.parseInt(peer.slice(0, 2), 16);
}

export interface OwnFeedInventory extends FeedInventory {
	/**
	 * Lists new events of a feed. Events of other authors are listed only after they are written to the log
	 * (`releaseUnsaved`).
	 */
	update(peer: PeerId): void;
	/** Adds the events to the inventory that waited to be written to the log and now are. Returns the feeds that grew. */
	releaseUnsaved(): PeerId[];
	/**
	 * Finds the feeds of which the log has lost events, and lists only their remaining events. The lost events are requested
	 * again. Returns the number of lost events of each feed.
	 */
	noteLosses(): ReadonlyMap<PeerId, number>;
	/** Whether the log has lost events of this feed that are not yet written again. */
	isLost(peer: PeerId): boolean;
}

export interface FeedInventoryOptions {
	readonly self: PeerId;
	readonly log: Log;
	readonly tips: FeedTips;
	isIgnored(peer: PeerId): boolean;
	/** Chain hash after `seq` of a feed, read from the log. */
	hashAt(peer: PeerId, seq: number): Uint8Array | undefined;
	/** Number of events and observations in the state. */
	countEvents(): number;
	/** Estimated memory of the events in the state, in bytes. */
	memoryBytes(): number;
}

export function createFeedInventory(options: FeedInventoryOptions): OwnFeedInventory {
	const {self, log, tips, isIgnored, countEvents, memoryBytes} = options;
	const index = createHaveIndex();
	const unsavedPeers = new Set<PeerId>();
	const lostPeers = new Set<PeerId>();

	/** Lists only the part of a feed that the log still contains. Has no effect on a feed that is not listed. */
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
