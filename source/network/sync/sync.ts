/** What sync needs and what it does, as the session sees it. */
import {encodeMessageFrame, type HaveMessage, type Message} from '../../codec/message.js';
import type {Clock, Debug} from '../../core/environment.js';
import type {Batch, PeerId} from '../../core/event.js';
import {HAVE_CROWD_PEERS, HAVE_INTERVAL_MS, MAX_QUEUED_BYTES} from '../../core/limits.js';
import type {PeerLink} from '../link/peer-link.js';
import {type ChunkedWork, type DeferWork, runToCompletion} from '../scheduling/chunked-work.js';
import {createCoalescingTicker} from '../scheduling/coalescing-ticker.js';
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
	/** A connected peer holds our own feed up to `seq`. */
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
	/** `closed`: what was asked on this one is not to be answered any more. */
	replaced(link: PeerLink, closed?: PeerLink): void;
	down(peer: PeerId): void;
	/** `have`, `want` and `events`; others are left alone. `rest`: takes what is left to do; without it all is done at once. */
	message(link: PeerLink, message: Message, rest?: DeferWork): void;
	drained(link: PeerLink): void;
	/** Own new events: to all, at once. */
	pushOwn(batch: Batch): void;
	/** We hold more of these feeds, on disk. */
	inventoryChanged(feeds: Iterable<PeerId>): void;
	/** Takes what waits if it is little: somebody says goodbye. */
	flushSmall(): void;
	/** These feeds are welcome again: ask for what was passed over. */
	refetch(feeds: Iterable<PeerId>): void;
	/** Takes what waits (before a shutdown). */
	drain(): void;
	stop(): void;
}

/** How much of the history that is missing has come, told while some is missing and once when none is. */
export interface SyncProgress {
	/** Events came that were missing. */
	add(count: number): void;
	/** `outstanding`: events still missing. */
	report(outstanding: number): void;
}

/** `tell`: received so far, and expected in all; expected 0: done. */
export function createSyncProgress(notify: (received: number, expected: number) => void): SyncProgress {
	let received = 0;
	let isReported = false;

	return {
		add(count) {
			received += count;
		},
		report(outstanding) {
			const isOver = outstanding === 0;
			if (!isOver || isReported) notify(received, isOver ? 0 : received + outstanding);
			isReported = !isOver;
			if (isOver) received = 0;
		},
	};
}

/**
 * Anti-entropy: who holds what, who is asked for what, what is told to whom (design.md, 3, Sync). Its steps stand in files
 * of their own: `have-teller` says what we hold, `have-reader` reads what others hold, `claims` keeps what we lack,
 * `want-asker` asks for it, `want-servers` answer, `batch-receiver` takes in.
 *
 * Invariants
 * 1. On every connection, and again after one of a pair closed, both sides say all that they hold (digest, then pages).
 * 2. A range is asked of one peer at a time; one that does not answer in time is asked last.
 * 3. Own new events are pushed to all at once; everything else travels by `have` and `want`.
 * 4. `have` speaks only of what is written to the log.
 * 5. What others claim of our own feed beyond what we wrote is ignored.
 * 6. Nobody sends what we did not ask for, but for its own feed, and of that no more than can be followed live.
 */

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
		holdings: inventory,
		claims: missingRanges,
		isConnected: peer => links.has(peer),
		delivered: options.onDelivered,
		limited: peer => options.onLimit('new-feeds', peer),
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
		claims: missingRanges,
		held: ingest.heldSeq,
		readyAt: feed => authorLimiter.readyAt(feed, clock.monotonic()),
		isFull: ingest.isFull,
	});
	const ticker = createCoalescingTicker(clock, HAVE_INTERVAL_MS, tick);
	let ticks = 0;

	/** Nothing is to be told, nothing to be asked. */
	function isIdle(): boolean {
		if (missingRanges.size > 0) return false;
		for (const {pending, newFeeds} of links.values()) if (pending.size > 0 || newFeeds.overflow) return false;
		return true;
	}

	/** Slower as the room grows; acknowledgements at every tick. */
	function tick(): void {
		ticks += 1;
		const crowd = Math.max(1, Math.ceil(links.size / HAVE_CROWD_PEERS));
		for (const sync of links.values()) {
			sendDelta(sync, inventory, ticks % crowd === 0);
			inventoryReceiver.retryOverflow(sync);
		}

		requester.request();
		progress.report(missingRanges.outstanding());
		if (!isIdle()) ticker.wake();
	}

	function onIngested({batch, link, requested}: IncomingBatch, events: number): void {
		if (missingRanges.has(batch.peer)) progress.add(events);
		const sync = links.get(link.peer);
		if (sync && requested) sync.received += events;
	}

	function onCommitted(): void {
		ticker.wake();
		for (const sync of links.values()) checkSynced(sync);
		requester.request();
	}

	/** Told once for each connection. */
	function checkSynced(sync: SyncLink): void {
		if (sync.synced || !isCaughtUp(sync, inventory)) return;
		sync.synced = true;
		progress.report(missingRanges.outstanding());
		options.onSynced(sync.link.peer, sync.received);
	}

	/** What they asked of us goes on: they learn of a closed connection themselves. */
	function open(link: PeerLink): void {
		const before = links.get(link.peer);
		before?.request?.timer.cancel();
		const sync = createSyncLink(link, clock.monotonic(), before);
		if (before?.link !== link) ingest.linkOpened(link);
		links.set(link.peer, sync);
		ticker.wake();
		// It says anew what it holds.
		requester.recheckLater(before?.theirSeqs.keys() ?? []);
		sendDigest(sync, inventory);
	}

	function close(peer: PeerId): void {
		links.get(peer)?.request?.timer.cancel();
		responder.forget(peer);
		links.delete(peer);
	}

	/** They may be replaced between two parts of what they say. */
	function* readHave(link: PeerLink, message: HaveMessage): ChunkedWork {
		yield* inventoryReceiver.read(() => links.get(link.peer), link, message, responder.announcedTo(link.peer));
		const sync = links.get(link.peer);
		if (!sync || message.kind === 'digest') return;
		checkSynced(sync);
		requester.request();
	}

	return {
		up: open,
		replaced(link, closed) {
			if (closed) responder.closed(closed);
			open(link);
		},
		down(peer) {
			const claimed = links.get(peer)?.theirSeqs.keys() ?? [];
			close(peer);
			requester.recheckLater(claimed);
			requester.request();
			ticker.wake();
		},
		message(link, message, rest = runToCompletion) {
			const sync = links.get(link.peer);
			if (!sync) return;
			ticker.wake();
			if (message.type === 'want') responder.serve(link, message);
			else if (message.type === 'have') rest(readHave(link, message));
			else if (message.type === 'events') {
				const want = ingest.receive(sync, link, message);
				if (want) requester.completed(sync, want);
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
