/**
 * Standard output and standard error. This file decides what a failed write means. If the reader of a pipe (for example
 * `head`) has closed the pipe, the program ends silently with exit code 0. Every other failure is printed, and the exit
 * code is 1.
 */
import type {Writable} from 'node:stream';
import {describeSystemError, systemErrorCode} from '../core/system-error.js';

/** Standard output that tells the caller when to wait for a slow reader. */
export interface Output {
	/** Writes complete lines. Does nothing if the output is closed. */
	write(text: string): void;
	/** Resolves when the buffer has drained or the output is closed. */
	whenWritable(): Promise<void>;
	/** Resolves when all text has been written, when the output is closed, or after `ms` milliseconds. */
	flush(ms?: number): Promise<void>;
	/** Whether the buffer is full. If so, call `whenWritable` before writing more. */
	readonly isFull: boolean;
	/** Whether writing is no longer possible, because the reader closed the pipe or because a write failed. */
	readonly isClosed: boolean;
	/** The error that closed the output. Undefined if the output is open, or if only the reader closed the pipe. */
	readonly failure: Error | undefined;
	/** Calls `run` when the output closes; immediately if it is already closed. */
	onClosed(run: () => void): void;
}

export function createOutput(stream: Writable): Output {
	let isClosed = false;
	let failure: Error | undefined;
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

	stream.on('error', error => {
		failure ??= writeFailure(stream, error);
		close();
	});
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
		get failure() {
			// After a failed write to a file, the stream sets `errored` at once, but emits the `error` event only
			// later.
			return failure ?? (stream.errored ? writeFailure(stream, stream.errored) : undefined);
		},
		onClosed(run) {
			if (isClosed) run();
			else pendingCallbacks.add(run);
		},
	};
}

/**
 * Error codes of a failed write which mean that nobody reads the output any more, for example after `head` has ended.
 */
const CLOSED_READER_CODES: ReadonlySet<string> = new Set([
	'EPIPE',
	'ECONNRESET',
	'ERR_STREAM_DESTROYED',
	'ERR_STREAM_WRITE_AFTER_END',
]);

/**
 * The error of a failed write. Undefined if `error` means that nobody reads any more: a closed pipe or a hung-up
 * terminal.
 */
function writeFailure(stream: Writable, error: Error): Error | undefined {
	const code = systemErrorCode(error) ?? '';
	if (CLOSED_READER_CODES.has(code)) return undefined;
	const isTerminal = 'isTTY' in stream && stream.isTTY === true;
	return code === 'EIO' && isTerminal ? undefined : error;
}

export interface ErrorOutput {
	/** Prints one line that begins with the name of the program. Control characters are replaced. */
	printError(text: string): void;
	/**
	 * Prints one line of the result of a typed command, without the name of the program. Control characters are
	 * replaced.
	 */
	printAnswer(text: string): void;
	/** Prints text unchanged. */
	write(text: string): void;
	/** Whether a write failed for another reason than that the reader closed the pipe. */
	readonly hasFailed: boolean;
}

/**
 * Creates the output for messages to the user, usually on standard error. A failure to write such a message never ends
 * the program.
 */
export function createErrorOutput(stream: Writable): ErrorOutput {
	const output = createOutput(stream);
	const toLine = (text: string) => text.replace(/\s*\n\s*/g, ' ').replace(/\p{Cc}|\p{Bidi_Control}/gu, '\uFFFD');
	return {
		printError: text => output.write(`p2pchat-ink: ${toLine(text)}\n`),
		printAnswer: text => output.write(`${toLine(text)}\n`),
		write: output.write,
		get hasFailed() {
			return output.failure !== undefined;
		},
	};
}

/**
 * Waits until everything is written, and reports a failed write. Resolves to false if a write failed: the exit code is then
 * 1. `ms`: longest wait for a reader that does not read, in milliseconds; without `ms` the wait has no limit.
 */
export async function finishOutput(output: Output, errorOutput: ErrorOutput, ms?: number): Promise<boolean> {
	await output.flush(ms);
	const {failure} = output;
	if (failure) errorOutput.printError(`Cannot write to standard output: ${describeSystemError(failure)}.`);
	return failure === undefined && !errorOutput.hasFailed;
}
