/** What main.ts passes to each command: options, clock and standard streams. */
import type {ReadStream, WriteStream} from 'node:tty';
import type {Clock, Debug} from '../core/environment.js';
import type {Options} from './options/options.js';
import type {Output} from './standard-output.js';

export interface CliContext {
	readonly options: Options;
	readonly version: string;
	readonly clock: Clock;
	readonly debug: Debug;
	readonly stdin: ReadStream;
	/** Standard output as a terminal, for commands that draw a screen. */
	readonly stdout: WriteStream;
	/** Standard output, for commands that print lines. */
	readonly output: Output;
	/** Prints one line to standard error. */
	printError(text: string): void;
	/** Prints one line of the result of a typed command. The line goes to standard error. */
	printAnswer(text: string): void;
	/** Set only in the demo, in which Esc also quits. `exitText` is printed at the end instead of the path of the log. */
	readonly demoVisit?: {readonly exitText: string};
}

/** The part of CliContext that a node uses. The API has no standard input, so it never asks for a secret. */
export type NodeContext = Pick<CliContext, 'options' | 'version' | 'clock' | 'debug' | 'printError'> &
	Partial<Pick<CliContext, 'stdin'>>;

export const exitCodes = {done: 0, failed: 1, usage: 2} as const;
