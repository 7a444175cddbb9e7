/**
 * Event pipeline: the only way into the log and the state. Events of this node, batches of peers, and observations
 * (facts that only this node records) are collected. A commit appends all that was collected to the log, applies it to
 * the state, and then passes the batches to `onCommitted`.
 *
 * Invariants
 *
 * 1. An event or observation is appended to the log before it is applied to the state.
 * 2. An event of this node is appended to the log before a peer receives it.
 * 3. Events of peers are accepted only in whole batches whose signature was verified, and each seq only once.
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

/** Batch that a commit has appended to the log, with those of its events that are new. */
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
	/** Whether the log has lost events of the feed of `peer` that are still in the state. */
	isLost(peer: PeerId): boolean;
	/**
	 * Called once for each commit that contains batches, of this node or of others, after they are in the log and the
	 * state.
	 */
	onCommitted(batches: readonly CommittedBatch[]): void;
}

export interface EventPipeline extends BatchSink {
	/**
	 * Restores the feeds and the state from the log of this node. The records are not verified again. Must be called
	 * before all other functions.
	 */
	replay(opened: Pick<OpenedLog, 'records' | 'reading'>): Promise<void>;
	/** Signs new events of this node and commits them immediately. */
	append(bodies: readonly UnsignedEvent['body'][]): Batch;
	/** Records an observation of this node. It is committed in the next turn of the event loop or earlier. */
	observe(body: ObservationBody): void;
	/**
	 * Applies an event to the state that is not written to the log. It is committed in the next turn of the event loop
	 * or earlier.
	 */
	publish(event: EphemeralEvent): void;
	stop(): void;
}

export function createEventPipeline(options: EventPipelineOptions): EventPipeline {
	const {log, tips, ownFeed, store, clock, nodeClock} = options;
	let pendingRecords: LogRecord[] = [];
	let pendingInputs: Input[] = [];
	let pendingBatches: CommittedBatch[] = [];
	/** Feeds of which the log has lost events, each with the seq up to which the collected batches fill the gap. */
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
	 * Merges the clock readings of events into the clock of this node. Begins with the last event, and goes back until
	 * the clock accepts a reading. The readings before it are lower, because the readings of a feed rise.
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

	/**
	 * Collects a batch for the log only. To be called for a batch that is still in the state but that the log has lost.
	 */
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
