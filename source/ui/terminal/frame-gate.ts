/**
 * Output of Ink to a terminal that may stop reading. Ink writes each frame as the difference to the previous one. While
 * the terminal does not read, the gate drops the frames, so that nothing accumulates. As soon as the terminal reads
 * again, the whole newest frame is drawn, because it cannot be a difference to a dropped one.
 */

import {overrideStream} from './override-stream.js';

export interface FrameGate {
	/** The stream for Ink. */
	readonly stream: NodeJS.WriteStream;
	/** Whether the terminal has not yet read everything that was written. */
	readonly isBlocked: boolean;
	/**
	 * Sets whether output may be dropped. When the screen opens, closes or releases the terminal, the output of Ink
	 * sets terminal modes, so it must not be lost.
	 */
	allowDropping(allowed: boolean): void;
	/** Writes a sequence that is never dropped. */
	write(text: string): void;
}

/** `onMissed` is called when the terminal reads again after frames were dropped. It must draw the whole screen. */
export function createFrameGate(stdout: NodeJS.WriteStream, onMissed: () => void): FrameGate {
	let isDroppingAllowed = false;
	let hasMissed = false;
	/**
	 * Whether the parts of the current frame are dropped; undefined between frames. Ink writes all parts of a frame
	 * before the next microtask.
	 */
	let isFrameDropped: boolean | undefined;

	const isBlocked = () => stdout.writableLength > 0;

	function handleWritten(): void {
		if (!hasMissed || isBlocked()) return;
		hasMissed = false;
		if (isDroppingAllowed) onMissed();
	}

	function write(text: string): void {
		if (!stdout.destroyed && !stdout.writableEnded) stdout.write(text, handleWritten);
	}

	function writeFrame(text: string, callback?: () => void): boolean {
		if (isFrameDropped === undefined) {
			isFrameDropped = isDroppingAllowed && isBlocked();
			queueMicrotask(() => {
				isFrameDropped = undefined;
			});
		}
		if (isFrameDropped && isDroppingAllowed) hasMissed = true;
		else if (text !== '') write(text);
		// Ink does not unmount before this callback is called. Therefore the callback is called at once, even if the
		// terminal never reads the frame.
		if (callback) queueMicrotask(callback);
		return !isBlocked();
	}

	return {
		stream: overrideStream(stdout, {write: {value: writeFrame}}),
		get isBlocked() {
			return isBlocked();
		},
		allowDropping(allowed) {
			isDroppingAllowed = allowed;
			// After a release, Ink draws the whole screen, so the frames that were dropped before do not matter any
			// more.
			hasMissed = false;
		},
		write,
	};
}
