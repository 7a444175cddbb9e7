/** Standard output as this program needs it: a closed one is a leave, not a crash. */
import type {Writable} from 'node:stream';
import type {ReadStream, WriteStream} from 'node:tty';
import type {Clock, Debug} from '../core/environment.js';
import type {Options} from './options/options.js';

export interface Output {
	/** Takes whole lines; dropped once closed. */
	write(text: string): void;
	/** Resolves when it is worth writing more: the reader keeps pace, or is gone. */
	whenWritable(): Promise<void>;
	/** Resolves when all was handed over, nobody reads any more, or `ms` passed. */
	flush(ms?: number): Promise<void>;
	/** True while the reader lags behind: wait for `ready`. */
	readonly isFull: boolean;
	/** The reader closed its end. */
	readonly isClosed: boolean;
	/** Called at most once. */
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

	/** Resolves at `event`, at the end, or after `ms`. */
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

/** What every command runs on; made by main.ts. */
export interface CliContext {
	readonly options: Options;
	readonly version: string;
	readonly clock: Clock;
	readonly debug: Debug;
	readonly stdin: ReadStream;
	readonly stdout: WriteStream;
	/** Standard output as data. */
	readonly output: Output;
	/** A line for people, on standard error. */
	printError(text: string): void;
	/** The demo: Esc leaves too, and these words stand in place of where the log lies. */
	readonly demoVisit?: {readonly exitText: string};
}

/** Exit codes (interface.md, 1). */
export const exitCodes = {done: 0, failed: 1, usage: 2} as const;
