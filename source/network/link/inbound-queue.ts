/**
 * Inbound side of one connection: bytes to frames, and the queue of frames that wait for the link scheduler.
 *
 * While frames wait, the connection is paused, so that they stay few. The frame reader also pauses a connection that sends
 * more messages than any honest peer does, and interrupts long frames for the sake of other connections.
 */
import {createFrameDecoder} from '../../codec/frame.js';
import type {Clock} from '../../core/environment.js';
import {MAX_FRAME_MS, MAX_MESSAGES_PER_SECOND} from '../../core/limits.js';
import type {ChunkedWork, DeferWork} from '../scheduling/chunked-work.js';
import {type CoalescedTimer, createCoalescedTimer} from '../scheduling/coalesced-timer.js';
import type {LinkScheduler} from '../scheduling/link-scheduler.js';
import {createWindowCounter} from '../scheduling/rate-limiters.js';
import type {Connection} from '../transport/transport.js';

/** Queue of the complete frames of one link. */
export interface InboundQueue {
	/** Accepts bytes and reads the frames that they complete, in this turn of the event loop or in later ones. */
	push(chunk: Uint8Array): void;
	/** Calls `run` when no frame waits: at once, or after the last one. */
	whenEmpty(run: () => void): void;
	/** Drops the waiting frames. */
	clear(): void;
}

export interface InboundHandlers {
	/** Reads one frame; may defer a part of the work. Frames behind it wait for that part. */
	read(frame: Uint8Array, defer: DeferWork): void;
	/** Broken framing, or an error that `read` or its deferred work threw. The waiting frames are dropped. */
	failed(error: unknown): void;
}

export function createInboundQueue(
	scheduler: LinkScheduler,
	reader: FrameReader,
	handlers: InboundHandlers,
): InboundQueue {
	let frames: readonly Uint8Array[] = [];
	let next = 0;
	/** Size of the frames from `next` on and of the one whose work is deferred. */
	let bytes = 0;
	let deferredWork: ChunkedWork | undefined;
	let currentBytes = 0;
	let isPaused = false;
	let onEmpty = () => {};
	const slot = scheduler.register(step);

	/** Reads one frame or runs one part of deferred work. Returns the bytes that are left. */
	function step(): number {
		try {
			if (deferredWork) {
				if (deferredWork.next().done) deferredWork = undefined;
			} else {
				readNext();
			}

			if (deferredWork) return bytes;
			bytes -= currentBytes;
			currentBytes = 0;
			if (next >= frames.length) reader.checkFraming();
		} catch (error) {
			reset();
			handlers.failed(error);
		}

		if (next >= frames.length) finish();
		return bytes;
	}

	function readNext(): void {
		const frame = frames[next];
		next += 1;
		if (!frame) return;
		currentBytes = frame.length;
		handlers.read(frame, work => {
			deferredWork = work;
		});
	}

	function finish(): void {
		reset();
		if (isPaused) reader.resume();
		isPaused = false;
		const run = onEmpty;
		onEmpty = () => {};
		run();
	}

	function reset(): void {
		frames = [];
		next = 0;
		bytes = 0;
		currentBytes = 0;
		deferredWork = undefined;
	}

	return {
		push(chunk) {
			try {
				const completed = reader.push(chunk);
				if (completed.length === 0) {
					if (frames.length === 0) reader.checkFraming();
					return;
				}

				frames = frames.length === 0 ? completed : [...frames.slice(next), ...completed];
				next = 0;
				for (const frame of completed) bytes += frame.length;
			} catch (error) {
				reset();
				handlers.failed(error);
				return;
			}

			slot.ready(bytes);
			if (frames.length === 0 || isPaused) return;
			isPaused = true;
			reader.pause();
		},
		whenEmpty(run) {
			if (frames.length === 0) run();
			else onEmpty = run;
		},
		clear() {
			reset();
			slot.cancel();
			finish();
		},
	};
}

/** Bytes of an incomplete frame that are read in one turn of the event loop: decrypting them takes about a millisecond. */
const MAX_UNBROKEN_BYTES = 128 * 1024;

/** Decoder of the frames of one connection, with its flow control. */
export interface FrameReader {
	/** Returns the frames that `chunk` completes. */
	push(chunk: Uint8Array): readonly Uint8Array[];
	/** Throws the ProtocolError of broken framing. The frames before it were returned. */
	checkFraming(): void;
	/** Pauses the connection until as many calls of `resume`. */
	pause(): void;
	resume(): void;
	/** Whether this node does not read: then silence proves nothing about the other end. */
	readonly isPaused: boolean;
	/** Whether a frame takes longer than MAX_FRAME_MS. To be called at intervals. */
	isSlow(): boolean;
	/** Restarts the time of the current frame, after the timers of this node stalled. */
	resetIdle(): void;
	stop(): void;
}

export function createFrameReader(connection: Connection, clock: Clock): FrameReader {
	const decoder = createFrameDecoder();
	const messages = createWindowCounter(1000, clock.monotonic());
	const rateTimer = createCoalescedTimer(clock, resume);
	const yieldTimer = createCoalescedTimer(clock, resume);
	/** Bytes of the incomplete frame since the last interruption. */
	let partialBytes = 0;
	let pauses = 0;
	/** Start of the incomplete frame, monotonic ms. */
	let frameSince: number | undefined;

	function pause(): void {
		pauses += 1;
		if (pauses === 1) connection.pause();
	}

	function resume(): void {
		pauses = Math.max(0, pauses - 1);
		if (pauses === 0) connection.resume();
	}

	function pauseUntil(timer: CoalescedTimer, delayMs: number): void {
		if (timer.isScheduled) return;
		pause();
		timer.schedule(delayMs);
	}

	/** Above MAX_MESSAGES_PER_SECOND, reading pauses for the rest of the second. */
	function limitRate(count: number): void {
		const now = clock.monotonic();
		if (messages.add(now, count) > MAX_MESSAGES_PER_SECOND) pauseUntil(rateTimer, Math.max(1, messages.msLeft(now)));
	}

	return {
		push(chunk) {
			const frames = decoder.push(chunk);
			partialBytes = frames.length > 0 ? 0 : partialBytes + chunk.length;
			if (partialBytes >= MAX_UNBROKEN_BYTES) {
				partialBytes = 0;
				pauseUntil(yieldTimer, 0);
			}

			if (frames.length > 0) limitRate(frames.length);
			if (frames.length > 0 || frameSince === undefined) frameSince = clock.monotonic();
			if (decoder.pendingBytes === 0) frameSince = undefined;
			return frames;
		},
		checkFraming() {
			if (decoder.failure) throw decoder.failure;
		},
		pause,
		resume,
		get isPaused() {
			return pauses > 0;
		},
		isSlow() {
			if (pauses > 0 && frameSince !== undefined) frameSince = clock.monotonic();
			return frameSince !== undefined && clock.monotonic() - frameSince > MAX_FRAME_MS;
		},
		resetIdle() {
			if (frameSince !== undefined) frameSince = clock.monotonic();
		},
		stop() {
			rateTimer.stop();
			yieldTimer.stop();
		},
	};
}
