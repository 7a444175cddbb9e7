/** Batches on their way in, and who takes them (ingest-queue.ts). */

import type {Clock} from '../../core/environment.js';
import {type Batch, batchByteLength} from '../../core/event.js';
import {ENTRY_COST_BYTES, MAX_INGEST_BYTES, RECEIVE_SLICE_MS} from '../../core/limits.js';
import type {PeerLink} from '../link/peer-link.js';
import {createSmallBatchThrottle} from '../scheduling/small-batch-throttle.js';
import {
	type Choice,
	createUsageMeter,
	INTERACTIVE_BYTES,
	pickNext,
	type Schedulable,
	type UsageMeter,
} from '../scheduling/usage-meter.js';

export interface IncomingBatch {
	readonly batch: Batch;
	readonly link: PeerLink;
	/** It came because we asked. */
	readonly requested: boolean;
}

/** What a waiting batch costs us in memory, about: entries may be tiny. */
export function memoryCost(batch: Batch): number {
	return batchByteLength(batch) + batch.entries.length * ENTRY_COST_BYTES;
}

export interface IngestHandlers {
	ingest(incoming: IncomingBatch): void;
	/** Commit what was taken. */
	commit(): void;
}

export interface IngestQueue {
	/** This connection is new. */
	linkOpened(link: PeerLink): void;
	/** We said something ourselves. */
	recordChat(): void;
	push(incoming: IncomingBatch): void;
	/** Batches wait. */
	readonly busy: boolean;
	/** What waits costs, by `costOf`. */
	readonly bytes: number;
	/** Takes all that waits at once (before a shutdown). */
	drain(): void;
	stop(): void;
}

/**
 * Batches that came in, taken in slices of about RECEIVE_SLICE_MS, so that words and keys come in between while a million
 * events come in. What a few slices took is committed once, in a turn of the event loop of its own, as soon as that takes a
 * slice as well. Connections are paused while too much waits.
 */

const COMPACT_AFTER = 1024;
/** So many slices at most are committed together. */
const MAX_SLICES_PER_COMMIT = 4;
/** Of what is taken at once, before what others say is gathered: where all talk at once, each slice commits little. */
const EXPRESS_BUDGET_MS = 8 * RECEIVE_SLICE_MS;
/** Of every commit, however little it is. */
const COMMIT_MS = 0.3;
/** Who brings no more than people write, and some history, takes less. */
const INTERACTIVE_LOAD_MS = 20;
/** Who is new is light after a second. */
const INITIAL_LOAD_MS = 2 * INTERACTIVE_LOAD_MS;

/** Waiting batches of one connection; those before `next` are taken. */
interface LinkQueue extends Schedulable {
	readonly link: PeerLink;
	batches: IncomingBatch[];
	next: number;
	bytes: number;
}

/** Takes in the order of `chooseNext`; what one says who brings no more than people write is committed before more is taken. */
export function createIngestQueue(clock: Clock, handlers: IngestHandlers): IngestQueue {
	const queues = new Map<PeerLink, LinkQueue>();
	const usageByLink = new WeakMap<PeerLink, UsageMeter>();
	let bytes = 0;
	let isScheduled = false;
	/** What was taken at once cost so much since the last slice. */
	let expressMs = 0;
	let expressScheduled = false;
	let stopped = false;
	/** Taken and not committed: entries, and in how many slices. */
	let pendingEntries = 0;
	let pendingSlices = 0;
	/** What committing an entry cost lately, with all that it led to. */
	let msPerEntry = 0;
	const paused = new Set<PeerLink>();
	const throttle = createSmallBatchThrottle();

	/** An empty one. */
	function openQueue(link: PeerLink): LinkQueue {
		const usage = usageByLink.get(link) ?? createUsageMeter();
		usageByLink.set(link, usage);
		return {link, usage, batches: [], next: 0, bytes: 0};
	}

	/** Queues stand in the order in which they were taken from last. */
	const pick = () => pickNext(queues.values(), INTERACTIVE_LOAD_MS, clock.monotonic());

	/** How many entries it took. */
	function ingestOne({chosen: queue, isInteractive}: Choice<LinkQueue>): number {
		const {link, usage: load} = queue;
		const incoming = queue.batches[queue.next];
		if (!incoming) return 0;
		const cost = memoryCost(incoming.batch);
		bytes -= cost;
		queue.bytes -= cost;
		queue.next += 1;
		queues.delete(link);
		if (queue.next < queue.batches.length) queues.set(link, compact(queue));
		const from = clock.monotonic();
		handlers.ingest(incoming);
		const to = clock.monotonic();
		load.add(to - from, to);
		if (!isInteractive) throttle.recordBatch(incoming.batch.entries.length, to - from, to);
		return incoming.batch.entries.length;
	}

	/** Lets go of what was taken, also when it never runs empty. */
	function compact(queue: LinkQueue): LinkQueue {
		return queue.next < COMPACT_AFTER ? queue : {...queue, batches: queue.batches.slice(queue.next), next: 0};
	}

	/** Whether what somebody light says is among it. */
	function ingestSlice(until: number): boolean {
		let tookLight = false;
		for (let turn = pick(); turn; turn = pick()) {
			if (turn.isInteractive) tookLight = true;
			else if (tookLight) break;
			pendingEntries += ingestOne(turn);
			if (clock.monotonic() >= until) break;
		}

		pendingSlices += 1;
		return tookLight;
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

	/** What somebody says now does not wait for all the sockets that bring more in this turn of the event loop. */
	function scheduleExpress(): void {
		if (expressScheduled || expressMs >= EXPRESS_BUDGET_MS) return;
		expressScheduled = true;
		queueMicrotask(() => {
			expressScheduled = false;
			if (stopped) return;
			const from = clock.monotonic();
			const before = pendingEntries;
			const mayTake = () => expressMs + clock.monotonic() - from < EXPRESS_BUDGET_MS;
			for (let turn = pick(); turn?.isInteractive && mayTake(); turn = pick()) pendingEntries += ingestOne(turn);
			if (pendingEntries > before) {
				throttle.recordChat(from);
				commit();
			}

			expressMs += clock.monotonic() - from;
		});
	}

	/** Enough is gathered, or all that there was. */
	const isCommitDue = () =>
		queues.size === 0 || pendingSlices >= MAX_SLICES_PER_COMMIT || pendingEntries * msPerEntry >= RECEIVE_SLICE_MS;

	function slice(): void {
		isScheduled = false;
		expressMs = 0;
		if (stopped) return;
		const from = clock.monotonic();
		const isGathered = pendingSlices > 0 && isCommitDue();
		const tookLight = !isGathered && ingestSlice(from + RECEIVE_SLICE_MS);
		const spent = clock.monotonic() - from + COMMIT_MS + pendingEntries * msPerEntry;
		if (isGathered || tookLight || (isCommitDue() && spent < RECEIVE_SLICE_MS)) commit();
		if (bytes < MAX_INGEST_BYTES / 2) {
			for (const link of paused) link.resume();
			paused.clear();
		}

		schedule();
	}

	function schedule(): void {
		if (isScheduled || stopped || (queues.size === 0 && pendingSlices === 0)) return;
		isScheduled = true;
		clock.after(throttle.takeDelayMs(clock.monotonic()), slice);
	}

	return {
		linkOpened(link) {
			const load = createUsageMeter();
			load.add(INITIAL_LOAD_MS, clock.monotonic());
			usageByLink.set(link, load);
		},
		recordChat: () => throttle.recordChat(clock.monotonic()),
		push(incoming) {
			if (stopped) return;
			const {link} = incoming;
			const cost = memoryCost(incoming.batch);
			const queue = queues.get(link) ?? openQueue(link);
			queues.set(link, queue);
			queue.batches.push(incoming);
			queue.bytes += cost;
			bytes += cost;
			// Who brought less than most is not held up for them.
			if (bytes > MAX_INGEST_BYTES && queue.bytes * queues.size >= bytes && !paused.has(link)) {
				paused.add(link);
				link.pause();
			}

			schedule();
			if (!incoming.requested && queue.bytes <= INTERACTIVE_BYTES) scheduleExpress();
		},
		get busy() {
			return queues.size > 0;
		},
		get bytes() {
			return bytes;
		},
		drain() {
			if (stopped) return;
			for (let turn = pick(); turn; turn = pick()) pendingEntries += ingestOne(turn);
			commit();
		},
		stop() {
			stopped = true;
			bytes = 0;
			queues.clear();
			paused.clear();
		},
	};
}
