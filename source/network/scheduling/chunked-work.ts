/** Long work that is split into parts. Between two parts the event loop serves sockets, key presses and timers. */
import type {Clock} from '../../core/environment.js';

/**
 * Work that one received message causes. It is a generator, which pauses (`yield`) after each part of the work. The
 * connection reads its next message only when the work is complete, so that messages take effect in the order in which
 * they arrived.
 */
export type ChunkedWork = Generator<undefined, void>;

/** Function that takes the rest of the work of a message, and runs it later in parts. */
export type DeferWork = (work: ChunkedWork) => void;

/** Runs all parts of the work immediately, without returning to the event loop between them. */
export const runToCompletion: DeferWork = work => {
	while (!work.next().done);
};

/** Number of list items that are handled in one part of the work. They take about a quarter of a millisecond. */
const ITEMS_PER_CHUNK = 64;

/** Calls `run` for each item, and yields after every ITEMS_PER_CHUNK items. */
export function* inChunks<Item>(items: readonly Item[], run: (item: Item) => void): Generator<undefined, void> {
	for (let from = 0; from < items.length; from += ITEMS_PER_CHUNK) {
		if (from > 0) yield;
		for (const item of items.slice(from, from + ITEMS_PER_CHUNK)) run(item);
	}
}

/**
 * Calls `step` until it returns false or `budgetMs` have passed, but at least once. Returns the time that this took, in
 * ms.
 */
export function runWithinBudget(clock: Clock, budgetMs: number, step: () => boolean): number {
	const from = clock.monotonic();
	let usedMs = 0;
	while (usedMs < budgetMs && step()) usedMs = clock.monotonic() - from;
	return usedMs;
}
