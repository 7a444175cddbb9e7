/**
 * Where the batches of a feed stand in the file, in typed arrays: 16 bytes a record (and what growth keeps in reserve).
 * Only what is contiguous from seq 1 counts as held; a batch behind a gap waits aside until the gap is filled.
 */
export interface IndexedRecord {
	/** Seq of the last entry of the record. */
	readonly lastSeq: number;
	/** Byte offset and length of the whole record in the file. */
	readonly offset: number;
	readonly length: number;
}

interface Ahead extends IndexedRecord {
	readonly firstSeq: number;
}

/** Batches of one feed that wait behind a gap, at most; what is beyond is wanted again from peers. */
const MAX_AHEAD = 4096;
const MAX_SEQ = 0xffff_ffff;
const FIRST_CAPACITY = 4;

export class FeedIndex {
	#lastSeqs = new Uint32Array(FIRST_CAPACITY);
	#lengths = new Uint32Array(FIRST_CAPACITY);
	#offsets = new Float64Array(FIRST_CAPACITY);
	#ahead: Ahead[] = [];
	#count = 0;
	#held = 0;

	/** Records in the contiguous part. */
	get count(): number {
		return this.#count;
	}

	/** Contiguous from 1 to this; 0 if none. */
	get held(): number {
		return this.#held;
	}

	/** Bytes of memory, reserve included. */
	get bytes(): number {
		return this.#offsets.length * 16;
	}

	add(firstSeq: number, lastSeq: number, offset: number, length: number): void {
		if (lastSeq > MAX_SEQ || lastSeq <= this.#held) return;
		if (firstSeq > this.#held + 1) {
			if (this.#ahead.length < MAX_AHEAD) this.#ahead.push({firstSeq, lastSeq, offset, length});
			return;
		}
		this.#push(lastSeq, offset, length);
		if (this.#ahead.length > 0) this.#absorb();
	}

	/** Position of the record that holds `seq`; `count` if none does. */
	find(seq: number): number {
		let low = 0;
		let high = this.#count;
		while (low < high) {
			const middle = (low + high) >>> 1;
			if ((this.#lastSeqs[middle] ?? 0) < seq) low = middle + 1;
			else high = middle;
		}
		return low;
	}

	at(position: number): IndexedRecord | undefined {
		if (position >= this.#count) return undefined;
		return {
			lastSeq: this.#lastSeqs[position] ?? 0,
			offset: this.#offsets[position] ?? 0,
			length: this.#lengths[position] ?? 0,
		};
	}

	#absorb(): void {
		const waiting = this.#ahead.sort((a, b) => a.firstSeq - b.firstSeq);
		this.#ahead = [];
		for (const {firstSeq, lastSeq, offset, length} of waiting) {
			if (lastSeq <= this.#held) continue;
			if (firstSeq <= this.#held + 1) this.#push(lastSeq, offset, length);
			else this.#ahead.push({firstSeq, lastSeq, offset, length});
		}
	}

	/** From where the record at `position` begins to where the last of those behind it ends that end within `bytes`. */
	reach(position: number, bytes: number): number {
		const start = this.#offsets[position] ?? 0;
		let length = this.#lengths[position] ?? 0;
		for (let next = position + 1; next < this.#count; next++) {
			const end = (this.#offsets[next] ?? 0) + (this.#lengths[next] ?? 0) - start;
			if (end <= length || end > bytes) break;
			length = end;
		}
		return length;
	}

	#push(lastSeq: number, offset: number, length: number): void {
		if (this.#count === this.#offsets.length) this.#grow();
		this.#lastSeqs[this.#count] = lastSeq;
		this.#lengths[this.#count] = length;
		this.#offsets[this.#count] = offset;
		this.#count += 1;
		this.#held = lastSeq;
	}

	#grow(): void {
		const capacity = Math.ceil(this.#offsets.length * 1.5);
		const grown = <T extends Uint32Array | Float64Array>(larger: T, old: T): T => {
			larger.set(old);
			return larger;
		};
		this.#lastSeqs = grown(new Uint32Array(capacity), this.#lastSeqs);
		this.#lengths = grown(new Uint32Array(capacity), this.#lengths);
		this.#offsets = grown(new Float64Array(capacity), this.#offsets);
	}
}
