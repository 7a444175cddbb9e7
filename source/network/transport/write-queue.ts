/**
 * Write queue of a connection: joins the frames of one tick into one write.
 */

/** Bytes of small frames that are joined into one write: four TLS records. */
const JOINED_BYTES = 64 * 1024;

export interface WriteSink {
	/** Writes bytes; `done` is called when the operating system has them. */
	write(bytes: Uint8Array, done: () => void): void;
	/** Called when the queue falls below the high-water mark after `add` returned false. */
	drained(): void;
	/** Called when everything is written after `end`. */
	ended(): void;
	/** Calls `flush` once, soon, outside the caller's stack. */
	schedule(flush: () => void): void;
}

export interface WriteQueue {
	/** Queues a frame. Returns false above the high-water mark; the frame is queued all the same. */
	add(frame: Uint8Array): boolean;
	/** Accepts no more frames; the queued ones are still written. */
	end(): void;
	/** Queued bytes that the operating system does not have yet. */
	readonly bytes: number;
}

/**
 * Only one write is in progress at a time, so that frames added meanwhile are joined too. A thousand small messages on a busy
 * connection cost a few TLS records instead of a thousand.
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
