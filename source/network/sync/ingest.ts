/**
 * Admission of event batches from peers: decides which batches enter the ingest queue and acts on the result of each.
 * A batch travels from `receive` through the queue (ingest-queue.ts) to the sink, which is the event pipeline of the node.
 */
import type {EventsMessage} from '../../codec/message.js';
import type {Clock} from '../../core/environment.js';
import {type Batch, batchByteLength, lastSeq, type PeerId} from '../../core/event.js';
import {MAX_BATCH_BYTES, MAX_INGEST_BYTES} from '../../core/limits.js';
import type {PeerLink} from '../link/peer-link.js';
import type {AuthorRateLimiter} from './author-rate-limiter.js';
import type {FeedInventory} from './feed-inventory.js';
import {createIngestQueue, type IncomingBatch} from './ingest-queue.js';
import type {MissingRanges} from './missing-ranges.js';
import {noteTheirSeq, type PendingRequest, type SyncLink} from './sync-link.js';

/** Destination of the batches that peers send. */
export interface BatchSink {
	/**
	 * Checks a batch and stages its new events for the next `commit`. `live` is false for history: events that a peer
	 * listed in the first `have` of its connection.
	 */
	ingest(batch: Batch, live: boolean): IngestResult;
	/** Writes the staged events to the log, reduces them and announces them. */
	commit(): void;
}

/**
 * Outcome of one batch. `known`: all events are held already. `ahead`: events before it are missing. `forked`: the feed of
 * its author is frozen. `invalid`: the author never signed it, which is the fault of the peer that sent it; `code` is sent
 * in the `error` message.
 */
export type IngestResult =
	| {readonly type: 'accepted' | 'known' | 'ahead' | 'forked'}
	| {readonly type: 'invalid'; readonly code: string};

export interface IngestOptions {
	readonly self: PeerId;
	readonly clock: Clock;
	readonly inventory: FeedInventory;
	readonly missingRanges: MissingRanges;
	readonly authorLimiter: AuthorRateLimiter;
	readonly sink: BatchSink;
	/** The sink processed a batch; `newEvents` of its events were new. */
	onIngested(incoming: IncomingBatch, newEvents: number): void;
	/** The sink committed. */
	onCommitted(): void;
	/** A batch was dropped: its author writes faster than the limit, or its feed or the log is full. */
	onLimit(limit: 'live-events' | 'bytes', author: PeerId): void;
	/** A batch proves or continues a fork of this author's feed. */
	onFork(author: PeerId): void;
}

export interface Ingest {
	/** Starts the usage accounting of a new connection. */
	linkOpened(link: PeerLink): void;
	/** Notes an own post: the ingest of small history batches yields to the conversation. */
	recordChat(): void;
	/** Queues the batches of one message. Returns the pending request that this message completes, if any. */
	receive(sync: SyncLink, link: PeerLink, message: EventsMessage): PendingRequest | undefined;
	/** Highest seq of a feed that is held or queued. Requests continue after it. */
	heldSeq(feed: PeerId): number;
	/** Whether the queue exceeds MAX_INGEST_BYTES. No range is requested meanwhile. */
	isFull(): boolean;
	/** Ingests the queue at once if it is at most one batch long. */
	flushSmall(): void;
	/** Ingests the whole queue at once. */
	drain(): void;
	stop(): void;
}

export function createIngest(options: IngestOptions): Ingest {
	const {self, clock, inventory, missingRanges, authorLimiter, sink} = options;
	/** Highest queued seq of each feed. */
	const queuedSeqs = new Map<PeerId, number>();
	const queue = createIngestQueue(clock, {ingest, commit});
	const heldSeq = (feed: PeerId) => Math.max(inventory.seqOf(feed), queuedSeqs.get(feed) ?? 0);

	/** Whether a batch was requested, or is a push by its author within the rate limit. */
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
			noteTheirSeq(sync, batch.peer, last);
			missingRanges.noteClaim(batch.peer, last, now);
			return false;
		}

		// A push is live even if an earlier `have` listed its seq.
		if (!requested || missingRanges.isLive(batch.peer, last))
			authorLimiter.record(batch.peer, batch.entries.length, bytes, now);
		return true;
	}

	function enqueue(incoming: IncomingBatch, sync: SyncLink, request: PendingRequest | undefined): void {
		const {batch} = incoming;
		const last = lastSeq(batch);
		const requestedFrom = request?.ranges.get(batch.peer);
		if (request && requestedFrom !== undefined && batch.firstSeq <= requestedFrom && requestedFrom <= last)
			request.lastServed = batch.peer;
		noteTheirSeq(sync, batch.peer, last);
		if (batch.firstSeq <= heldSeq(batch.peer) + 1)
			queuedSeqs.set(batch.peer, Math.max(last, queuedSeqs.get(batch.peer) ?? 0));
		queue.push(incoming);
	}

	function ingest(incoming: IncomingBatch): void {
		const {batch, link, requested} = incoming;
		const author = batch.peer;
		const seqBefore = inventory.seqOf(author);
		if (!inventory.hasRoom(author, !requested)) {
			options.onLimit('bytes', author);
			return;
		}

		const result = sink.ingest(batch, missingRanges.isLive(author, batch.firstSeq));
		if (result.type === 'ahead') missingRanges.noteClaim(author, lastSeq(batch), clock.monotonic());
		else if (result.type === 'forked') options.onFork(author);
		else if (result.type === 'invalid') link.fail(result.code, 'it sent events that their author never signed');
		options.onIngested(incoming, Math.max(0, inventory.seqOf(author) - seqBefore));
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
				enqueue({batch, link, requested}, sync, request);
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
