import {type Batch, batchBytes, lastSeq} from '../core/batch.js';
import {mergeBatches} from '../feed/merge-batches.js';

/** Batches of one feed in memory, under the same rules as FeedIndex: contiguous ones count, others wait. */
export class FeedBatches {
	#batches: Batch[] = [];
	#ahead: Batch[] = [];
	#held: number;

	/** `held`: what an earlier store holds of the feed; batches go on behind it. */
	constructor(held = 0) {
		this.#held = held;
	}

	/** Contiguous up to this. */
	get held(): number {
		return this.#held;
	}

	add(batch: Batch): void {
		if (lastSeq(batch) <= this.#held) return;
		if (batch.firstSeq > this.#held + 1) {
			this.#ahead.push(batch);
			return;
		}
		this.#push(batch);
		if (this.#ahead.length === 0) return;
		const waiting = this.#ahead.sort((a, b) => a.firstSeq - b.firstSeq);
		this.#ahead = [];
		for (const next of waiting) this.add(next);
	}

	/** As `Log.batchesFrom`. */
	from(seq: number, maxBytes: number, boundary?: number): Batch[] {
		if (seq < 1 || seq > this.#held) return [];
		const found: Batch[] = [];
		let bytes = 0;
		for (let position = this.#find(seq); position < this.#batches.length; position++) {
			const batch = this.#batches[position];
			if (!batch || (found.length === 0 && batch.firstSeq > seq)) break;
			bytes += batchBytes(batch);
			if (found.length > 0 && bytes > maxBytes) break;
			found.push(batch);
		}
		return mergeBatches(found, boundary);
	}

	#push(batch: Batch): void {
		this.#batches.push(batch);
		this.#held = lastSeq(batch);
	}

	/** Position of the batch that holds `seq`. */
	#find(seq: number): number {
		let low = 0;
		let high = this.#batches.length;
		while (low < high) {
			const middle = (low + high) >>> 1;
			const batch = this.#batches[middle];
			if (batch && lastSeq(batch) < seq) low = middle + 1;
			else high = middle;
		}
		return low;
	}
}
