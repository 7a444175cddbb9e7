/**
 * Queue of the event batches that peers send. It ingests them in slices of about RECEIVE_SLICE_MS, so that the event
 * loop can handle chat messages and key presses while a million events arrive.
 *
 * - The fair queue (scheduling/fair-queue.ts) determines the order: interactive links (people who chat) come first.
 * - The events of several slices are committed to the log and the state together. A commit that takes as long as a
 *   slice runs in a turn of the event loop of its own. The batches of an interactive link are committed before more
 *   batches are ingested.
 * - A pushed chat message does not wait for the next slice. It is ingested in a microtask (the express path).
 * - While more than MAX_INGEST_BYTES wait, a connection that sends another batch is paused, unless it has fewer waiting
 *   bytes than the average connection.
 */

import {type Batch, batchByteLength} from '../../core/batch.js';
import type {Clock} from '../../core/environment.js';
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
	/** Whether this node requested the batch. If not, its author pushed it. */
	readonly requested: boolean;
	/** True for new events. False for history: events that the peer had already when it connected. */
	readonly live: boolean;
}

export interface IngestHandlers {
	ingest(incoming: IncomingBatch): void;
	/** Commits all batches that were ingested since the last commit. */
	commit(): void;
}

export interface IngestQueue {
	/** To be called when a link opens. Sets the usage meter of the link to its initial value. */
	linkOpened(link: PeerLink): void;
	/** Notes that this node has posted a message. While people chat, small history batches are ingested more slowly. */
	recordChat(): void;
	push(incoming: IncomingBatch): void;
	/** Whether batches wait in the queue. */
	readonly busy: boolean;
	/** Approximate memory of the waiting batches, in bytes. */
	readonly bytes: number;
	/** Ingests and commits all waiting batches before it returns. */
	drain(): void;
	/** Drops all waiting batches, and all batches that are pushed later. */
	stop(): void;
}

/** Number of ingested batches after which they are removed from the array of their link. */
const COMPACT_AFTER = 1024;
const MAX_SLICES_PER_COMMIT = 4;
/**
 * Maximum time of the express path for pushed messages between two slices. There is a maximum, because one commit for
 * each message is too slow when many people chat.
 */
const EXPRESS_BUDGET_MS = 8 * RECEIVE_SLICE_MS;
/** Part of the duration of a commit that does not depend on the number of events. */
const COMMIT_MS = 0.3;
/**
 * Maximum value of the usage meter of an interactive link. The link of a person who chats and has a short history stays
 * below it.
 */
const INTERACTIVE_USAGE_MS = 20;
/** Value of the usage meter of a new link. The link can be interactive after one second. */
const INITIAL_USAGE_MS = 2 * INTERACTIVE_USAGE_MS;

/** Waiting batches of one link. Those before the index `next` are ingested already. */
interface LinkQueue extends QueueEntry {
	readonly link: PeerLink;
	usage: UsageMeter;
	batches: IncomingBatch[];
	next: number;
	bytes: number;
}

/**
 * Approximate memory of a waiting batch, in bytes. Each entry adds a fixed amount, because even a tiny entry needs
 * memory for its objects.
 */
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
	/** Time that the express path has used since the last slice. */
	let expressMs = 0;
	let isExpressScheduled = false;
	let stopped = false;
	/** Number of entries that are ingested but not committed, and number of the slices in which they were ingested. */
	let pendingEntries = 0;
	let pendingSlices = 0;
	/** Moving average of the time that the commit of one entry takes. */
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

	/** Ingests batches for about RECEIVE_SLICE_MS. Returns whether any of them came from an interactive link. */
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

	/**
	 * Whether the ingested batches must be committed now: they are enough for one commit, or no further batches wait.
	 */
	function isCommitDue(): boolean {
		return (
			waiting.size === 0 || pendingSlices >= MAX_SLICES_PER_COMMIT || pendingEntries * msPerEntry >= RECEIVE_SLICE_MS
		);
	}

	function scheduleSlice(): void {
		if (stopped || sliceTimer.isScheduled || (waiting.size === 0 && pendingSlices === 0)) return;
		sliceTimer.schedule(throttle.takeDelayMs(clock.monotonic()));
	}

	/**
	 * Schedules the express path for pushed messages as a microtask. It runs before the event loop reads other sockets.
	 */
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
			// A link with fewer waiting bytes than the average is not paused, because it has not filled the queue.
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
