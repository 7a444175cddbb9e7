/**
 * Inbound side of one connection: splits the received bytes into frames, and queues the frames for the link scheduler.
 *
 * The connection is paused while frames wait, so that the queue stays short. The frame reader pauses the connection in
 * two more cases: if it exceeds MAX_MESSAGES_PER_SECOND, and for a moment during a long frame, so that other
 * connections are served.
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
	/**
	 * Accepts received bytes. The frames that are complete with these bytes are handled in this turn of the event loop
	 * or in later ones.
	 */
	push(chunk: Uint8Array): void;
	/** Calls `run` as soon as all frames in the queue are handled: immediately if the queue is empty. */
	whenEmpty(run: () => void): void;
	/**
	 * To be called while a frame is handled that this node requested (`ScheduledLink.noteWanted`). The time for it is
	 * then ignored when overload is detected.
	 */
	noteWanted(): void;
	/** Drops the waiting frames. */
	clear(): void;
}

export interface InboundHandlers {
	/** Handles one frame. Work that is passed to `defer` runs later, but before the next frame of this link. */
	read(frame: Uint8Array, defer: DeferWork): void;
	/**
	 * Called if the bytes are not valid frames, or if `read` or the work that it deferred throws an error. The waiting
	 * frames are dropped.
	 */
	failed(error: unknown): void;
}

export function createInboundQueue(
	scheduler: LinkScheduler,
	reader: FrameReader,
	handlers: InboundHandlers,
): InboundQueue {
	let frames: readonly Uint8Array[] = [];
	let next = 0;
	/**
	 * Size of the frames that are not handled completely: those from index `next` on, and a frame whose deferred work
	 * is unfinished.
	 */
	let bytes = 0;
	let deferredWork: ChunkedWork | undefined;
	let currentBytes = 0;
	let isPaused = false;
	let onEmpty = () => {};
	const slot = scheduler.register(step);

	/**
	 * Handles one frame, or runs one part of the deferred work of a frame. Returns the number of bytes that still wait.
	 */
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
		noteWanted: slot.noteWanted,
		clear() {
			reset();
			slot.cancel();
			finish();
		},
	};
}

/**
 * Maximum number of bytes of an incomplete frame that are read in one turn of the event loop. To decrypt them takes
 * about 1 ms.
 */
const MAX_UNBROKEN_BYTES = 128 * 1024;

/** Frame decoder and flow control of one connection. */
export interface FrameReader {
	/** Accepts received bytes, and returns the frames that are complete with these bytes. */
	push(chunk: Uint8Array): readonly Uint8Array[];
	/** Takes back the memory of a frame that nobody uses any more, for a later frame. */
	reuse(frame: Uint8Array): void;
	/**
	 * Throws a ProtocolError if the received bytes are not valid frames. `push` has already returned the valid frames
	 * before the error.
	 */
	checkFraming(): void;
	/** Stops reading from the connection until `resume` was called as often as `pause`. */
	pause(): void;
	resume(): void;
	/** Whether reading is paused. If so, the silence of the peer proves nothing. */
	readonly isPaused: boolean;
	/** Whether a frame has been incomplete for more than MAX_FRAME_MS. To be called regularly. */
	isSlow(): boolean;
	/**
	 * Restarts the time that is compared with MAX_FRAME_MS. To be called after a time in which this process did not
	 * run.
	 */
	resetIdle(): void;
	stop(): void;
}

/**
 * Creates the reader of a connection. `noteBuffer`: called with the bytes of memory that the incomplete frame uses, and that are
 * kept for the next one.
 */
export function createFrameReader(
	connection: Connection,
	clock: Clock,
	noteBuffer: (bytes: number) => void = () => {},
): FrameReader {
	const decoder = createFrameDecoder();
	const messages = createWindowCounter(1000, clock.monotonic());
	const rateTimer = createCoalescedTimer(clock, resume);
	const yieldTimer = createCoalescedTimer(clock, resume);
	/** Number of bytes of the incomplete frame that were read since reading was last paused. */
	let partialBytes = 0;
	let pauses = 0;
	/** Time at which the incomplete frame began, in monotonic ms. */
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

	/** Counts frames. If the connection exceeds MAX_MESSAGES_PER_SECOND, pauses reading until the end of the second. */
	function limitRate(count: number): void {
		const now = clock.monotonic();
		if (messages.add(now, count) > MAX_MESSAGES_PER_SECOND) pauseUntil(rateTimer, Math.max(1, messages.msLeft(now)));
	}

	return {
		push(chunk) {
			const frames = decoder.push(chunk);
			if (frames.length > 0) noteBuffer(0);
			noteBuffer(decoder.bufferBytes);
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
		reuse(frame) {
			decoder.reuse(frame);
			noteBuffer(decoder.bufferBytes);
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
			noteBuffer(0);
		},
	};
}
