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
	/** Takes all that waits at once (before a shutdown). */
	finish(): void;
	stop(): void;
}

export function createIntake(clock: Clock, handlers: IntakeHandlers): Intake {
	let waiting: IncomingBatch[] = [];
	let next = 0;
	let bytes = 0;
	let planned = false;
	let stopped = false;
	const paused = new Set<PeerLink>();

	function takeOne(): void {
		const incoming = waiting[next];
		if (!incoming) return;
		next += 1;
		bytes -= costOf(incoming.batch);
		handlers.take(incoming);
	}

	/** Lets go of what was taken, also when it never runs empty. */
	function compact(): void {
		if (next < waiting.length && next < COMPACT_AFTER) return;
		waiting = waiting.slice(next);
		next = 0;
	}

	function slice(): void {
		planned = false;
		if (stopped) return;
		const until = clock.monotonic() + RECEIVE_SLICE_MS;
		do takeOne();
		while (next < waiting.length && clock.monotonic() < until);
		compact();
		handlers.commit();
		if (bytes < MAX_INTAKE_BYTES / 2) {
			for (const link of paused) link.resume();
			paused.clear();
		}

		plan();
	}

	function plan(): void {
		if (planned || stopped || next >= waiting.length) return;
		planned = true;
		clock.after(0, slice);
	}

	return {
		push(incoming) {
			if (stopped) return;
			waiting.push(incoming);
			bytes += costOf(incoming.batch);
			if (bytes > MAX_INTAKE_BYTES && !paused.has(incoming.link)) {
				paused.add(incoming.link);
				incoming.link.pause();
			}

			plan();
		},
		get busy() {
			return next < waiting.length;
		},
		finish() {
			if (stopped) return;
			while (next < waiting.length) takeOne();
			compact();
			handlers.commit();
		},
		stop() {
			stopped = true;
			waiting = [];
			paused.clear();
		},
	};
}
