/**
 * Fair queue of links that wait for the event loop. Interactive links come first: they have little work waiting and used
 * little time lately, as people who chat do. Of all others the least-served comes first, so that a peer that sends much
 * waits behind itself and delays nobody else. The link scheduler (reading) and the ingest queue (batches) both choose so.
 */
import type {Clock} from '../../core/environment.js';

/** Event-loop time that something used lately, in ms: an exponentially decaying sum. `now` is monotonic. */
export interface UsageMeter {
	add(ms: number, now: number): void;
	valueAt(now: number): number;
}

/** Time in which a usage decays to half. */
const HALF_LIFE_MS = 1000;

/** Upper bound of the waiting work of an interactive entry: about 20 chat messages. */
export const INTERACTIVE_BYTES = 4096;

/** One link in the queue. */
export interface QueueEntry {
	readonly usage: UsageMeter;
	/** Size of the waiting work; 0 if nothing waits. */
	readonly bytes: number;
}

export interface QueueChoice<Entry> {
	readonly entry: Entry;
	readonly isInteractive: boolean;
}

export interface FairQueue<Entry> {
	readonly size: number;
	/** Appends an entry; one that waits already keeps its place. */
	add(entry: Entry): void;
	delete(entry: Entry): void;
	clear(): void;
	/** The entry whose turn it is; undefined if none waits. It stays in the queue. */
	next(): QueueChoice<Entry> | undefined;
	/**
	 * Runs one step of an entry and adds the time to its usage. Afterwards the entry is the last of the queue, or has left
	 * it if nothing waits. Returns the time, ms.
	 */
	run(entry: Entry, step: () => void): number;
}

export function createUsageMeter(): UsageMeter {
	let level = 0;
	let changedAt = 0;

	const valueAt = (now: number) => level * 0.5 ** (Math.max(0, now - changedAt) / HALF_LIFE_MS);

	return {
		add(ms, now) {
			level = valueAt(now) + ms;
			changedAt = now;
		},
		valueAt,
	};
}

/** `interactiveMs`: upper bound of the usage of an interactive entry. */
export function createFairQueue<Entry extends QueueEntry>(clock: Clock, interactiveMs: number): FairQueue<Entry> {
	/** In the order of their last turns. */
	const entries = new Set<Entry>();

	return {
		get size() {
			return entries.size;
		},
		add: entry => void entries.add(entry),
		delete: entry => void entries.delete(entry),
		clear: () => entries.clear(),
		next() {
			const now = clock.monotonic();
			let leastServed: Entry | undefined;
			let leastUsage = Number.POSITIVE_INFINITY;
			for (const entry of entries) {
				const usage = entry.usage.valueAt(now);
				// The usage alone is not enough: a new link has used nothing yet.
				if (usage <= interactiveMs && entry.bytes <= INTERACTIVE_BYTES) return {entry, isInteractive: true};
				if (usage >= leastUsage) continue;
				leastUsage = usage;
				leastServed = entry;
			}

			return leastServed && {entry: leastServed, isInteractive: false};
		},
		run(entry, step) {
			const from = clock.monotonic();
			entries.delete(entry);
			step();
			if (entry.bytes > 0) entries.add(entry);
			const to = clock.monotonic();
			entry.usage.add(to - from, to);
			return to - from;
		},
	};
}
