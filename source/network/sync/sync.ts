/**
 * Sync between connected peers (anti-entropy; protocol.md, Sync). Nodes exchange inventories, request the events that
 * they lack, and answer requests. The other files of this folder do these steps. This module connects them with each
 * other.
 *
 * Invariants
 *
 * 1. Both ends list all events that they hold when a connection opens, and again when one of two connections to the
 *    same peer closes.
 * 2. A range is requested from one peer at a time, unless its answer is slow. If a request to an address has failed,
 *    its peers are asked last.
 * 3. New events of this node are pushed to all peers immediately. All other events are exchanged by `have` and `want`.
 * 4. A `have` message lists only events that are written to the log.
 * 5. If a peer claims to hold events of the feed of this node that this node never wrote, the claim is ignored.
 * 6. A peer may push its own events, up to the rate limit. A peer that pushes events of another author is at fault.
 */
import type {HaveMessage, Message} from '../../codec/message-types.js';
import type {Batch} from '../../core/batch.js';
import type {Clock, Debug} from '../../core/environment.js';
import type {PeerId} from '../../core/event.js';
import {HAVE_CROWD_PEERS, HAVE_INTERVAL_MS, MAX_HAVE_FEEDS, MAX_LISTED_FEEDS} from '../../core/limits.js';
import {shareKey} from '../ip-address.js';
import type {PeerLink} from '../link/peer-link.js';
import {type ChunkedWork, type DeferWork, runToCompletion} from '../scheduling/chunked-work.js';
import {createCoalescingTicker} from '../scheduling/coalesced-timer.js';
import {createAuthorRateLimiter} from './author-rate-limiter.js';
import type {FeedInventory} from './feed-inventory.js';
import {type BatchSink, createIngest} from './ingest.js';
import type {IncomingBatch} from './ingest-queue.js';
import {
	compareInventories,
	createInventoryReceiver,
	sendDelta,
	sendDueDigest,
	sendWaitingPages,
	startComparison,
} from './inventory-exchange.js';
import {createMissingRanges} from './missing-ranges.js';
import {createOwnFeedSender} from './own-feed-sender.js';
import {createRangeRequester} from './range-requester.js';
import {createRangeResponder} from './range-responder.js';
import {createSyncLink, dropClaim, dropCompleteClaims, type SyncLink} from './sync-link.js';
import {createSyncProgress} from './sync-progress.js';

export interface SyncOptions {
	readonly self: PeerId;
	readonly clock: Clock;
	readonly debug: Debug;
	readonly inventory: FeedInventory;
	/** Destination of the batches that peers send. */
	readonly sink: BatchSink;
	/** Feeds of a few earlier runs of this node. `onDelivered` is called for them too. */
	earlierFeeds(): readonly PeerId[];
	/**
	 * Called when a connected peer has stored the events up to `seq` of the feed of this node. If `feed` is given, it
	 * is a feed of an earlier run, and `seq` belongs to it.
	 */
	onDelivered(peer: PeerId, seq: number, feed?: PeerId): void;
	/**
	 * Called once for each connection, when this node has all events that the peer listed when it connected.
	 * `received`: number of requested events that have arrived from the peer.
	 */
	onSynced(peer: PeerId, received: number): void;
	/**
	 * Called with the number of missing events that have arrived, and the number that is expected in total. `expected`
	 * is 0 when no event is missing any more.
	 */
	onProgress(received: number, expected: number): void;
	/**
	 * Called when events are dropped or not requested because of a limit. `peer`: author of these events, or the peer
	 * that exceeded the limit.
	 */
	onLimit(limit: SyncLimit, peer: PeerId): void;
	/** Called when the feed of this author turns out to be forked. From then on, its new events are refused. */
	onFork(author: PeerId): void;
}

export type SyncLimit = 'live-events' | 'new-feeds' | 'bytes';

export interface Sync {
	up(link: PeerLink): void;
	/**
	 * To be called when messages to a peer are sent on another connection, `link`, from now on. `closed`: the previous
	 * connection, if it was closed.
	 */
	replaced(link: PeerLink, closed?: PeerLink): void;
	down(peer: PeerId): void;
	/**
	 * Handles `have`, `want` and `events`, and ignores other messages. Long work is passed to `defer`. By default it
	 * runs immediately.
	 */
	message(link: PeerLink, message: Message, defer?: DeferWork): void;
	/** To be called when the send queue of a connection has space again. */
	drained(link: PeerLink): void;
	/** Pushes new events of this node to all peers. */
	pushOwn(batch: Batch): void;
	/**
	 * To be called when more events of these feeds are in the log. The next delta (message about changed feeds) lists
	 * the feeds.
	 */
	inventoryChanged(feeds: Iterable<PeerId>): void;
	/**
	 * Ingests all waiting batches before it returns, unless they have more than MAX_BATCH_BYTES in total. To be called
	 * before a connection is closed.
	 */
	flushSmall(): void;
	/** Requests feeds that could not be accepted before and can be accepted now. */
	refetch(feeds: Iterable<PeerId>): void;
	/** Ingests all waiting batches before it returns. To be called before the node stops. */
	drain(): void;
	stop(): void;
}

export function createSync(options: SyncOptions): Sync {
	const {self, clock, inventory, debug} = options;
	const links = new Map<PeerId, SyncLink>();
	const missingRanges = createMissingRanges(self, inventory, onClaimEvicted);
	const authorLimiter = createAuthorRateLimiter();
	const progress = createSyncProgress(options.onProgress);
	const responder = createRangeResponder(clock, inventory);
	const ownFeedSender = createOwnFeedSender(self, inventory);
	const inventoryReceiver = createInventoryReceiver({
		self,
		clock,
		inventory,
		missingRanges,
		isConnected: peer => links.has(peer),
		earlierFeeds: options.earlierFeeds,
		onDelivered: options.onDelivered,
		onLimit: peer => options.onLimit('new-feeds', peer),
	});
	const ingest = createIngest({
		self,
		clock,
		inventory,
		missingRanges,
		authorLimiter,
		sink: options.sink,
		syncOf: peer => links.get(peer),
		isHistory,
		onIngested,
		onCommitted,
		onLimit: options.onLimit,
		onFork: options.onFork,
	});
	const requester = createRangeRequester({
		clock,
		debug,
		links,
		inventory,
		missingRanges,
		heldSeq: ingest.heldSeq,
		readyAt: feed => authorLimiter.readyAt(feed, clock.monotonic()),
		isFull: ingest.isFull,
	});
	const ticker = createCoalescingTicker(clock, HAVE_INTERVAL_MS, tick);
	let ticks = 0;

	const shareOfFeeds = () => Math.max(MAX_HAVE_FEEDS, Math.floor(MAX_LISTED_FEEDS / Math.max(1, links.size)));

	/**
	 * Records that a feed must be listed in the next delta to a peer. If too many feeds are recorded, because the peer
	 * does not answer the digest of this node or does not read, the inventories are compared again instead.
	 */
	function noteChanged(sync: SyncLink, feed: PeerId): void {
		if (sync.pending.size >= shareOfFeeds()) {
			sync.pending.clear();
			compareInventories(sync, inventory, clock.monotonic());
		}

		sync.pending.add(feed);
	}

	/** Whether there is nothing to do at the next tick: no feed has to be listed or requested. */
	function isIdle(): boolean {
		if (missingRanges.size > 0) return false;
		for (const {pending, newFeeds, compareAt} of links.values())
			if (pending.size > 0 || newFeeds.overflow || compareAt !== undefined) return false;
		return true;
	}

	/**
	 * Drops the claims of one owner about a feed, because the table of missing ranges was full and another owner needed
	 * a place.
	 */
	function onClaimEvicted(feed: PeerId, owner: string): void {
		for (const sync of links.values()) {
			if (shareKey(sync.link.remoteAddress, sync.link.peer) !== owner) continue;
			if ((sync.theirSeqs.get(feed) ?? 0) <= inventory.seqOf(feed)) continue;
			dropClaim(sync, feed, inventory.seqOf(feed));
			inventoryReceiver.noteOverflow(sync);
		}
	}

	function isHistory(feed: PeerId, seq: number): boolean {
		for (const {initialSeqs} of links.values()) if ((initialSeqs.get(feed) ?? 0) >= seq) return true;
		return false;
	}

	/**
	 * Sends acknowledgements at every tick. In a large room, all other changed feeds are listed only at some of the
	 * ticks.
	 */
	function tick(): void {
		ticks += 1;
		const ticksPerDelta = Math.max(1, Math.ceil(links.size / HAVE_CROWD_PEERS));
		const now = clock.monotonic();
		let hasPages = false;
		for (const sync of links.values()) {
			if (sendWaitingPages(sync, inventory, responder.announcedTo(sync.link.peer), now)) hasPages = true;
			sendDelta(sync, inventory, ticks % ticksPerDelta === 0, now);
			inventoryReceiver.retryOverflow(sync);
			sendDueDigest(sync, inventory, now);
		}

		requester.request();
		progress.report(missingRanges.outstanding());
		if (hasPages || !isIdle()) ticker.wake();
	}

	function onIngested({batch, link, requested}: IncomingBatch, newEvents: number): void {
		if (missingRanges.has(batch.peer)) progress.add(newEvents);
		const sync = links.get(link.peer);
		if (sync && requested) sync.received += newEvents;
	}

	function onCommitted(): void {
		ticker.wake();
		for (const sync of links.values()) checkSynced(sync);
		requester.request();
	}

	/**
	 * Drops claims about history whose events have all arrived. Calls `onSynced` when no such claim is left for the
	 * first time.
	 */
	function checkSynced(sync: SyncLink): void {
		const isCaughtUp = dropCompleteClaims(sync, inventory);
		if (sync.synced || !isCaughtUp) return;
		sync.synced = true;
		progress.report(missingRanges.outstanding());
		options.onSynced(sync.link.peer, sync.received);
	}

	/**
	 * Starts sync on a connection. If this node is still sending answers on an earlier connection to the peer, it
	 * completes them there.
	 */
	function open(link: PeerLink): void {
		const previous = links.get(link.peer);
		previous?.request?.timer.cancel();
		const sync = createSyncLink(link, clock.monotonic(), shareOfFeeds, previous);
		if (previous?.link !== link) ingest.linkOpened(link);
		links.set(link.peer, sync);
		ticker.wake();
		// The peer will list its inventory again. Therefore its claims on the earlier connection are dropped.
		requester.recheckLater(previous?.theirSeqs.keys() ?? []);
		startComparison(sync, inventory, clock.monotonic());
	}

	function close(peer: PeerId): void {
		links.get(peer)?.request?.timer.cancel();
		responder.forget(peer);
		links.delete(peer);
	}

	/** Handles a `have` message in parts. Between two parts, messages to the peer may move to another connection. */
	function* receiveHave(link: PeerLink, message: HaveMessage): ChunkedWork {
		yield* inventoryReceiver.receive(() => links.get(link.peer), link, message, responder.announcedTo(link.peer));
		const sync = links.get(link.peer);
		if (!sync || message.kind === 'digest') return;
		checkSynced(sync);
		requester.request();
	}

	return {
		up: open,
		replaced(link, closed) {
			if (closed) responder.linkClosed(closed);
			open(link);
		},
		down(peer) {
			const claimedFeeds = links.get(peer)?.theirSeqs.keys() ?? [];
			close(peer);
			requester.recheckLater(claimedFeeds);
			requester.request();
			ticker.wake();
		},
		message(link, message, defer = runToCompletion) {
			const sync = links.get(link.peer);
			if (!sync) return;
			ticker.wake();
			if (message.type === 'want') responder.serve(link, message);
			else if (message.type === 'have') defer(receiveHave(link, message));
			else if (message.type === 'events') {
				const completed = ingest.receive(sync, link, message);
				if (completed) requester.completed(sync, completed);
			}
		},
		drained(link) {
			responder.drained(link);
			const sync = links.get(link.peer);
			if (sync?.link !== link || !ownFeedSender.resume(sync)) return;
			ticker.wake();
			sendDelta(sync, inventory, true, clock.monotonic());
		},
		pushOwn(batch) {
			ingest.recordChat();
			ownFeedSender.push(batch, links.values());
		},
		inventoryChanged(feeds) {
			for (const feed of feeds) if (feed !== self) for (const sync of links.values()) noteChanged(sync, feed);
			ticker.wake();
		},
		flushSmall: ingest.flushSmall,
		refetch(feeds) {
			const now = clock.monotonic();
			for (const feed of feeds)
				for (const {theirSeqs, link} of links.values())
					missingRanges.noteClaim(
						{feed, seq: theirSeqs.get(feed) ?? 0, owner: shareKey(link.remoteAddress, link.peer)},
						now,
					);
			// The seqs of a peer are forgotten when this node holds as much. The log may have lost these events, so the
			// inventory of each peer is needed again.
			for (const sync of links.values()) compareInventories(sync, inventory, now);
			requester.request();
			ticker.wake();
		},
		drain: ingest.drain,
		stop() {
			ticker.stop();
			ingest.stop();
			requester.stop();
			for (const peer of [...links.keys()]) close(peer);
		},
	};
}
