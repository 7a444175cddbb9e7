/**
 * The one way into log and state: what is written, learnt and observed goes to the log first, then through the reducer.
 *
 * Invariants
 * 1. Nothing reaches the state as an event or observation that was not handed to the log before.
 * 2. Own events are in the log before anybody is told of them.
 * 3. Feed events enter whole batches at a time, checked by the feed tips, each seq once.
 */

import type {Batch} from '../core/batch.js';
import type {FeedEvent, Input, Observation, ObservationBody, PassingFact} from '../core/event.js';
import type {FeedTips} from '../feed/feed-tips.js';
import type {NewEvent, OwnFeed} from '../feed/own-feed.js';
import type {Clock, Timer} from '../network/clock.js';
import type {Log, LogRecord} from '../storage/log.js';
import type {NodeClock} from './node-clock.js';
import type {Store} from './store.js';

export type LearnResult = 'taken' | 'known' | 'ahead' | 'forked' | {readonly invalid: string};

export interface LedgerOptions {
	readonly log: Log;
	readonly tips: FeedTips;
	readonly ownFeed: OwnFeed;
	readonly store: Store;
	readonly clock: Clock;
	readonly nodeClock: NodeClock;
	/** Batches entered the log: our own (`own`) or learnt. */
	entered(batch: Batch, events: readonly FeedEvent[], own: boolean): void;
}

export interface Ledger {
	/** Records of our own log, read at launch: reduced as history, held, not checked again. */
	load(records: readonly LogRecord[]): void;
	/** Checks a batch from the network; it enters with the next `commit`. */
	learn(batch: Batch, live: boolean): LearnResult;
	/** Writes what was learnt to the log and reduces it. */
	commit(): void;
	/** Signs own events, writes and reduces them at once. */
	write(bodies: readonly NewEvent['body'][]): Batch;
	observe(body: ObservationBody): void;
	/** Reduced with the next commit, or at the end of this turn. */
	pass(fact: PassingFact): void;
	stop(): void;
}

export function createLedger(options: LedgerOptions): Ledger {
	const {log, tips, ownFeed, store, clock, nodeClock} = options;
	let records: LogRecord[] = [];
	let inputs: Input[] = [];
	let entered: {batch: Batch; events: readonly FeedEvent[]}[] = [];
	let flush: Timer | undefined;
	let stopped = false;

	function commit(): void {
		flush?.cancel();
		flush = undefined;
		const writing = records;
		const reducing = inputs;
		const told = entered;
		records = [];
		inputs = [];
		entered = [];
		if (writing.length > 0) log.append(writing);
		store.commit(reducing);
		for (const {batch, events} of told) options.entered(batch, events, batch.peer === ownFeed.peer);
	}

	function later(): void {
		if (!stopped) flush ??= clock.after(0, commit);
	}

	/** The last one that may move our clock: those before it stand lower. */
	function mergeClock(events: readonly FeedEvent[]): void {
		for (let index = events.length - 1; index >= 0; index -= 1) {
			const event = events[index];
			if (event && nodeClock.merge(event)) return;
		}
	}

	function enter(batch: Batch, events: readonly FeedEvent[], live: boolean): void {
		const loggedAt = clock.now();
		records.push({type: 'batch', loggedAt, live, batch});
		inputs.push({type: 'events', loggedAt, live, events});
		entered.push({batch, events});
	}

	return {
		load(loaded) {
			const read: Input[] = [];
			for (const record of loaded) {
				if (record.type === 'observation') {
					nodeClock.seed(record.observation);
					read.push({type: 'observed', loggedAt: record.loggedAt, observation: record.observation});
				} else {
					const events = tips.restore(record.batch);
					mergeClock(events);
					read.push({type: 'events', loggedAt: record.loggedAt, live: false, events});
				}
			}

			store.commit(read);
		},
		learn(batch, live) {
			const result = tips.accept(batch);
			if (result.type === 'invalid') return {invalid: result.code};
			if (result.type !== 'accepted') return result.type;
			mergeClock(result.events);
			enter(result.batch, result.events, live);
			return 'taken';
		},
		commit,
		write(bodies) {
			const batch = ownFeed.write(bodies.map(body => ({body, ...nodeClock.stamp()})));
			enter(batch, tips.restore(batch), true);
			commit();
			return batch;
		},
		observe(body) {
			const {at, hlc} = nodeClock.stampLocal();
			const observation: Observation = {...body, peer: ownFeed.peer, seq: 0, at, ms: hlc.ms, counter: hlc.counter};
			const loggedAt = clock.now();
			records.push({type: 'observation', loggedAt, observation});
			inputs.push({type: 'observed', loggedAt, observation});
			later();
		},
		pass(fact) {
			inputs.push({type: 'passing', fact});
			later();
		},
		stop() {
			commit();
			stopped = true;
			flush?.cancel();
		},
	};
}
