/** What comes in on one connection: frames out of bytes, no faster than we want them and no slower than makes sense. */
import {createFrameDecoder} from '../../codec/frame.js';
import type {Clock, Timer} from '../../core/environment.js';
import {MAX_FRAME_MS, MAX_MESSAGES_PER_SECOND} from '../../core/limits.js';
import type {ChunkedWork, DeferWork} from '../scheduling/chunked-work.js';
import type {LinkScheduler} from '../scheduling/link-scheduler.js';
import type {Connection} from '../transport/transport.js';

/** So much of an unfinished frame is read in one turn of the event loop: to decrypt it takes about a millisecond. */
const MAX_UNBROKEN_BYTES = 128 * 1024;

export interface FrameReader {
	/** The frames that are whole now. Reads no further for the rest of a second that brought more than any honest peer sends. */
	push(chunk: Uint8Array): readonly Uint8Array[];
	/** Throws the ProtocolError of broken framing; the frames before it were given out. */
	checkFraming(): void;
	/** Each is to be undone by the other; they nest. */
	pause(): void;
	resume(): void;
	/** Somebody paused it: what we do not read says nothing about them. */
	readonly isPaused: boolean;
	/** Whether one frame has been on its way for more than MAX_FRAME_MS. To be asked now and then. */
	isSlow(): boolean;
	/** Our own clock stood still. */
	resetIdle(): void;
	stop(): void;
}

export function createFrameReader(connection: Connection, clock: Clock): FrameReader {
	const decoder = createFrameDecoder();
	let window = {from: clock.monotonic(), messages: 0};
	let throttleTimer: Timer | undefined;
	/** Read without a break of a frame that is not whole yet. */
	let partialBytes = 0;
	let yieldTimer: Timer | undefined;
	let pauses = 0;
	/** When the frame that is coming in began, monotonic ms. */
	let frameSince: number | undefined;

	function pause(): void {
		pauses += 1;
		if (pauses === 1) connection.pause();
	}

	function resume(): void {
		pauses = Math.max(0, pauses - 1);
		if (pauses === 0) connection.resume();
	}

	function throttle(count: number): void {
		const now = clock.monotonic();
		if (now - window.from >= 1000) window = {from: now, messages: 0};
		window.messages += count;
		if (throttleTimer || window.messages <= MAX_MESSAGES_PER_SECOND) return;
		pause();
		throttleTimer = clock.after(Math.max(1, 1000 - (now - window.from)), () => {
			throttleTimer = undefined;
			resume();
		});
	}

	/** One link does not keep all others waiting for a frame of a megabyte. */
	function yieldToOthers(): void {
		partialBytes = 0;
		if (yieldTimer) return;
		pause();
		yieldTimer = clock.after(0, () => {
			yieldTimer = undefined;
			resume();
		});
	}

	return {
		push(chunk) {
			const frames = decoder.push(chunk);
			partialBytes = frames.length > 0 ? 0 : partialBytes + chunk.length;
			if (partialBytes >= MAX_UNBROKEN_BYTES) yieldToOthers();
			if (frames.length > 0) throttle(frames.length);
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
			throttleTimer?.cancel();
			yieldTimer?.cancel();
		},
	};
}

/** Frames of one link that came and wait for its turn. Meanwhile nothing more is read from it, so that they stay few. */

export interface InboundQueue {
	/** Bytes came: reads the frames that they complete, now or in the next turns. */
	push(chunk: Uint8Array): void;
	/** Calls `run` once what waits is read: at once if nothing does. */
	whenEmpty(run: () => void): void;
	/** What waits is not read any more. */
	clear(): void;
}

/** `read` gets one frame and may put off parts of the work; `failed` what the framing or one of them threw. */
export function createInboundQueue(
	turns: LinkScheduler,
	reader: FrameReader,
	{
		read,
		failed,
	}: {readonly read: (frame: Uint8Array, rest: DeferWork) => void; readonly failed: (error: unknown) => void},
): InboundQueue {
	let frames: readonly Uint8Array[] = [];
	let next = 0;
	/** Of the frames from `next` on, and of the one of which parts are left. */
	let bytes = 0;
	let work: ChunkedWork | undefined;
	let currentBytes = 0;
	let paused = false;
	let onEmpty = () => {};
	const slot = turns.register(step);

	function step(): number {
		try {
			if (work) {
				if (work.next().done) work = undefined;
			} else {
				readNext();
			}

			if (work) return bytes;
			bytes -= currentBytes;
			currentBytes = 0;
			if (next >= frames.length) reader.checkFraming();
		} catch (error) {
			clear();
			failed(error);
		}

		if (next >= frames.length) settle();
		return bytes;
	}

	function readNext(): void {
		const frame = frames[next];
		next += 1;
		currentBytes = frame?.length ?? 0;
		if (frame)
			read(frame, rest => {
				work = rest;
			});
	}

	/** Everything is read. */
	function settle(): void {
		clear();
		if (paused) reader.resume();
		paused = false;
		const run = onEmpty;
		onEmpty = () => {};
		run();
	}

	function clear(): void {
		frames = [];
		next = 0;
		bytes = 0;
		currentBytes = 0;
		work = undefined;
	}

	return {
		push(chunk) {
			try {
				const more = reader.push(chunk);
				if (more.length === 0) {
					if (frames.length === 0) reader.checkFraming();
					return;
				}

				frames = frames.length === 0 ? more : [...frames.slice(next), ...more];
				next = 0;
				for (const frame of more) bytes += frame.length;
			} catch (error) {
				clear();
				failed(error);
				return;
			}

			slot.ready(bytes);
			if (frames.length === 0 || paused) return;
			paused = true;
			reader.pause();
		},
		whenEmpty(run) {
			if (frames.length === 0) run();
			else onEmpty = run;
		},
		clear() {
			clear();
			slot.cancel();
			settle();
		},
	};
}
