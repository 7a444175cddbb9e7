/** Write queue of a connection. It joins all frames that are added in one turn of the event loop into one write. */

/** Frames are joined until their total size reaches this number of bytes, which fills four TLS records. */
const JOINED_BYTES = 64 * 1024;

export interface WriteSink {
	/** Writes bytes. `done` is called when they have been passed to the operating system. */
	write(bytes: Uint8Array, done: () => void): void;
	/** Called when `add` has returned false and the queue has fallen below the high-water mark again. */
	drained(): void;
	/** Called when all queued bytes are written, unless `end` was called. */
	emptied(): void;
	/** Called when all bytes that were queued before `end` are written. */
	ended(): void;
	/** Calls `flush` once, asynchronously, after the current turn of the event loop. */
	schedule(flush: () => void): void;
}

export interface WriteQueue {
	/** Queues a frame. If the queue has reached its high-water mark, queues the frame too, but returns false. */
	add(frame: Uint8Array): boolean;
	/** Ends the queue: writes the queued frames, and accepts no further frames. */
	end(): void;
	/** Number of bytes not yet passed to the operating system. */
	readonly bytes: number;
}

/**
 * Creates a queue that has at most one write in progress. Frames that are added during a write are joined into the next
 * write. So a thousand small messages on a busy connection need only a few TLS records.
 *
 * `highWaterBytes`: the current high-water mark. A frame of at least twice this length is written in parts of this length,
 * because TLS encrypts each write as a whole and keeps the copy until the peer has read it.
 */
export function createWriteQueue(sink: WriteSink, highWaterBytes: () => number): WriteQueue {
	let waiting: Uint8Array[] = [];
	let waitingBytes = 0;
	let writingBytes = 0;
	let scheduled = false;
	let full = false;
	let ending = false;

	function take(): Uint8Array {
		const partBytes = highWaterBytes();
		const [first] = waiting;
		if (first && first.length >= 2 * partBytes) {
			waiting[0] = first.subarray(partBytes);
			waitingBytes -= partBytes;
			return first.subarray(0, partBytes);
		}

		let count = 0;
		let bytes = 0;
		for (const frame of waiting) {
			if (bytes >= JOINED_BYTES || frame.length >= 2 * partBytes) break;
			bytes += frame.length;
			count += 1;
		}
		const taken = count === waiting.length ? waiting : waiting.slice(0, count);
		waiting = count === waiting.length ? [] : waiting.slice(count);
		waitingBytes -= bytes;
		return taken.length === 1 && taken[0] ? taken[0] : Buffer.concat(taken, bytes);
	}

	function written(): void {
		writingBytes = 0;
		flush();
		if (!ending && writingBytes === 0 && waiting.length === 0) sink.emptied();
		if (!full || waitingBytes + writingBytes >= highWaterBytes()) return;
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
			if (waitingBytes + writingBytes >= highWaterBytes()) full = true;
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
