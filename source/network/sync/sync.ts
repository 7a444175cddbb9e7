/**
 * Anti-entropy between connected peers (protocol.md, Sync): every node learns what the others hold, requests what it lacks,
 * and answers their requests. This module connects the parts: inventory-exchange (who holds what), missing-ranges and
 * range-requester (what to request from whom), range-responder (answers), ingest (batches on their way into the log).
 *
 * Invariants
 * 1. On every connection, and again after one of a pair has closed, both ends list everything that they hold.
 * 2. A range is requested from one peer at a time. A peer that did not answer in time is asked last.
 * 3. Own new events are pushed to all peers at once. All other events travel by `have` and `want`.
 * 4. A `have` lists only what is written to the log.
 * 5. Claims of others about the own feed beyond its end are ignored.
 * 6. A peer that sends events of another author unrequested is at fault. Its own events it may push, up to the rate limit.
 */
import {encodeMessageFrame, type HaveMessage, type Message} from '../../codec/message.js';
import type {Clock, Debug} from '../../core/environment.js';
import type {Batch, PeerId} from '../../core/event.js';
import {HAVE_CROWD_PEERS, HAVE_INTERVAL_MS, MAX_QUEUED_BYTES} from '../../core/limits.js';
import type {PeerLink} from '../link/peer-link.js';
import {type ChunkedWork, type DeferWork, runToCompletion} from '../scheduling/chunked-work.js';
import {createCoalescingTicker} from '../scheduling/coalesced-timer.js';
import {createAuthorRateLimiter} from './author-rate-limiter.js';
import type {FeedInventory} from './feed-inventory.js';
import {type BatchSink, createIngest} from './ingest.js';
import type {IncomingBatch} from './ingest-queue.js';
import {createInventoryReceiver, sendDelta, sendDigest} from './inventory-exchange.js';
import {createMissingRanges} from './missing-ranges.js';
import {createRangeRequester} from './range-requester.js';
import {createRangeResponder} from './range-responder.js';
import {createSyncLink, isCaughtUp, type SyncLink} from './sync-link.js';

export interface SyncOptions {
	readonly self: PeerId;
	readonly clock: Clock;
	readonly debug: Debug;
	readonly inventory: FeedInventory;
	/** Destination of the batches that peers send. */
	readonly sink: BatchSink;
	/** A connected peer holds the own feed up to `seq`. */
	onDelivered(peer: PeerId, seq: number): void;
	/** Everything that this peer listed first is here. `received`: events that it sent for it. Once per connection. */
	onSynced(peer: PeerId, received: number): void;
	/** Progress of missing history, in events. `expected` 0: nothing is missing any more. */
	onProgress(received: number, expected: number): void;
	/** A limit was reached and events are dropped or not requested. `peer`: the author, or the peer that lists too many feeds. */
	onLimit(limit: SyncLimit, peer: PeerId): void;
	/** The feed of this author is forked, and therefore frozen. */
	onFork(author: PeerId): void;
}

export type SyncLimit = 'live-events' | 'new-feeds' | 'bytes';

export interface Sync {
	up(link: PeerLink): void;
	/** `link` is from now on the connection of its pair. `closed`: a connection of the pair whose requests end. */
	replaced(link: PeerLink, closed?: PeerLink): void;
	down(peer: PeerId): void;
	/** Handles `have`, `want` and `events`; ignores other messages. `defer` runs long work in parts; by default it runs at once. */
	message(link: PeerLink, message: Message, defer?: DeferWork): void;
	/** The other end has read the queue of its connection. */
	drained(link: PeerLink): void;
	/** Pushes own new events to all peers. */
	pushOwn(batch: Batch): void;
	/** More of these feeds is written to the log: the next delta lists them. */
	inventoryChanged(feeds: Iterable<PeerId>): void;
	/** Ingests the queued batches at once if they are few, before a connection closes. */
	flushSmall(): void;
	/** Requests these feeds again, which have become acceptable. */
	refetch(feeds: Iterable<PeerId>): void;
	/** Ingests all queued batches at once, before a shutdown. */
	drain(): void;
	stop(): void;
}

export function createSync(options: SyncOptions): Sync {
	const {self, clock, inventory, debug} = options;
	const links = new Map<PeerId, SyncLink>();
	const missingRanges = createMissingRanges(self, inventory);
	const authorLimiter = createAuthorRateLimiter();
	const progress = createSyncProgress(options.onProgress);
	const responder = createRangeResponder(clock, inventory);
	const inventoryReceiver = createInventoryReceiver({
		self,
		clock,
		inventory,
		missingRanges,
		isConnected: peer => links.has(peer),
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
		onIngested,
		onCommitted,
		onLimit: options.onLimit,
		onFork: options.onFork,
	});
	const requester = createRangeRequester({
		clock,
		debug,
		links,
		missingRanges,
		heldSeq: ingest.heldSeq,
		readyAt: feed => authorLimiter.readyAt(feed, clock.monotonic()),
		isFull: ingest.isFull,
	});
	const ticker = createCoalescingTicker(clock, HAVE_INTERVAL_MS, tick);
	let ticks = 0;

	/** Whether nothing waits to be listed or requested. */
	function isIdle(): boolean {
		if (missingRanges.size > 0) return false;
		for (const {pending, newFeeds} of links.values()) if (pending.size > 0 || newFeeds.overflow) return false;
		return true;
	}

	/** Sends acknowledgements at every tick, and other deltas less often in a large room. */
	function tick(): void {
		ticks += 1;
		const ticksPerDelta = Math.max(1, Math.ceil(links.size / HAVE_CROWD_PEERS));
		for (const sync of links.values()) {
			sendDelta(sync, inventory, ticks % ticksPerDelta === 0);
			inventoryReceiver.retryOverflow(sync);
		}

		requester.request();
		progress.report(missingRanges.outstanding());
		if (!isIdle()) ticker.wake();
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

	function checkSynced(sync: SyncLink): void {
		if (sync.synced || !isCaughtUp(sync, inventory)) return;
		sync.synced = true;
		progress.report(missingRanges.outstanding());
		options.onSynced(sync.link.peer, sync.received);
	}

	/** Answers to requests of the other end continue on a previous connection: the other end notices itself that it closed. */
	function open(link: PeerLink): void {
		const previous = links.get(link.peer);
		previous?.request?.timer.cancel();
		const sync = createSyncLink(link, clock.monotonic(), previous);
		if (previous?.link !== link) ingest.linkOpened(link);
		links.set(link.peer, sync);
		ticker.wake();
		// The other end lists its inventory again.
		requester.recheckLater(previous?.theirSeqs.keys() ?? []);
		sendDigest(sync, inventory);
	}

	function close(peer: PeerId): void {
		links.get(peer)?.request?.timer.cancel();
		responder.forget(peer);
		links.delete(peer);
	}

	/** The connection may be replaced between two parts of the work. */
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
			if (sync?.link !== link || !sync.pushesPaused) return;
			sync.pending.add(self);
			sync.pushesPaused = false;
			ticker.wake();
			sendDelta(sync, inventory, true);
		},
		pushOwn(batch) {
			ingest.recordChat();
			const frame = encodeMessageFrame({type: 'events', batches: [batch]});
			for (const sync of links.values()) {
				if (sync.pushesPaused || sync.link.queuedBytes > MAX_QUEUED_BYTES) sync.pushesPaused = true;
				else sync.link.sendFrame(frame);
			}
		},
		inventoryChanged(feeds) {
			for (const feed of feeds) if (feed !== self) for (const {pending} of links.values()) pending.add(feed);
			ticker.wake();
		},
		flushSmall: ingest.flushSmall,
		refetch(feeds) {
			const now = clock.monotonic();
			for (const feed of feeds)
				for (const {theirSeqs} of links.values()) missingRanges.noteClaim(feed, theirSeqs.get(feed) ?? 0, now);
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

/** Counter of missing events that have arrived. It reports while some are missing, and once when none is. */
interface SyncProgress {
	/** Counts missing events that arrived. */
	add(count: number): void;
	/** `outstanding`: number of events that are still missing. */
	report(outstanding: number): void;
}

function createSyncProgress(onProgress: (received: number, expected: number) => void): SyncProgress {
	let received = 0;
	let isReported = false;

	return {
		add(count) {
			received += count;
		},
		report(outstanding) {
			const isComplete = outstanding === 0;
			if (!isComplete || isReported) onProgress(received, isComplete ? 0 : received + outstanding);
			isReported = !isComplete;
			if (isComplete) received = 0;
		},
	};
}
