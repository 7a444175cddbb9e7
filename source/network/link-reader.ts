/** What comes in on one connection: frames out of bytes, no faster than we want them and no slower than makes sense. */
import {createFrameDecoder} from '../codec/frame.js';
import {MAX_FRAME_MS, MAX_MESSAGES_PER_SECOND} from '../core/limits.js';
import type {Clock, Timer} from './clock.js';
import type {Connection} from './transport.js';

/** So much of an unfinished frame is read in one turn of the event loop: to decrypt it takes about a millisecond. */
const PART_BYTES = 128 * 1024;

export interface LinkReader {
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
	forgive(): void;
	stop(): void;
}

export function createLinkReader(connection: Connection, clock: Clock): LinkReader {
	const decoder = createFrameDecoder();
	let second = {from: clock.monotonic(), messages: 0};
	let throttled: Timer | undefined;
	/** Read without a break of a frame that is not whole yet. */
	let partBytes = 0;
	let pausedPart: Timer | undefined;
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
		if (now - second.from >= 1000) second = {from: now, messages: 0};
		second.messages += count;
		if (throttled || second.messages <= MAX_MESSAGES_PER_SECOND) return;
		pause();
		throttled = clock.after(Math.max(1, 1000 - (now - second.from)), () => {
			throttled = undefined;
			resume();
		});
	}

	/** One link does not keep all others waiting for a frame of a megabyte. */
	function takeBreak(): void {
		partBytes = 0;
		if (pausedPart) return;
		pause();
		pausedPart = clock.after(0, () => {
			pausedPart = undefined;
			resume();
		});
	}

	return {
		push(chunk) {
			const frames = decoder.push(chunk);
			partBytes = frames.length > 0 ? 0 : partBytes + chunk.length;
			if (partBytes >= PART_BYTES) takeBreak();
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
		forgive() {
			if (frameSince !== undefined) frameSince = clock.monotonic();
		},
		stop() {
			throttled?.cancel();
			pausedPart?.cancel();
		},
	};
}
