/** What every command needs to run: options, clock and standard streams. main.ts creates it. */
import type {Writable} from 'node:stream';
import type {ReadStream, WriteStream} from 'node:tty';
import type {Clock, Debug} from '../core/environment.js';
import type {Options} from './options/options.js';

export interface CliContext {
	readonly options: Options;
	/** Program version. */
	readonly version: string;
	readonly clock: Clock;
	readonly debug: Debug;
	readonly stdin: ReadStream;
	/** Standard output as a terminal. */
	readonly stdout: WriteStream;
	/** Standard output as a stream of lines. */
	readonly output: Output;
	/** Prints one line for people on standard error. */
	printError(text: string): void;
	/** Set in the demo: Esc quits too, and this text replaces the location of the log in the exit message. */
	readonly demoVisit?: {readonly exitText: string};
}

export const exitCodes = {done: 0, failed: 1, usage: 2} as const;

/** Standard output with back-pressure. A reader that closes its end stops the program; it is not an error. */
export interface Output {
	/** Writes complete lines. Does nothing after the reader has closed its end. */
	write(text: string): void;
	/** Resolves when the buffer has drained or the output is closed. */
	whenWritable(): Promise<void>;
	/** Resolves when everything is written, the output is closed, or `ms` have passed. */
	flush(ms?: number): Promise<void>;
	/** Whether the reader lags behind. Call `whenWritable` before writing more. */
	readonly isFull: boolean;
	readonly isClosed: boolean;
	/** Calls `run` once when the reader closes its end, immediately if it already has. */
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

	/** Resolves when `subscribe` calls back, the output closes, or `ms` have passed. */
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
