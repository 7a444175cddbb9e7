/**
 * Batches that came in, taken in slices of at most RECEIVE_SLICE_MS so that the screen stays alive while a million events
 * come in. What one slice took is committed once. Connections are paused while too much waits.
 */
import type {Batch} from '../core/batch.js';
import {batchBytes} from '../core/batch.js';
import {ENTRY_COST_BYTES, MAX_INTAKE_BYTES, RECEIVE_SLICE_MS} from '../core/limits.js';
import type {Clock} from './clock.js';
import type {PeerLink} from './peer-link.js';

const COMPACT_AFTER = 1024;

export interface IncomingBatch {
	readonly batch: Batch;
	readonly link: PeerLink;
	/** It came because we asked. */
	readonly asked: boolean;
}

/** What a waiting batch costs us in memory, about: entries may be tiny. */
export function costOf(batch: Batch): number {
	return batchBytes(batch) + batch.entries.length * ENTRY_COST_BYTES;
}

export interface IntakeHandlers {
	take(incoming: IncomingBatch): void;
	/** A slice is over: commit what it took. */
	commit(): void;
}

export interface Intake {
	push(incoming: IncomingBatch): void;
	/** Batches wait. */
	readonly busy: boolean;
	/** What waits costs, by `costOf`. */
	readonly bytes: number;
	/** Takes all that waits at once (before a shutdown). */
	finish(): void;
	stop(): void;
}

/** Waiting batches of one connection; those before `next` are taken. */
interface Queue {
	batches: IncomingBatch[];
	next: number;
}

/** Connections take turns, a batch each: who sends much waits behind itself, not others behind it. */
export function createIntake(clock: Clock, handlers: IntakeHandlers): Intake {
	const queues = new Map<PeerLink, Queue>();
	let bytes = 0;
	let planned = false;
	let stopped = false;
	const paused = new Set<PeerLink>();

	function takeOne(): void {
		const [turn] = queues;
		if (!turn) return;
		const [link, queue] = turn;
		const incoming = queue.batches[queue.next];
		queue.next += 1;
		queues.delete(link);
		if (queue.next < queue.batches.length) queues.set(link, compact(queue));
		if (!incoming) return;
		bytes -= costOf(incoming.batch);
		handlers.take(incoming);
	}

	/** Lets go of what was taken, also when it never runs empty. */
	function compact(queue: Queue): Queue {
		if (queue.next < COMPACT_AFTER) return queue;
		return {batches: queue.batches.slice(queue.next), next: 0};
	}

	function slice(): void {
		planned = false;
		if (stopped) return;
		const until = clock.monotonic() + RECEIVE_SLICE_MS;
		do takeOne();
		while (queues.size > 0 && clock.monotonic() < until);
		handlers.commit();
		if (bytes < MAX_INTAKE_BYTES / 2) {
			for (const link of paused) link.resume();
			paused.clear();
		}

		plan();
	}

	function plan(): void {
		if (planned || stopped || queues.size === 0) return;
		planned = true;
		clock.after(0, slice);
	}

	return {
		push(incoming) {
			if (stopped) return;
			const queue = queues.get(incoming.link);
			if (queue) queue.batches.push(incoming);
			else queues.set(incoming.link, {batches: [incoming], next: 0});
			bytes += costOf(incoming.batch);
			if (bytes > MAX_INTAKE_BYTES && !paused.has(incoming.link)) {
				paused.add(incoming.link);
				incoming.link.pause();
			}

			plan();
		},
		get busy() {
			return queues.size > 0;
		},
		get bytes() {
			return bytes;
		},
		finish() {
			if (stopped) return;
			while (queues.size > 0) takeOne();
			handlers.commit();
		},
		stop() {
			stopped = true;
			bytes = 0;
			queues.clear();
			paused.clear();
		},
	};
}
