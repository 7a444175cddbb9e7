/**
 * Queue of event batches from peers, ingested in slices of about RECEIVE_SLICE_MS, so that the event loop serves chat
 * messages and keys while a million events arrive.
 *
 * - The order is that of the fair queue (scheduling/fair-queue.ts): interactive links first.
 * - A few slices are committed together, in a turn of their own if the commit takes as long as a slice. What an interactive
 *   link sent is committed before more is ingested.
 * - A chat message that was pushed does not wait for a slice: it is ingested at the end of the current step (express).
 * - Connections are paused while more than MAX_INGEST_BYTES wait.
 */
import type {Clock} from '../../core/environment.js';
import {type Batch, batchByteLength} from '../../core/event.js';
import {ENTRY_COST_BYTES, MAX_INGEST_BYTES, RECEIVE_SLICE_MS} from '../../core/limits.js';
import type {PeerLink} from '../link/peer-link.js';
import {runWithinBudget} from '../scheduling/chunked-work.js';
import {createCoalescedTimer} from '../scheduling/coalesced-timer.js';
import {
	createFairQueue,
	createUsageMeter,
	INTERACTIVE_BYTES,
	type QueueChoice,
	type QueueEntry,
	type UsageMeter,
} from '../scheduling/fair-queue.js';
import {createSmallBatchThrottle} from '../scheduling/small-batch-throttle.js';

export interface IncomingBatch {
	readonly batch: Batch;
	readonly link: PeerLink;
	/** Whether it answers a request of this node. */
	readonly requested: boolean;
}

export interface IngestHandlers {
	ingest(incoming: IncomingBatch): void;
	/** Commits everything that was ingested since the last commit. */
	commit(): void;
}

export interface IngestQueue {
	/** Starts the usage accounting of a new connection. */
	linkOpened(link: PeerLink): void;
	/** Notes an own post: the ingest of small history batches yields to the conversation. */
	recordChat(): void;
	push(incoming: IncomingBatch): void;
	/** Whether batches wait. */
	readonly busy: boolean;
	/** Memory of the waiting batches, about. */
	readonly bytes: number;
	/** Ingests and commits all batches at once. */
	drain(): void;
	/** Drops all batches, also those that are pushed later. */
	stop(): void;
}

/** Number of ingested batches after which a queue releases them. */
const COMPACT_AFTER = 1024;
const MAX_SLICES_PER_COMMIT = 4;
/** Express time per slice. Where many people chat at once, single commits would cost too much. */
const EXPRESS_BUDGET_MS = 8 * RECEIVE_SLICE_MS;
/** Fixed cost of a commit. */
const COMMIT_MS = 0.3;
/** Usage that a chatting person with some history does not exceed. */
const INTERACTIVE_USAGE_MS = 20;
/** Usage of a new link: it is interactive after one second. */
const INITIAL_USAGE_MS = 2 * INTERACTIVE_USAGE_MS;

/** Waiting batches of one link. Those before `next` are ingested. */
interface LinkQueue extends QueueEntry {
	readonly link: PeerLink;
	usage: UsageMeter;
	batches: IncomingBatch[];
	next: number;
	bytes: number;
}

/** Memory of a waiting batch, about: entries may be tiny. */
function memoryCost(batch: Batch): number {
	return batchByteLength(batch) + batch.entries.length * ENTRY_COST_BYTES;
}

export function createIngestQueue(clock: Clock, handlers: IngestHandlers): IngestQueue {
	const queues = new WeakMap<PeerLink, LinkQueue>();
	const waiting = createFairQueue<LinkQueue>(clock, INTERACTIVE_USAGE_MS);
	const sliceTimer = createCoalescedTimer(clock, runSlice);
	const throttle = createSmallBatchThrottle();
	const paused = new Set<PeerLink>();
	let bytes = 0;
	/** Express time since the last slice. */
	let expressMs = 0;
	let isExpressScheduled = false;
	let stopped = false;
	/** Entries that are ingested and not committed, and the number of their slices. */
	let pendingEntries = 0;
	let pendingSlices = 0;
	/** Recent cost of committing an entry, with everything that follows from it. */
	let msPerEntry = 0;

	function queueOf(link: PeerLink): LinkQueue {
		const known = queues.get(link);
		if (known) return known;
		const queue: LinkQueue = {link, usage: createUsageMeter(), batches: [], next: 0, bytes: 0};
		queues.set(link, queue);
		return queue;
	}

	function ingestNext({entry: queue, isInteractive}: QueueChoice<LinkQueue>): void {
		const incoming = queue.batches[queue.next];
		if (!incoming) {
			waiting.delete(queue);
			return;
		}

		const cost = memoryCost(incoming.batch);
		bytes -= cost;
		queue.bytes -= cost;
		queue.next += 1;
		if (queue.bytes === 0 || queue.next >= COMPACT_AFTER) {
			queue.batches = queue.batches.slice(queue.next);
			queue.next = 0;
		}

		const ms = waiting.run(queue, () => handlers.ingest(incoming));
		const entries = incoming.batch.entries.length;
		if (!isInteractive) throttle.recordBatch(entries, ms, clock.monotonic());
		pendingEntries += entries;
	}

	/** Returns whether it ingested batches of an interactive link. */
	function ingestSlice(): boolean {
		let hasInteractive = false;
		runWithinBudget(clock, RECEIVE_SLICE_MS, () => {
			const next = waiting.next();
			if (!next || (hasInteractive && !next.isInteractive)) return false;
			if (next.isInteractive) hasInteractive = true;
			ingestNext(next);
			return true;
		});
		pendingSlices += 1;
		return hasInteractive;
	}

	function commit(): void {
		const from = clock.monotonic();
		const entries = pendingEntries;
		pendingEntries = 0;
		pendingSlices = 0;
		handlers.commit();
		const ms = Math.max(0, clock.monotonic() - from - COMMIT_MS);
		if (entries > 0) msPerEntry = (msPerEntry + ms / entries) / 2;
	}

	function runSlice(): void {
		expressMs = 0;
		const from = clock.monotonic();
		const isGathered = pendingSlices > 0 && isCommitDue();
		const hasInteractive = !isGathered && ingestSlice();
		const expectedMs = clock.monotonic() - from + COMMIT_MS + pendingEntries * msPerEntry;
		if (isGathered || hasInteractive || (isCommitDue() && expectedMs < RECEIVE_SLICE_MS)) commit();
		if (bytes < MAX_INGEST_BYTES / 2) {
			for (const link of paused) link.resume();
			paused.clear();
		}

		scheduleSlice();
	}

	/** Whether enough is ingested for a commit, or all that waited. */
	function isCommitDue(): boolean {
		return (
			waiting.size === 0 || pendingSlices >= MAX_SLICES_PER_COMMIT || pendingEntries * msPerEntry >= RECEIVE_SLICE_MS
		);
	}

	function scheduleSlice(): void {
		if (stopped || sliceTimer.isScheduled || (waiting.size === 0 && pendingSlices === 0)) return;
		sliceTimer.schedule(throttle.takeDelayMs(clock.monotonic()));
	}

	/** In a microtask: before the event loop reads the sockets of others. */
	function scheduleExpress(): void {
		if (isExpressScheduled || expressMs >= EXPRESS_BUDGET_MS) return;
		isExpressScheduled = true;
		queueMicrotask(runExpress);
	}

	function runExpress(): void {
		isExpressScheduled = false;
		if (stopped) return;
		const from = clock.monotonic();
		const entriesBefore = pendingEntries;
		runWithinBudget(clock, EXPRESS_BUDGET_MS - expressMs, () => {
			const next = waiting.next();
			if (!next?.isInteractive) return false;
			ingestNext(next);
			return true;
		});
		if (pendingEntries > entriesBefore) {
			throttle.recordChat(from);
			commit();
		}

		expressMs += clock.monotonic() - from;
	}

	return {
		linkOpened(link) {
			const queue = queueOf(link);
			queue.usage = createUsageMeter();
			queue.usage.add(INITIAL_USAGE_MS, clock.monotonic());
		},
		recordChat: () => throttle.recordChat(clock.monotonic()),
		push(incoming) {
			if (stopped) return;
			const {link} = incoming;
			const queue = queueOf(link);
			const cost = memoryCost(incoming.batch);
			queue.batches.push(incoming);
			queue.bytes += cost;
			bytes += cost;
			waiting.add(queue);
			// A link with less than the average is not paused on account of others.
			if (bytes > MAX_INGEST_BYTES && queue.bytes * waiting.size >= bytes && !paused.has(link)) {
				paused.add(link);
				link.pause();
			}

			scheduleSlice();
			if (!incoming.requested && queue.bytes <= INTERACTIVE_BYTES) scheduleExpress();
		},
		get busy() {
			return waiting.size > 0;
		},
		get bytes() {
			return bytes;
		},
		drain() {
			if (stopped) return;
			for (let next = waiting.next(); next; next = waiting.next()) ingestNext(next);
			commit();
		},
		stop() {
			stopped = true;
			sliceTimer.stop();
			bytes = 0;
			waiting.clear();
			paused.clear();
		},
	};
}
