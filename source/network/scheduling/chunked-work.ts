/**
 * Work that one message leads to and that is done a part at a time, so that the event loop is free in between. Nothing more
 * of that connection is read before it is done, so that order is kept.
 */
export type ChunkedWork = Generator<undefined, void>;

/** Takes what is left to do of a message. */
export type DeferWork = (parts: ChunkedWork) => void;

/** All at once, where nobody waits. */
export const runToCompletion: DeferWork = parts => {
	while (!parts.next().done);
};

/** So many of a list are looked at in a part: about a quarter of a millisecond. */
const ITEMS_PER_CHUNK = 64;

/** `run` for each, a part of the list at a time. */
export function* inChunks<Item>(items: readonly Item[], run: (item: Item) => void): Generator<undefined, void> {
	for (let from = 0; from < items.length; from += ITEMS_PER_CHUNK) {
		if (from > 0) yield;
		for (const item of items.slice(from, from + ITEMS_PER_CHUNK)) run(item);
	}
}
