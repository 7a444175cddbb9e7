/**
 * The one way into log and state: what is written, learnt and observed goes to the log first, then through the reducer.
 *
 * Invariants
 * 1. Nothing reaches the state as an event or observation that was not handed to the log before.
 * 2. Own events are in the log before anybody is told of them.
 * 3. Feed events enter whole batches at a time, checked by the feed tips, each seq once.
 */

import type {Clock, Timer} from '../core/environment.js';
import type {Batch, EphemeralEvent, FeedEvent, Input, Observation, ObservationBody} from '../core/event.js';
import type {FeedTips} from '../feed/feed-tips.js';
import type {OwnFeed, UnsignedEvent} from '../feed/own-feed.js';
import type {BatchSink} from '../network/sync/ingest.js';
import type {Log, LogRecord, OpenedLog} from '../storage/log.js';
import type {NodeClock} from './node-clock.js';
import type {Notices} from './notices.js';
import type {Store} from './store.js';

/** A batch that a commit wrote to the log, and the events in it that are new. */
export interface CommittedBatch {
	readonly batch: Batch;
	readonly events: readonly FeedEvent[];
}

export interface EventPipelineOptions {
	readonly log: Log;
	readonly tips: FeedTips;
	readonly ownFeed: OwnFeed;
	readonly store: Store;
	readonly clock: Clock;
	readonly nodeClock: NodeClock;
	/** A commit wrote these batches, own ones or those of peers, to the log and reduced them. Called once per commit. */
	onCommitted(batches: readonly CommittedBatch[]): void;
}

export interface EventPipeline extends BatchSink {
	/** Records of our own log, read at launch: reduced as history, held, not checked again. */
	replay(records: readonly LogRecord[]): void;
	/** Signs own events, writes and reduces them at once. */
	append(bodies: readonly UnsignedEvent['body'][]): Batch;
	observe(body: ObservationBody): void;
	/** Reduced with the next commit, or at the end of this turn. */
	publish(fact: EphemeralEvent): void;
	stop(): void;
}

export function createEventPipeline(options: EventPipelineOptions): EventPipeline {
	const {log, tips, ownFeed, store, clock, nodeClock} = options;
	let pendingRecords: LogRecord[] = [];
	let pendingInputs: Input[] = [];
	let pendingBatches: CommittedBatch[] = [];
	let commitTimer: Timer | undefined;
	let stopped = false;

	function commit(): void {
		commitTimer?.cancel();
		commitTimer = undefined;
		const recordsToLog = pendingRecords;
		const inputsToReduce = pendingInputs;
		const committedBatches = pendingBatches;
		pendingRecords = [];
		pendingInputs = [];
		pendingBatches = [];
		if (recordsToLog.length > 0) log.append(recordsToLog);
		store.commit(inputsToReduce);
		if (committedBatches.length > 0) options.onCommitted(committedBatches);
	}

	function scheduleCommit(): void {
		if (!stopped) commitTimer ??= clock.after(0, commit);
	}

	/** The last one that may move our clock: those before it stand lower. */
	function mergeClock(events: readonly FeedEvent[]): void {
		for (let index = events.length - 1; index >= 0; index -= 1) {
			const event = events[index];
			if (event && nodeClock.merge(event)) return;
		}
	}

	function enqueueBatch(batch: Batch, events: readonly FeedEvent[], live: boolean): void {
		const loggedAt = clock.now();
		pendingRecords.push({type: 'batch', loggedAt, live, batch});
		pendingInputs.push({type: 'events', loggedAt, live, events});
		pendingBatches.push({batch, events});
	}

	return {
		replay(loggedRecords) {
			const replayedInputs: Input[] = [];
			for (const record of loggedRecords) {
				if (record.type === 'observation') {
					nodeClock.seed(record.observation);
					replayedInputs.push({type: 'observed', loggedAt: record.loggedAt, observation: record.observation});
				} else {
					const events = tips.restore(record.batch);
					mergeClock(events);
					replayedInputs.push({type: 'events', loggedAt: record.loggedAt, live: false, events});
				}
			}

			store.commit(replayedInputs);
		},
		ingest(batch, live) {
			const result = tips.accept(batch);
			if (result.type === 'accepted') {
				mergeClock(result.events);
				enqueueBatch(result.batch, result.events, live);
			}

			return result;
		},
		commit,
		append(bodies) {
			const batch = ownFeed.append(bodies.map(body => ({body, ...nodeClock.stamp()})));
			enqueueBatch(batch, tips.restore(batch), true);
			commit();
			return batch;
		},
		observe(body) {
			const {at, hlc} = nodeClock.stampLocal();
			const observation: Observation = {...body, peer: ownFeed.peer, seq: 0, at, ms: hlc.ms, counter: hlc.counter};
			const loggedAt = clock.now();
			pendingRecords.push({type: 'observation', loggedAt, observation});
			pendingInputs.push({type: 'observed', loggedAt, observation});
			scheduleCommit();
		},
		publish(event) {
			pendingInputs.push({type: 'ephemeral', event: event});
			scheduleCommit();
		},
		stop() {
			commit();
			stopped = true;
			commitTimer?.cancel();
		},
	};
}

/** Reads the log of this launch, a part at a time, and tells what was damaged in it. */
export async function replayLog(opened: OpenedLog, pipeline: EventPipeline, notices: Notices): Promise<void> {
	for await (const records of opened.records) pipeline.replay(records);
	for (const {offset, length, kind} of opened.damage) {
		if (kind === 'torn')
			notices.notify(
				'info',
				'log-torn',
				`the log ended in the middle of a record (byte ${offset}): ${length} bytes were set aside`,
			);
		else
			notices.notify(
				'warn',
				'log-damaged',
				`the log is damaged at byte ${offset} (${length} bytes): what is good was read, the rest is asked of the others`,
			);
	}
}
