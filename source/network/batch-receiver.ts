/** Batches that come in: whether they may, and what they tell, until they are taken into the log. */
import type {EventsMessage} from '../codec/message.js';
import type {Batch} from '../core/batch.js';
import {batchBytes, lastSeq} from '../core/batch.js';
import type {PeerId} from '../core/ids.js';
import {MAX_BATCH_BYTES, MAX_INTAKE_BYTES} from '../core/limits.js';
import type {Claims} from './claims.js';
import type {Clock} from './clock.js';
import type {Holdings} from './holdings.js';
import type {IncomingBatch} from './incoming-batch.js';
import {createIntake} from './intake.js';
import type {LivePace} from './live-pace.js';
import type {PeerLink} from './peer-link.js';
import {type OpenWant, type SyncLink, witness} from './sync-link.js';

export type TakeResult = 'taken' | 'known' | 'ahead' | 'refused';

export interface BatchReceiverOptions {
	readonly self: PeerId;
	readonly clock: Clock;
	readonly holdings: Holdings;
	readonly claims: Claims;
	readonly pace: LivePace;
	/** Checks a batch and takes it into the log with the next commit. `live`: it was not in anybody's first `have`. */
	take(batch: Batch, link: PeerLink, live: boolean): TakeResult;
	/** So many events of a batch were new. */
	gained(incoming: IncomingBatch, events: number): void;
	/** A slice is over: write what it took. */
	commit(): void;
	/** It is written. */
	committed(): void;
	limited(what: 'live-events' | 'bytes', author: PeerId): void;
}

export interface BatchReceiver {
	/** This connection is new. */
	greet(link: PeerLink): void;
	/** We said something ourselves. */
	talked(): void;
	/** Returns the open want to which this is the end of the answer, if any. */
	events(sync: SyncLink, link: PeerLink, message: EventsMessage): OpenWant | undefined;
	/** Highest seq that we hold or that waits, so that we can ask on before it is taken. */
	held(feed: PeerId): number;
	/** So much waits that nothing more is asked for. */
	isFull(): boolean;
	/** Takes what waits if it is little. */
	hurry(): void;
	/** Takes what waits. */
	finish(): void;
	stop(): void;
}

export function createBatchReceiver(options: BatchReceiverOptions): BatchReceiver {
	const {self, clock, holdings, claims, pace} = options;
	/** Highest seq of what waits. */
	const queued = new Map<PeerId, number>();
	const intake = createIntake(clock, {take, commit});
	const held = (feed: PeerId) => Math.max(holdings.seqOf(feed), queued.get(feed) ?? 0);

	/** Whether it was asked for, or is pushed by its author at a pace that can be followed. */
	function admit(sync: SyncLink, link: PeerLink, batch: Batch, asked: boolean): boolean {
		const now = clock.monotonic();
		const bytes = batchBytes(batch);
		const last = lastSeq(batch);
		if (asked) sync.allowance -= bytes;
		if (asked ? sync.allowance < 0 : batch.peer !== link.peer) {
			link.fail('unasked', 'it sends history that nobody asked for');
			return false;
		}

		if (!asked && pace.readyAt(batch.peer, now) > now) {
			options.limited('live-events', batch.peer);
			witness(sync, batch.peer, last);
			claims.note(batch.peer, last, now);
			return false;
		}

		// What it pushes is live, whatever it claimed to hold before.
		if (!asked || claims.isLive(batch.peer, last)) pace.note(batch.peer, batch.entries.length, bytes, now);
		return true;
	}

	function accept(incoming: IncomingBatch, sync: SyncLink, want: OpenWant | undefined): void {
		const {batch} = incoming;
		const last = lastSeq(batch);
		const from = want?.ranges.get(batch.peer);
		if (want && from !== undefined && batch.firstSeq <= from && from <= last) want.served = batch.peer;
		witness(sync, batch.peer, last);
		if (batch.firstSeq <= held(batch.peer) + 1) queued.set(batch.peer, Math.max(last, queued.get(batch.peer) ?? 0));
		intake.push(incoming);
	}

	function take(incoming: IncomingBatch): void {
		const {batch, link, asked} = incoming;
		const before = holdings.seqOf(batch.peer);
		if (!holdings.hasRoom(batch.peer, !asked)) {
			options.limited('bytes', batch.peer);
			return;
		}

		const result = options.take(batch, link, claims.isLive(batch.peer, batch.firstSeq));
		if (result === 'ahead') claims.note(batch.peer, lastSeq(batch), clock.monotonic());
		options.gained(incoming, Math.max(0, holdings.seqOf(batch.peer) - before));
	}

	function commit(): void {
		options.commit();
		if (!intake.busy) queued.clear();
		options.committed();
	}

	return {
		greet: intake.greet,
		talked: intake.talked,
		events(sync, link, message) {
			const asked = message.answer !== undefined;
			const want = asked && sync.want?.id === message.answer ? sync.want : undefined;
			for (const batch of message.batches) {
				if (batch.peer === self || !admit(sync, link, batch, asked)) continue;
				accept({batch, link, asked}, sync, want);
			}

			return want && message.done ? want : undefined;
		},
		held,
		isFull: () => intake.bytes > MAX_INTAKE_BYTES,
		hurry() {
			if (intake.bytes <= MAX_BATCH_BYTES) intake.finish();
		},
		finish: () => intake.finish(),
		stop: () => intake.stop(),
	};
}
