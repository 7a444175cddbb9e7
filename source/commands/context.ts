import type {ReadStream, WriteStream} from 'node:tty';
import type {Clock} from '../network/clock.js';
import type {Debug} from '../network/debug.js';
import type {Options} from './options.js';
import type {Output} from './output.js';

/** What every command runs on; made by main.ts. */
export interface Context {
	readonly options: Options;
	readonly version: string;
	readonly clock: Clock;
	readonly debug: Debug;
	readonly stdin: ReadStream;
	readonly stdout: WriteStream;
	/** Standard output as data. */
	readonly output: Output;
	/** A line for people, on standard error. */
	complain(text: string): void;
	/** The demo: Esc leaves too, and these words stand in place of where the log lies. */
	readonly visit?: {readonly lastWords: string};
}

/** Exit codes (interface.md, 1). */
export const exitCodes = {done: 0, failed: 1, usage: 2} as const;
