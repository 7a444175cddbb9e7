/** Long work cut into parts, so that sockets, keys and timers are served in between. */
import type {Clock} from '../../core/environment.js';

/**
 * Work that a message leads to, suspended after each part. The connection reads no further message before it is complete,
 * so that messages take effect in their order.
 */
export type ChunkedWork = Generator<undefined, void>;

/** Accepts the work that remains of a message. */
export type DeferWork = (work: ChunkedWork) => void;

/** Runs all parts at once, where nobody waits. */
export const runToCompletion: DeferWork = work => {
	while (!work.next().done);
};

/** Items of a list in one part: about a quarter of a millisecond. */
const ITEMS_PER_CHUNK = 64;

/** Calls `run` for each item, and suspends after every ITEMS_PER_CHUNK items. */
export function* inChunks<Item>(items: readonly Item[], run: (item: Item) => void): Generator<undefined, void> {
	for (let from = 0; from < items.length; from += ITEMS_PER_CHUNK) {
		if (from > 0) yield;
		for (const item of items.slice(from, from + ITEMS_PER_CHUNK)) run(item);
	}
}

/** Repeats `step` until it returns false or `budgetMs` have passed, but runs it at least once. Returns the time used, ms. */
export function runWithinBudget(clock: Clock, budgetMs: number, step: () => boolean): number {
	const from = clock.monotonic();
	let usedMs = 0;
	while (usedMs < budgetMs && step()) usedMs = clock.monotonic() - from;
	return usedMs;
}
