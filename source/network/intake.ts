/**
 * Batches that came in, taken in slices of about RECEIVE_SLICE_MS, commit included, so that the screen stays alive while a
 * million events come in. What one slice took is committed once. Connections are paused while too much waits.
 */
import type {Batch} from '../core/batch.js';
import {batchBytes} from '../core/batch.js';
import {ENTRY_COST_BYTES, MAX_INTAKE_BYTES, RECEIVE_SLICE_MS} from '../core/limits.js';
import type {Clock} from './clock.js';
import {createLoad, type Load} from './load.js';
import type {PeerLink} from './peer-link.js';

const COMPACT_AFTER = 1024;
/** Who brings no more than people write, and some history: taken and committed before what others bring goes on. */
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
interface Queue {
	batches: IncomingBatch[];
	next: number;
	bytes: number;
}

/** Who took least of our time lately comes first: who sends much waits behind itself, not others behind it. */
export function createIntake(clock: Clock, handlers: IntakeHandlers): Intake {
	const queues = new Map<PeerLink, Queue>();
	const loads = new WeakMap<PeerLink, Load>();
	let bytes = 0;
	let planned = false;
	let stopped = false;
	/** What an entry cost lately, with all that its commit led to. */
	let msPerEntry = 0;
	const paused = new Set<PeerLink>();

	function loadOf(link: PeerLink): Load {
		let load = loads.get(link);
		if (!load) {
			load = createLoad();
			loads.set(link, load);
		}

		return load;
	}

	function lightest(): {readonly link: PeerLink; readonly queue: Queue; readonly load: number} | undefined {
		const now = clock.monotonic();
		let chosen: {readonly link: PeerLink; readonly queue: Queue; readonly load: number} | undefined;
		for (const [link, queue] of queues) {
			const load = loadOf(link).at(now);
			if (!chosen || load < chosen.load) chosen = {link, queue, load};
		}

		return chosen;
	}

	/** How many entries it took. */
	function takeOne(link: PeerLink, queue: Queue): number {
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
		loadOf(link).add(to - from, to);
		return incoming.batch.entries.length;
	}

	/** Lets go of what was taken, also when it never runs empty. */
	function compact(queue: Queue): Queue {
		if (queue.next < COMPACT_AFTER) return queue;
		return {batches: queue.batches.slice(queue.next), next: 0, bytes: queue.bytes};
	}

	/** How many entries it took. */
	function takeSlice(until: number): number {
		let tookLight = false;
		let entries = 0;
		for (let turn = lightest(); turn; turn = lightest()) {
			if (turn.load <= LIGHT_LOAD_MS) tookLight = true;
			else if (tookLight) break;
			entries += takeOne(turn.link, turn.queue);
			if (clock.monotonic() >= until || entries * msPerEntry >= RECEIVE_SLICE_MS) break;
		}

		return entries;
	}

	function slice(): void {
		planned = false;
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
			const queue = queues.get(link) ?? {batches: [], next: 0, bytes: 0};
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
		},
		get busy() {
			return queues.size > 0;
		},
		get bytes() {
			return bytes;
		},
		finish() {
			if (stopped) return;
			for (let turn = lightest(); turn; turn = lightest()) takeOne(turn.link, turn.queue);
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
