/**
 * Fair queue of links that wait for time on the event loop. Interactive links come first: they have little waiting work
 * and used little time recently, like the links of people who chat. The other links follow, and of these the link that
 * used the least time recently comes first. So a peer that sends much delays only its own messages. The link scheduler
 * and the ingest queue both use this queue.
 */
import type {Clock} from '../../core/environment.js';

/**
 * Meter of the event-loop time that a link used recently, in ms. It is a sum that decays exponentially. `now` is
 * monotonic, in ms.
 */
export interface UsageMeter {
	add(ms: number, now: number): void;
	valueAt(now: number): number;
}

/** Time in which the value of a usage meter falls to half. */
const HALF_LIFE_MS = 1000;

/** Maximum size of the waiting work of an interactive link: about 20 chat messages. */
export const INTERACTIVE_BYTES = 4096;

/** Entry of one link in the queue. */
export interface QueueEntry {
	readonly usage: UsageMeter;
	/** Size of the waiting work in bytes; 0 if no work waits. */
	readonly bytes: number;
}

export interface QueueChoice<Entry> {
	readonly entry: Entry;
	readonly isInteractive: boolean;
}

export interface FairQueue<Entry> {
	readonly size: number;
	/** Appends an entry. An entry that is in the queue already keeps its position. */
	add(entry: Entry): void;
	delete(entry: Entry): void;
	clear(): void;
	/** Returns the entry to run next, without removing it; undefined if the queue is empty. */
	next(): QueueChoice<Entry> | undefined;
	/**
	 * Runs one step of the work of an entry, and adds the time that it took to the usage meter of the entry. If more
	 * work waits, the entry moves to the end of the queue. Otherwise it is removed. Returns the time in ms.
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

/** Creates an empty queue. `interactiveMs`: maximum value of the usage meter of an interactive entry. */
export function createFairQueue<Entry extends QueueEntry>(clock: Clock, interactiveMs: number): FairQueue<Entry> {
	/** Waiting entries. The entry that has not run for the longest time is first. */
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
				// A low usage alone does not make an entry interactive, because a new link with much work has not used
				// any time yet.
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
