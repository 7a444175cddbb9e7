/** Batches that come in: whether they may, and what they tell, until they are taken into the log. */
import type {EventsMessage} from '../../codec/message.js';
import type {Clock} from '../../core/environment.js';
import type {Batch, PeerId} from '../../core/event.js';
import {batchByteLength, lastSeq} from '../../core/event.js';
import {MAX_BATCH_BYTES, MAX_INGEST_BYTES} from '../../core/limits.js';
import type {PeerLink} from '../link/peer-link.js';
import type {AuthorRateLimiter} from './author-rate-limiter.js';
import type {FeedInventory} from './feed-inventory.js';
import type {IncomingBatch} from './ingest-queue.js';
import {createIngestQueue} from './ingest-queue.js';
import type {MissingRanges} from './missing-ranges.js';
import {noteTheirSeq, type PendingRequest, type SyncLink} from './sync-link.js';

export type IngestResult = 'taken' | 'known' | 'ahead' | 'refused';

export interface IngestOptions {
	readonly self: PeerId;
	readonly clock: Clock;
	readonly holdings: FeedInventory;
	readonly claims: MissingRanges;
	readonly authorLimiter: AuthorRateLimiter;
	/** Checks a batch and takes it into the log with the next commit. `live`: it was not in anybody's first `have`. */
	ingest(batch: Batch, link: PeerLink, live: boolean): IngestResult;
	/** So many events of a batch were new. */
	ingested(incoming: IncomingBatch, events: number): void;
	/** A slice is over: write what it took. */
	commit(): void;
	/** It is written. */
	committed(): void;
	limited(what: 'live-events' | 'bytes', author: PeerId): void;
}

export interface Ingest {
	/** This connection is new. */
	linkOpened(link: PeerLink): void;
	/** We said something ourselves. */
	recordChat(): void;
	/** Returns the open want to which this is the end of the answer, if any. */
	receive(sync: SyncLink, link: PeerLink, message: EventsMessage): PendingRequest | undefined;
	/** Highest seq that we hold or that waits, so that we can ask on before it is taken. */
	held(feed: PeerId): number;
	/** So much waits that nothing more is asked for. */
	isFull(): boolean;
	/** Takes what waits if it is little. */
	flushSmall(): void;
	/** Takes what waits. */
	drain(): void;
	stop(): void;
}

export function createIngest(options: IngestOptions): Ingest {
	const {self, clock, holdings, claims, authorLimiter} = options;
	/** Highest seq of what waits. */
	const queued = new Map<PeerId, number>();
	const queue = createIngestQueue(clock, {ingest, commit});
	const held = (feed: PeerId) => Math.max(holdings.seqOf(feed), queued.get(feed) ?? 0);

	/** Whether it was asked for, or is pushed by its author at a pace that can be followed. */
	function admit(sync: SyncLink, link: PeerLink, batch: Batch, asked: boolean): boolean {
		const now = clock.monotonic();
		const bytes = batchByteLength(batch);
		const last = lastSeq(batch);
		if (asked) sync.requestedBytes -= bytes;
		if (asked ? sync.requestedBytes < 0 : batch.peer !== link.peer) {
			link.fail('unasked', 'it sends history that nobody asked for');
			return false;
		}

		if (!asked && authorLimiter.readyAt(batch.peer, now) > now) {
			options.limited('live-events', batch.peer);
			noteTheirSeq(sync, batch.peer, last);
			claims.noteClaim(batch.peer, last, now);
			return false;
		}

		// What it pushes is live, whatever it claimed to hold before.
		if (!asked || claims.isLive(batch.peer, last)) authorLimiter.record(batch.peer, batch.entries.length, bytes, now);
		return true;
	}

	function accept(incoming: IncomingBatch, sync: SyncLink, want: PendingRequest | undefined): void {
		const {batch} = incoming;
		const last = lastSeq(batch);
		const from = want?.ranges.get(batch.peer);
		if (want && from !== undefined && batch.firstSeq <= from && from <= last) want.lastServed = batch.peer;
		noteTheirSeq(sync, batch.peer, last);
		if (batch.firstSeq <= held(batch.peer) + 1) queued.set(batch.peer, Math.max(last, queued.get(batch.peer) ?? 0));
		queue.push(incoming);
	}

	function ingest(incoming: IncomingBatch): void {
		const {batch, link, requested} = incoming;
		const before = holdings.seqOf(batch.peer);
		if (!holdings.hasRoom(batch.peer, !requested)) {
			options.limited('bytes', batch.peer);
			return;
		}

		const result = options.ingest(batch, link, claims.isLive(batch.peer, batch.firstSeq));
		if (result === 'ahead') claims.noteClaim(batch.peer, lastSeq(batch), clock.monotonic());
		options.ingested(incoming, Math.max(0, holdings.seqOf(batch.peer) - before));
	}

	function commit(): void {
		options.commit();
		if (!queue.busy) queued.clear();
		options.committed();
	}

	return {
		linkOpened: queue.linkOpened,
		recordChat: queue.recordChat,
		receive(sync, link, message) {
			const asked = message.answer !== undefined;
			const want = asked && sync.request?.id === message.answer ? sync.request : undefined;
			for (const batch of message.batches) {
				if (batch.peer === self || !admit(sync, link, batch, asked)) continue;
				accept({batch, link, requested: asked}, sync, want);
			}

			return want && message.done ? want : undefined;
		},
		held,
		isFull: () => queue.bytes > MAX_INGEST_BYTES,
		flushSmall() {
			if (queue.bytes <= MAX_BATCH_BYTES) queue.drain();
		},
		drain: () => queue.drain(),
		stop: () => queue.stop(),
	};
}
