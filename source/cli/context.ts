/** Environment of a command: options, clock and standard streams. main.ts creates it. */
import type {Writable} from 'node:stream';
import type {ReadStream, WriteStream} from 'node:tty';
import type {Clock, Debug} from '../core/environment.js';
import type {Options} from './options/options.js';

export interface CliContext {
	readonly options: Options;
	readonly version: string;
	readonly clock: Clock;
	readonly debug: Debug;
	readonly stdin: ReadStream;
	/** Standard output, for screens. */
	readonly stdout: WriteStream;
	/** Standard output, for commands that print lines. */
	readonly output: Output;
	/** Prints one line to standard error. */
	printError(text: string): void;
	/** Set only in the demo, in which Esc also quits. `exitText` is printed at the end instead of the path of the log. */
	readonly demoVisit?: {readonly exitText: string};
}

export const exitCodes = {done: 0, failed: 1, usage: 2} as const;

/** Standard output with back-pressure. If the reader closes its end, for example `head`, that is a reason to exit, no error. */
export interface Output {
	/** Writes complete lines. Does nothing if the output is closed. */
	write(text: string): void;
	/** Resolves when the buffer has drained or the output is closed. */
	whenWritable(): Promise<void>;
	/** Resolves when everything is written, the output is closed, or `ms` milliseconds have passed. */
	flush(ms?: number): Promise<void>;
	/** Whether the buffer is full. If so, call `whenWritable` before writing more. */
	readonly isFull: boolean;
	readonly isClosed: boolean;
	/** Calls `run` when the reader closes its end; immediately if the output is already closed. */
	onClosed(run: () => void): void;
}

export function createOutput(stream: Writable): Output {
	let isClosed = false;
	const pendingCallbacks = new Set<() => void>();

	function close(): void {
		if (isClosed) return;
		isClosed = true;
		for (const run of [...pendingCallbacks]) run();
		pendingCallbacks.clear();
	}

	/** Resolves when `subscribe` calls its callback, the output closes, or `ms` milliseconds have passed. */
	function waitFor(subscribe: (done: () => void) => void, ms?: number): Promise<void> {
		if (isClosed) return Promise.resolve();
		return new Promise(resolve => {
			const timer = ms === undefined ? undefined : setTimeout(done, ms);
			function done(): void {
				clearTimeout(timer);
				pendingCallbacks.delete(done);
				resolve();
			}
			pendingCallbacks.add(done);
			subscribe(done);
		});
	}

	stream.on('error', () => close());
	stream.on('close', () => close());
	return {
		write(text) {
			if (!isClosed) stream.write(text);
		},
		whenWritable: () => (stream.writableNeedDrain ? waitFor(done => stream.once('drain', done)) : Promise.resolve()),
		flush: ms => (stream.writableLength === 0 ? Promise.resolve() : waitFor(done => stream.write('', done), ms)),
		get isFull() {
			return !isClosed && stream.writableNeedDrain;
		},
		get isClosed() {
			return isClosed;
		},
		onClosed(run) {
			if (isClosed) run();
			else pendingCallbacks.add(run);
		},
	};
}
