/** A pair of TTY streams that keeps the text written to it. */
import {PassThrough, Writable} from 'node:stream';
import type {Clock} from '../../source/core/environment.js';

export interface TerminalPair {
	readonly stdin: NodeJS.ReadStream;
	readonly stdout: NodeJS.WriteStream;
	type(text: string): void;
	/** Text written since the last `clear`. */
	output(): string;
	clear(): void;
	/** Called for every write. */
	onWrite: (text: string) => void;
}

export function createTerminalPair(columns: number, rows: number): TerminalPair {
	const input = new PassThrough();
	let written = '';
	const sink = new Writable({
		decodeStrings: false,
		write(chunk: string | Buffer, _encoding, done) {
			const text = chunk.toString();
			written += text;
			pair.onWrite(text);
			done();
		},
	});
	const stdin: object = Object.assign(input, {
		isTTY: true,
		setRawMode: () => stdin,
		ref: () => stdin,
		unref: () => stdin,
	});
	const pair: TerminalPair = {
		stdin: stdin as NodeJS.ReadStream,
		stdout: Object.assign(sink, {isTTY: true, columns, rows}) as unknown as NodeJS.WriteStream,
		type: text => void input.write(Buffer.from(text)),
		output: () => written,
		clear() {
			written = '';
		},
		onWrite() {},
	};
	return pair;
}

export const liveClock: Clock = {
	now: () => Date.now(),
	monotonic: () => performance.now(),
	after(ms, run) {
		const timer = setTimeout(run, ms);
		return {cancel: () => clearTimeout(timer)};
	},
};
