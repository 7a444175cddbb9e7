/** How many bytes of small frames are joined into one write: four TLS records. */
const JOINED_BYTES = 64 * 1024;

export interface WriteSink {
	/** Takes bytes; `done` is called later, once they are with the operating system. */
	write(bytes: Uint8Array, done: () => void): void;
	/** The queue fell below the high-water mark after `add` had returned false. */
	drained(): void;
	/** Everything is written and `end` was called. */
	ended(): void;
	/** Calls `flush` once, soon, outside the caller's stack. */
	schedule(flush: () => void): void;
}

export interface WriteQueue {
	/** False: above the high-water mark; the frame is taken all the same. */
	add(frame: Uint8Array): boolean;
	/** Nothing is added after this; what is there is still written. */
	end(): void;
	/** Added and not yet with the operating system. */
	readonly bytes: number;
}

/**
 * Joins the frames of one tick into one write. One write is under way at a time, so that what comes meanwhile is joined
 * as well: a thousand small messages to a busy connection cost a few records, not a thousand.
 */
export function createWriteQueue(sink: WriteSink, highWaterBytes: number): WriteQueue {
	let waiting: Uint8Array[] = [];
	let waitingBytes = 0;
	let writingBytes = 0;
	let scheduled = false;
	let full = false;
	let ending = false;

	function take(): Uint8Array {
		let count = 0;
		let bytes = 0;
		while (count < waiting.length && bytes < JOINED_BYTES) bytes += waiting[count++]?.length ?? 0;
		const taken = count === waiting.length ? waiting : waiting.slice(0, count);
		waiting = count === waiting.length ? [] : waiting.slice(count);
		waitingBytes -= bytes;
		return taken.length === 1 && taken[0] ? taken[0] : Buffer.concat(taken, bytes);
	}

	function written(): void {
		writingBytes = 0;
		flush();
		if (!full || waitingBytes + writingBytes >= highWaterBytes) return;
		full = false;
		if (!ending) sink.drained();
	}

	function flush(): void {
		scheduled = false;
		if (writingBytes > 0) return;
		if (waiting.length > 0) {
			const bytes = take();
			writingBytes = bytes.length;
			sink.write(bytes, written);
		} else if (ending) {
			sink.ended();
		}
	}

	function scheduleFlush(): void {
		if (scheduled || writingBytes > 0) return;
		scheduled = true;
		sink.schedule(flush);
	}

	return {
		add(frame) {
			if (ending) return false;
			if (frame.length > 0) {
				waiting.push(frame);
				waitingBytes += frame.length;
				scheduleFlush();
			}
			if (waitingBytes + writingBytes >= highWaterBytes) full = true;
			return !full;
		},
		end() {
			if (ending) return;
			ending = true;
			scheduleFlush();
		},
		get bytes() {
			return waitingBytes + writingBytes;
		},
	};
}
