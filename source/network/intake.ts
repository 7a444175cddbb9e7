/**
 * Batches that came in, taken in slices of about RECEIVE_SLICE_MS, commit included, so that the screen stays alive while a
 * million events come in. What one slice took is committed once. Connections are paused while too much waits.
 */
import type {Batch} from '../core/batch.js';
import {batchBytes} from '../core/batch.js';
import {ENTRY_COST_BYTES, MAX_INTAKE_BYTES, RECEIVE_SLICE_MS} from '../core/limits.js';
import type {Clock} from './clock.js';
import {chooseNext, createLoad, LIGHT_BYTES, type Load, type Waiting} from './load.js';
import type {PeerLink} from './peer-link.js';

const COMPACT_AFTER = 1024;
/** Who brings no more than people write, and some history, takes less. */
const LIGHT_LOAD_MS = 20;

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
interface Queue extends Waiting {
	readonly link: PeerLink;
	batches: IncomingBatch[];
	next: number;
	bytes: number;
}

/** Takes in the order of `chooseNext`; what one says who brings no more than people write is committed before more is taken. */
export function createIntake(clock: Clock, handlers: IntakeHandlers): Intake {
	const queues = new Map<PeerLink, Queue>();
	const loads = new WeakMap<PeerLink, Load>();
	let bytes = 0;
	let planned = false;
	/** What was taken at once cost so much since the last slice. */
	let hurriedMs = 0;
	let hurrying = false;
	let stopped = false;
	/** What an entry cost lately, with all that its commit led to. */
	let msPerEntry = 0;
	const paused = new Set<PeerLink>();

	/** An empty one. */
	function open(link: PeerLink): Queue {
		const load = loads.get(link) ?? createLoad();
		loads.set(link, load);
		return {link, load, batches: [], next: 0, bytes: 0};
	}

	/** Queues stand in the order in which they were taken from last. */
	const choose = () => chooseNext(queues.values(), LIGHT_LOAD_MS, clock.monotonic());

	/** How many entries it took. */
	function takeOne(queue: Queue): number {
		const {link, load} = queue;
		const incoming = queue.batches[queue.next];
		if (!incoming) return 0;
		const cost = costOf(incoming.batch);
		bytes -= cost;
		queue.bytes -= cost;
		queue.next += 1;
		queues.delete(link);
		if (queue.next < queue.batches.length) queues.set(link, compact(queue));
		const from = clock.monotonic();
		handlers.take(incoming);
		const to = clock.monotonic();
		load.add(to - from, to);
		return incoming.batch.entries.length;
	}

	/** Lets go of what was taken, also when it never runs empty. */
	function compact(queue: Queue): Queue {
		return queue.next < COMPACT_AFTER ? queue : {...queue, batches: queue.batches.slice(queue.next), next: 0};
	}

	/** How many entries it took. */
	function takeSlice(until: number): number {
		let tookLight = false;
		let entries = 0;
		for (let turn = choose(); turn; turn = choose()) {
			if (turn.isLight) tookLight = true;
			else if (tookLight) break;
			entries += takeOne(turn.chosen);
			if (clock.monotonic() >= until || entries * msPerEntry >= RECEIVE_SLICE_MS) break;
		}

		return entries;
	}

	/** What somebody says now does not wait for all the sockets that bring more in this turn of the event loop. */
	function hurry(): void {
		if (hurrying || hurriedMs >= RECEIVE_SLICE_MS) return;
		hurrying = true;
		queueMicrotask(() => {
			hurrying = false;
			if (stopped) return;
			const from = clock.monotonic();
			let taken = 0;
			for (let turn = choose(); turn?.isLight; turn = choose()) taken += takeOne(turn.chosen);
			if (taken > 0) handlers.commit();
			hurriedMs += clock.monotonic() - from;
		});
	}

	function slice(): void {
		planned = false;
		hurriedMs = 0;
		if (stopped) return;
		const from = clock.monotonic();
		const entries = takeSlice(from + RECEIVE_SLICE_MS);
		handlers.commit();
		const cost = (clock.monotonic() - from) / Math.max(1, entries);
		msPerEntry = (msPerEntry + cost) / 2;
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
			const {link} = incoming;
			const cost = costOf(incoming.batch);
			const queue = queues.get(link) ?? open(link);
			queues.set(link, queue);
			queue.batches.push(incoming);
			queue.bytes += cost;
			bytes += cost;
			// Who brought less than most is not held up for them.
			if (bytes > MAX_INTAKE_BYTES && queue.bytes * queues.size >= bytes && !paused.has(link)) {
				paused.add(link);
				link.pause();
			}

			plan();
			if (!incoming.asked && queue.bytes <= LIGHT_BYTES) hurry();
		},
		get busy() {
			return queues.size > 0;
		},
		get bytes() {
			return bytes;
		},
		finish() {
			if (stopped) return;
			for (let turn = choose(); turn; turn = choose()) takeOne(turn.chosen);
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
