/**
 * Anti-entropy between connected peers (protocol.md, Sync): nodes exchange inventories, request the events that they
 * lack, and answer requests. Other files of this folder do these steps. This module connects them with each other and
 * with ingest.
 *
 * Invariants
 * 1. Both ends list all events that they hold when a connection opens, and again when one of two connections to the
 *    same peer closes.
 * 2. A range is requested from one peer at a time, unless the answer is slow. Peers at an address from which an answer did
 *    not come in time are the last choice.
 * 3. Own new events are pushed to all peers immediately. All other events are exchanged by `have` and `want`.
 * 4. A `have` message lists only events that are written to the log.
 * 5. If a peer claims to hold events of this node's own feed that this node never wrote, the claim is ignored.
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
	/** Feeds of a few earlier launches of this node. `onDelivered` is called for them too. */
	earlierFeeds(): readonly PeerId[];
	/**
	 * Called when a connected peer has stored the events up to `seq`: of the feed of this node, or of `feed`, which
	 * belongs to an earlier launch.
	 */
	onDelivered(peer: PeerId, seq: number, feed?: PeerId): void;
	/**
	 * Called once per connection, when this node has all events that the peer listed when it connected. `received`: number of
	 * requested events that arrived.
	 */
	onSynced(peer: PeerId, received: number): void;
	/**
	 * Called with the number of missing events that have arrived, and the number that is expected in total. `expected`
	 * is 0 when no event is missing.
	 */
	onProgress(received: number, expected: number): void;
	/**
	 * Called when a limit causes events to be dropped or not requested. `peer`: the author of these events, or the peer
	 * at fault.
	 */
	onLimit(limit: SyncLimit, peer: PeerId): void;
	/** Called when the feed of this author is found to be forked. It is frozen from then on. */
	onFork(author: PeerId): void;
}

export type SyncLimit = 'live-events' | 'new-feeds' | 'bytes';

export interface Sync {
	up(link: PeerLink): void;
	/** Uses `link` as the connection to its peer from now on. `closed`: another connection to that peer, now closed. */
	replaced(link: PeerLink, closed?: PeerLink): void;
	down(peer: PeerId): void;
	/**
	 * Handles `have`, `want` and `events`; ignores other messages. Passes long work to `defer`, which by default runs
	 * the work immediately.
	 */
	message(link: PeerLink, message: Message, defer?: DeferWork): void;
	/** To be called when the send queue of a connection has drained. */
	drained(link: PeerLink): void;
	/** Pushes own new events to all peers. */
	pushOwn(batch: Batch): void;
	/** To be called after more events of these feeds are written to the log. The next delta lists the feeds. */
	inventoryChanged(feeds: Iterable<PeerId>): void;
	/**
	 * Ingests all queued batches before it returns, if they have at most MAX_BATCH_BYTES in total. To be called before
	 * a connection closes.
	 */
	flushSmall(): void;
	/** Requests feeds that were not acceptable before and have become acceptable. */
	refetch(feeds: Iterable<PeerId>): void;
	/** Ingests all queued batches before it returns. To be called before shutdown. */
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
	 * Notes a feed for the next delta to a peer. If too many feeds wait, because the peer does not answer our digest, or does
	 * not read, both ends compare their inventories again instead.
	 */
	function noteChanged(sync: SyncLink, feed: PeerId): void {
		if (sync.pending.size >= shareOfFeeds()) {
			sync.pending.clear();
			compareInventories(sync, inventory, clock.monotonic());
		}

		sync.pending.add(feed);
	}

	/** Whether no feed waits to be listed or requested. */
	function isIdle(): boolean {
		if (missingRanges.size > 0) return false;
		for (const {pending, newFeeds, compareAt} of links.values())
			if (pending.size > 0 || newFeeds.overflow || compareAt !== undefined) return false;
		return true;
	}

	/** Drops the claims of an owner about a feed that the full table of missing ranges has evicted. */
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

	/** Sends acknowledgements at every tick. In a large room, sends complete deltas only at some of the ticks. */
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
	 * Drops the claims of history whose events have all arrived. When no such claim is left for the first time, calls
	 * `onSynced`.
	 */
	function checkSynced(sync: SyncLink): void {
		const isCaughtUp = dropCompleteClaims(sync, inventory);
		if (sync.synced || !isCaughtUp) return;
		sync.synced = true;
		progress.report(missingRanges.outstanding());
		options.onSynced(sync.link.peer, sync.received);
	}

	/**
	 * Starts sync on a connection. Answers that this node is sending on a previous connection are completed on that
	 * connection.
	 */
	function open(link: PeerLink): void {
		const previous = links.get(link.peer);
		previous?.request?.timer.cancel();
		const sync = createSyncLink(link, clock.monotonic(), shareOfFeeds, previous);
		if (previous?.link !== link) ingest.linkOpened(link);
		links.set(link.peer, sync);
		ticker.wake();
		// The peer will list its inventory again, so claims that it made on the previous connection are dropped.
		requester.recheckLater(previous?.theirSeqs.keys() ?? []);
		startComparison(sync, inventory, clock.monotonic());
	}

	function close(peer: PeerId): void {
		links.get(peer)?.request?.timer.cancel();
		responder.forget(peer);
		links.delete(peer);
	}

	/** Handles a `have` message in parts. The connection may be replaced between two parts. */
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
			// What a peer holds of a feed is forgotten when this node holds as much. The log may have lost these events.
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
