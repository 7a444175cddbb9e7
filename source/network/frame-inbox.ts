/** Frames of one link that came and wait for its turn. Meanwhile nothing more is read from it, so that they stay few. */
import type {LinkReader} from './link-reader.js';
import type {Parts, PutOff} from './parts.js';
import type {Turns} from './turns.js';

export interface FrameInbox {
	/** Bytes came: reads the frames that they complete, now or in the next turns. */
	push(chunk: Uint8Array): void;
	/** Calls `run` once what waits is read: at once if nothing does. */
	whenEmpty(run: () => void): void;
	/** What waits is not read any more. */
	clear(): void;
}

/** `read` gets one frame and may put off parts of the work; `failed` what the framing or one of them threw. */
export function createFrameInbox(
	turns: Turns,
	reader: LinkReader,
	{read, failed}: {readonly read: (frame: Uint8Array, rest: PutOff) => void; readonly failed: (error: unknown) => void},
): FrameInbox {
	let frames: readonly Uint8Array[] = [];
	let next = 0;
	/** Of the frames from `next` on, and of the one of which parts are left. */
	let bytes = 0;
	let parts: Parts | undefined;
	let partBytes = 0;
	let paused = false;
	let emptied = () => {};
	const turn = turns.join(step);

	function step(): number {
		try {
			if (parts) {
				if (parts.next().done) parts = undefined;
			} else {
				readNext();
			}

			if (parts) return bytes;
			bytes -= partBytes;
			partBytes = 0;
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
		partBytes = frame?.length ?? 0;
		if (frame)
			read(frame, rest => {
				parts = rest;
			});
	}

	/** Everything is read. */
	function settle(): void {
		clear();
		if (paused) reader.resume();
		paused = false;
		const run = emptied;
		emptied = () => {};
		run();
	}

	function clear(): void {
		frames = [];
		next = 0;
		bytes = 0;
		partBytes = 0;
		parts = undefined;
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

			turn.ready(bytes);
			if (frames.length === 0 || paused) return;
			paused = true;
			reader.pause();
		},
		whenEmpty(run) {
			if (frames.length === 0) run();
			else emptied = run;
		},
		clear() {
			clear();
			turn.leave();
			settle();
		},
	};
}
