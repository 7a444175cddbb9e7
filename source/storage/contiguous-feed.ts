import {type Batch, batchByteLength} from '../core/batch.js';
import {findFirstIndex} from '../core/binary-search.js';
import {mergeBatches} from '../feed/merge-batches.js';

/**
 * Maximum number of batches of one feed that wait until a gap before them is filled. Further batches are not indexed,
 * and their entries are requested from peers again.
 */
const MAX_OUT_OF_ORDER = 4096;

interface OutOfOrderItem<Item> {
	readonly firstSeq: number;
	readonly lastSeq: number;
	readonly item: Item;
}

/**
 * Stored batches of one feed in order of seq. A node holds a feed only up to its first missing entry. A batch after a
 * missing entry waits until the gap is filled. An item represents one batch. The subclass chooses what it is: the
 * position of the batch in a file, or the batch itself.
 */
export abstract class ContiguousFeed<Item> {
	#heldSeq: number;
	#outOfOrder: OutOfOrderItem<Item>[] = [];

	/** `heldSeq`: seq up to which another store already holds the feed, so that its batches are not added here. */
	constructor(heldSeq = 0) {
		this.#heldSeq = heldSeq;
	}

	/** Seq up to which the feed is held without a gap; 0 if no entry is held. */
	get heldSeq(): number {
		return this.#heldSeq;
	}

	/** Number of items up to the first gap of the feed. */
	abstract get count(): number;

	/** Last seq of the item at `position`, which must be below `count`. */
	protected abstract lastSeqAt(position: number): number;

	/** Adds the item of a batch that continues the feed without a gap. `lastSeq`: seq of its last entry. */
	protected abstract append(item: Item, lastSeq: number): void;

	/**
	 * Adds the item of the batch that contains the entries `firstSeq` to `lastSeq`. Batches may overlap. A batch
	 * whose entries are all held already is ignored.
	 */
	add(firstSeq: number, lastSeq: number, item: Item): void {
		if (lastSeq <= this.#heldSeq) return;
		if (firstSeq > this.#heldSeq + 1) {
			if (this.#outOfOrder.length < MAX_OUT_OF_ORDER) this.#outOfOrder.push({firstSeq, lastSeq, item});
			return;
		}
		this.append(item, lastSeq);
		this.#heldSeq = lastSeq;
		if (this.#outOfOrder.length === 0) return;
		const waiting = this.#outOfOrder.sort((a, b) => a.firstSeq - b.firstSeq);
		this.#outOfOrder = [];
		for (const next of waiting) this.add(next.firstSeq, next.lastSeq, next.item);
	}

	/**
	 * Batches of the feed from `seq` on (see `Log.batchesFrom`). The result ends at the first position for which
	 * `readBatchAt` returns undefined.
	 */
	collectBatches(
		seq: number,
		maxBytes: number,
		boundary: number | undefined,
		readBatchAt: (position: number) => Batch | undefined,
	): Batch[] {
		if (seq < 1 || seq > this.#heldSeq) return [];
		const batches: Batch[] = [];
		let bytes = 0;
		const start = findFirstIndex(0, this.count, position => this.lastSeqAt(position) >= seq);
		for (let position = start; position < this.count; position++) {
			const batch = readBatchAt(position);
			if (!batch || (batches.length === 0 && batch.firstSeq > seq)) break;
			bytes += batchByteLength(batch);
			if (batches.length > 0 && bytes > maxBytes) break;
			batches.push(batch);
		}
		return mergeBatches(batches, boundary);
	}
}
