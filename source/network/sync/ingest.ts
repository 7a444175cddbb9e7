/**
 * Ingest of the event batches that peers send. It decides which batches enter the ingest queue, and acts on the result
 * of each batch. A batch goes from `receive` through the queue (ingest-queue.ts) to the sink, which is the event
 * pipeline of the node.
 */
import type {EventsMessage} from '../../codec/message-types.js';
import {type Batch, batchByteLength, lastSeq} from '../../core/batch.js';
import type {Clock} from '../../core/environment.js';
import type {PeerId} from '../../core/event.js';
import {LIVE_RESERVE, MAX_BATCH_BYTES, MAX_CANDIDATES, MAX_INGEST_BYTES} from '../../core/limits.js';
import {LruMap} from '../../core/lru-map.js';
import {prefixGroup, shareKey} from '../ip-address.js';
import type {PeerLink} from '../link/peer-link.js';
import type {AuthorRateLimiter} from './author-rate-limiter.js';
import type {FeedInventory} from './feed-inventory.js';
import {createIngestQueue, type IncomingBatch} from './ingest-queue.js';
import type {MissingRanges} from './missing-ranges.js';
import {noteTheirSeq, type PendingRequest, type SyncLink} from './sync-link.js';

/** Destination of the batches that peers send: the event pipeline of the node. */
export interface BatchSink {
	/**
	 * Verifies a batch and keeps its new events for the next `commit`. `live` is false for history: events that a peer
	 * had already when it connected.
	 */
	ingest(batch: Batch, live: boolean): IngestResult;
	/** Writes the kept events to the log, applies them to the state, and notifies the listeners. */
	commit(): void;
}

/**
 * Result of one batch:
 *
 * - `accepted`: it has new events.
 * - `known`: this node already holds all its events.
 * - `ahead`: events of the feed before the batch are missing.
 * - `forked`: the feed is frozen, because its author has signed two different entries with one seq.
 * - `unprovable`: the key of the author is weak, so a signature proves nothing.
 * - `invalid`: the author did not sign the batch, so the sender is at fault. `code`: code of the `error` message to the
 *   sender.
 */
export type IngestResult =
	| {readonly type: 'accepted' | 'known' | 'ahead' | 'forked' | 'unprovable'}
	| {readonly type: 'invalid'; readonly code: string};

export interface IngestOptions {
	readonly self: PeerId;
	readonly clock: Clock;
	readonly inventory: FeedInventory;
	readonly missingRanges: MissingRanges;
	readonly authorLimiter: AuthorRateLimiter;
	readonly sink: BatchSink;
	/** Sync state of a connected peer. */
	syncOf(peer: PeerId): SyncLink | undefined;
	/** Whether an event is history, because a connected peer listed it when this peer connected. */
	isHistory(feed: PeerId, seq: number): boolean;
	/**
	 * Called when the sink has processed a batch. `newEvents`: number of events in the batch that are new to this node.
	 */
	onIngested(incoming: IncomingBatch, newEvents: number): void;
	/** Called after each commit of the sink. */
	onCommitted(): void;
	/**
	 * Called when a batch is dropped, because its author exceeds the rate limit (`live-events`), or because its feed or
	 * the log is full (`bytes`).
	 */
	onLimit(limit: 'live-events' | 'bytes', author: PeerId): void;
	/** Called when a batch proves that the feed of this author is forked, or continues such a feed. */
	onFork(author: PeerId): void;
}

export interface Ingest {
	/** To be called when a link opens. Sets the usage meter of the link in the ingest queue to its initial value. */
	linkOpened(link: PeerLink): void;
	/** Notes that this node has posted a message. While people chat, small history batches are ingested more slowly. */
	recordChat(): void;
	/**
	 * Queues the acceptable batches of one message. Returns the request of this node that the message completes, if
	 * there is one.
	 */
	receive(sync: SyncLink, link: PeerLink, message: EventsMessage): PendingRequest | undefined;
	/**
	 * Highest seq of a feed that this node holds or has in the queue. The next request for the feed begins after it.
	 */
	heldSeq(feed: PeerId): number;
	/** Whether the queue has more than MAX_INGEST_BYTES. Then this node requests nothing. */
	isFull(): boolean;
	/** Ingests all waiting batches before it returns, unless they have more than MAX_BATCH_BYTES in total. */
	flushSmall(): void;
	/** Ingests all waiting batches before it returns. */
	drain(): void;
	stop(): void;
}

export function createIngest(options: IngestOptions): Ingest {
	const {self, clock, inventory, missingRanges, authorLimiter, sink} = options;
	/** Highest seq of each feed in the queue. */
	const queuedSeqs = new Map<PeerId, number>();
	const queue = createIngestQueue(clock, {ingest, commit});
	/**
	 * How much of the reserve of a full log the pushes from each address have used, as a fraction of the limits of the
	 * log. The keys are those of `reserveOwners`.
	 */
	const reserveUsed = new LruMap<string, number>(MAX_CANDIDATES);
	/**
	 * Connections on which an invalid batch was found. Further batches from these connections are dropped without
	 * verification, which would only take time.
	 */
	const failedLinks = new WeakSet<PeerLink>();
	const heldSeq = (feed: PeerId) => Math.max(inventory.seqOf(feed), queuedSeqs.get(feed) ?? 0);

	/**
	 * Decides whether a batch enters the queue: it was requested, or its author has pushed it within the rate limit. A
	 * pushed batch counts for the rate of its author immediately, because the author itself sent it. A requested batch
	 * counts only after it is verified.
	 */
	function admit(sync: SyncLink, link: PeerLink, batch: Batch, requested: boolean): boolean {
		const now = clock.monotonic();
		const bytes = batchByteLength(batch);
		const last = lastSeq(batch);
		if (requested) sync.requestedBytes -= bytes;
		if (requested ? sync.requestedBytes < 0 : batch.peer !== link.peer) {
			link.fail('unasked', 'it sent events that were not requested');
			return false;
		}

		if (!requested && authorLimiter.readyAt(batch.peer, now) > now) {
			options.onLimit('live-events', batch.peer);
			noteClaim(sync, batch.peer, last);
			return false;
		}

		if (!requested) authorLimiter.record(batch.peer, batch.entries.length, bytes, now);
		return true;
	}

	/**
	 * Notes that a peer claims to hold a feed up to `seq`. The claim is ignored if this node does not know the feed
	 * yet. A peer can make a feed known only by a `have` message or, if the feed is its own, by a push.
	 */
	function noteClaim(sync: SyncLink, feed: PeerId, seq: number): void {
		const {link} = sync;
		if (feed !== link.peer && inventory.seqOf(feed) === 0 && !missingRanges.has(feed)) return;
		const claim = {feed, seq, owner: shareKey(link.remoteAddress, link.peer)};
		if (noteTheirSeq(sync, feed, seq)) missingRanges.noteClaim(claim, clock.monotonic());
	}

	function enqueue(incoming: IncomingBatch, request: PendingRequest | undefined): void {
		const {batch} = incoming;
		const last = lastSeq(batch);
		const range = request?.ranges.get(batch.peer);
		if (request) request.bytes += batchByteLength(batch);
		if (request && range && batch.firstSeq <= range.from && range.from <= last) request.lastServed = batch.peer;
		if (batch.firstSeq <= heldSeq(batch.peer) + 1)
			queuedSeqs.set(batch.peer, Math.max(last, queuedSeqs.get(batch.peer) ?? 0));
		queue.push(incoming);
	}

	function ingest(incoming: IncomingBatch): void {
		const {batch, link, requested, live} = incoming;
		const author = batch.peer;
		const seqBefore = inventory.seqOf(author);
		if (failedLinks.has(link)) return;
		const usage = inventory.usageOf(author);
		const cost = inventory.costOf(author, batch.entries.length, batchByteLength(batch));
		if (!hasRoom(incoming, usage)) {
			options.onLimit('bytes', author);
			return;
		}

		const result = sink.ingest(batch, live);
		if (usage >= 1 && result.type === 'accepted') chargeReserve(link, cost);
		const sync = options.syncOf(link.peer);
		if (result.type === 'forked') options.onFork(author);
		else if (result.type === 'ahead' && sync) noteClaim(sync, author, lastSeq(batch));
		else if (result.type === 'invalid') {
			failedLinks.add(link);
			link.fail(result.code, 'it sent events that their author never signed');
		}

		const newEvents = Math.max(0, inventory.seqOf(author) - seqBefore);
		// The next delta (message about changed feeds) to the sender leaves out the events that it sent.
		if (newEvents > 0 && sync) noteTheirSeq(sync, author, lastSeq(batch));
		if (requested && live) chargeAuthor(batch, newEvents);
		options.onIngested(incoming, newEvents);
	}

	/**
	 * Whether a batch still fits into the log. If the log is full, only pushed events are accepted, and they use a
	 * reserve. One address may use at most half of the reserve that the others have left, so that something always
	 * remains for another address.
	 */
	function hasRoom({link, requested}: IncomingBatch, usage: number): boolean {
		if (usage < 1) return true;
		const left = 1 + LIVE_RESERVE - usage;
		return !requested && left > 0 && reserveOwners(link).every(owner => (reserveUsed.get(owner) ?? 0) <= left);
	}

	/**
	 * Keys under which the reserve that a push uses is counted: the address of the peer and, for IPv6, also its /64
	 * prefix.
	 */
	function reserveOwners({remoteAddress, peer}: PeerLink): string[] {
		const group = prefixGroup(remoteAddress);
		return [shareKey(remoteAddress, peer), ...(group === undefined ? [] : [group])];
	}

	function chargeReserve(link: PeerLink, cost: number): void {
		for (const owner of reserveOwners(link)) reserveUsed.set(owner, (reserveUsed.get(owner) ?? 0) + cost);
	}

	/** Counts verified new events for the rate of their author. To be called for events that another peer passed on. */
	function chargeAuthor({peer, entries}: Batch, newEvents: number): void {
		if (newEvents === 0) return;
		let bytes = 0;
		for (const entry of entries.slice(-newEvents)) bytes += entry.length;
		authorLimiter.record(peer, newEvents, bytes, clock.monotonic());
	}

	function commit(): void {
		sink.commit();
		if (!queue.busy) queuedSeqs.clear();
		options.onCommitted();
	}

	return {
		linkOpened: queue.linkOpened,
		recordChat: queue.recordChat,
		receive(sync, link, message) {
			const requested = message.answer !== undefined;
			const request = requested && sync.request?.id === message.answer ? sync.request : undefined;
			for (const batch of message.batches) {
				if (batch.peer === self || !admit(sync, link, batch, requested)) continue;
				// Events that their author pushes are live, even if other peers claim that they already had these
				// events when they connected.
				const firstNew = Math.max(batch.firstSeq, heldSeq(batch.peer) + 1);
				const live = !requested || !options.isHistory(batch.peer, firstNew);
				enqueue({batch, link, requested, live}, request);
			}

			return request && message.done ? request : undefined;
		},
		heldSeq,
		isFull: () => queue.bytes > MAX_INGEST_BYTES,
		flushSmall() {
			if (queue.bytes <= MAX_BATCH_BYTES) queue.drain();
		},
		drain: queue.drain,
		stop: queue.stop,
	};
}
