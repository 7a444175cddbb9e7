/**
 * Event pipeline: the only way into the log and the state. Events of this node, batches of peers, and observations are
 * staged. A commit appends everything that is staged to the log, reduces it, and then passes the batches to
 * `onCommitted`.
 *
 * Invariants
 * 1. An event or observation is appended to the log before it reaches the state.
 * 2. An event of this node is appended to the log before a peer receives it.
 * 3. Events of peers are accepted only in whole batches that the feed tips verified, and each seq only once.
 */

import {type Batch, lastSeq} from '../core/batch.js';
import type {Clock} from '../core/environment.js';
import type {EphemeralEvent, FeedEvent, Input, Observation, ObservationBody, PeerId} from '../core/event.js';
import type {FeedTips} from '../feed/feed-tips.js';
import type {OwnFeed, UnsignedEvent} from '../feed/own-feed.js';
import {createCoalescedTimer} from '../network/scheduling/coalesced-timer.js';
import type {BatchSink, IngestResult} from '../network/sync/ingest.js';
import type {Log, LogRecord, OpenedLog} from '../storage/log.js';
import type {NodeClock} from './node-clock.js';
import type {Store} from './store.js';

/** A batch that a commit appended to the log, and its new events. */
export interface CommittedBatch {
	readonly batch: Batch;
	readonly events: readonly FeedEvent[];
	/** False for history: events that a peer had already when it connected. */
	readonly live: boolean;
}

export interface EventPipelineOptions {
	readonly log: Log;
	readonly tips: FeedTips;
	readonly ownFeed: OwnFeed;
	readonly store: Store;
	readonly clock: Clock;
	readonly nodeClock: NodeClock;
	/** Whether the log has lost events of the feed of `peer` that the state still contains. */
	isLost(peer: PeerId): boolean;
	/** Called once per commit with the batches that were appended to the log and reduced, including those of this node. */
	onCommitted(batches: readonly CommittedBatch[]): void;
}

export interface EventPipeline extends BatchSink {
	/**
	 * Restores feeds and state from the records of the log of this node, without verifying them again. Must be called
	 * first.
	 */
	replay(opened: Pick<OpenedLog, 'records' | 'reading'>): Promise<void>;
	/** Signs events of this node and commits them immediately. */
	append(bodies: readonly UnsignedEvent['body'][]): Batch;
	/** Stages an observation of this node. It is committed in the next turn of the event loop at the latest. */
	observe(body: ObservationBody): void;
	/** Stages an event that is reduced but not logged. It is committed in the next turn of the event loop at the latest. */
	publish(event: EphemeralEvent): void;
	stop(): void;
}

export function createEventPipeline(options: EventPipelineOptions): EventPipeline {
	const {log, tips, ownFeed, store, clock, nodeClock} = options;
	let pendingRecords: LogRecord[] = [];
	let pendingInputs: Input[] = [];
	let pendingBatches: CommittedBatch[] = [];
	/** For each feed of which the log has lost events: the seq up to which staged batches restore the feed. */
	const refilledSeqs = new Map<PeerId, number>();
	const commitTimer = createCoalescedTimer(clock, commit);

	function commit(): void {
		commitTimer.cancel();
		const recordsToLog = pendingRecords;
		const inputsToReduce = pendingInputs;
		const committedBatches = pendingBatches;
		pendingRecords = [];
		pendingInputs = [];
		pendingBatches = [];
		refilledSeqs.clear();
		if (recordsToLog.length > 0) log.append(recordsToLog);
		store.commit(inputsToReduce);
		if (committedBatches.length > 0) options.onCommitted(committedBatches);
	}

	/**
	 * Merges the clock readings of events into the clock. Starts at the last event and goes backwards until the clock
	 * accepts a reading. The events before it have lower readings, because the readings of a feed rise.
	 */
	function mergeClock(events: readonly FeedEvent[]): void {
		for (let index = events.length - 1; index >= 0; index -= 1) {
			const event = events[index];
			if (event && nodeClock.merge(event)) return;
		}
	}

	function stageBatch(batch: Batch, events: readonly FeedEvent[], live: boolean): void {
		const loggedAt = nodeClock.wall();
		pendingRecords.push({type: 'batch', loggedAt, live, batch});
		pendingInputs.push({type: 'events', loggedAt, live, events});
		pendingBatches.push({batch, events, live});
	}

	/** Stages a batch that the state contains but the log has lost. Changes only the log. */
	function refill(batch: Batch): IngestResult {
		const {peer} = batch;
		const held = Math.max(log.heldSeq(peer), refilledSeqs.get(peer) ?? 0);
		if (lastSeq(batch) <= held) return {type: 'known'};
		if (batch.firstSeq > held + 1) return {type: 'ahead'};
		if (!tips.isGenuine(batch)) return {type: 'invalid', code: 'bad-signature'};
		refilledSeqs.set(peer, lastSeq(batch));
		pendingRecords.push({type: 'batch', loggedAt: nodeClock.wall(), live: false, batch});
		pendingBatches.push({batch, events: [], live: false});
		return {type: 'accepted'};
	}

	function restore(record: LogRecord, unreadOffset: number | undefined): Input {
		const {loggedAt} = record;
		if (record.type === 'observation') {
			nodeClock.merge(record.observation);
			return {
				type: 'observed',
				loggedAt,
				live: false,
				observation: record.observation,
				...(unreadOffset !== undefined && {unreadOffset}),
			};
		}

		const events = tips.restore(record.batch);
		mergeClock(events);
		return {type: 'events', loggedAt, live: false, events, ...(unreadOffset !== undefined && {unreadOffset})};
	}

	return {
		async replay({records, reading}) {
			for await (const chunk of records)
				store.commit(chunk.map(record => restore(record, reading?.unreadOffsetOf(record))));
		},
		ingest(batch, live) {
			const result = tips.accept(batch);
			if (result.type === 'known' && options.isLost(batch.peer)) return refill(batch);
			if (result.type === 'accepted') {
				mergeClock(result.events);
				stageBatch(result.batch, result.events, live);
			}

			return result;
		},
		commit,
		append(bodies) {
			const batch = ownFeed.append(bodies.map(body => ({body, ...nodeClock.stamp()})));
			stageBatch(batch, tips.restore(batch), true);
			commit();
			return batch;
		},
		observe(body) {
			const {at, hlc} = body.type === 'whisper' ? nodeClock.stampWhisper() : nodeClock.stampLocal();
			const observation: Observation = {peer: ownFeed.peer, seq: 0, at, ms: hlc.ms, counter: hlc.counter, ...body};
			const loggedAt = nodeClock.wall();
			pendingRecords.push({type: 'observation', loggedAt, observation});
			pendingInputs.push({type: 'observed', loggedAt, observation});
			commitTimer.schedule();
		},
		publish(event) {
			pendingInputs.push({type: 'ephemeral', event});
			commitTimer.schedule();
		},
		stop() {
			commit();
			commitTimer.stop();
		},
	};
}
