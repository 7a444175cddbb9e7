/**
 * Reader of standard input: turns the bytes of each read into key, text and paste tokens. It adds two functions to the
 * key decoder that need a clock: the timeout that distinguishes the Esc key from an escape sequence, and the detection
 * of pastes in terminals without bracketed paste.
 */
import type {Clock} from '../../core/environment.js';
import {createKeyDecoder, MAX_PASTE_UNITS} from '../input/key-decoder.js';
import type {Token} from '../input/key-token.js';

export interface TokenReader {
	/** Turns raw mode off, before the process is suspended. */
	pause(): void;
	/** Turns raw mode on again, after `pause` or after a program has changed the modes of the terminal. */
	resume(): void;
	/** Stops reading and turns raw mode off. Idempotent. */
	stop(): void;
}

/** Maximum wait for the rest of an escape sequence, ms: long enough for slow connections, too short for users to notice. */
const ESCAPE_TIMEOUT_MS = 40;
/** Length of the pause in the input that ends an overlong paste without an end mark, ms. */
const FULL_PASTE_PAUSE_MS = 1000;
/**
 * Length of the pause in the input that ends an unbracketed paste, ms: longer than the pause between two reads, shorter
 * than the pause between two keys.
 */
export const PASTE_GAP_MS = 40;

/**
 * Starts reading `stdin` in raw mode. `boundKeys` are the keys that the screen binds (see createKeyDecoder). `ended` is
 * called when the input ends or closes, possibly more than once.
 */
export function createTokenReader(
	stdin: NodeJS.ReadStream,
	clock: Clock,
	boundKeys: ReadonlySet<string>,
	handlers: {tokens(tokens: readonly Token[]): void; ended(): void},
): TokenReader {
	const decoder = createKeyDecoder(boundKeys);
	const utf8 = new TextDecoder('utf-8', {ignoreBOM: true});
	/** Text of an unbracketed paste that is not complete yet. */
	let pasteBuffer = '';
	let timer: {cancel(): void} | undefined;
	let stopped = false;

	function deliver(tokens: readonly Token[]): void {
		if (tokens.length > 0) handlers.tokens(tokens);
	}

	function drainPaste(): Token[] {
		const text = pasteBuffer;
		pasteBuffer = '';
		return text === '' ? [] : [{type: 'paste', text}];
	}

	function isPasteChunk(read: string): boolean {
		if (pasteBuffer !== '') return continuesUnbracketedPaste(read);
		return decoder.isIdle && startsUnbracketedPaste(read);
	}

	function schedule(ms: number, run: () => readonly Token[]): void {
		timer = clock.after(ms, () => {
			timer = undefined;
			deliver(run());
		});
	}

	function onData(chunk: Uint8Array | string): void {
		timer?.cancel();
		timer = undefined;
		const read = typeof chunk === 'string' ? chunk : utf8.decode(chunk, {stream: true});
		if (isPasteChunk(read)) {
			// The part of a paste beyond this limit is dropped. If that part were decoded as keys, its line breaks
			// would send messages.
			if (pasteBuffer.length < MAX_PASTE_UNITS) pasteBuffer += read;
			schedule(PASTE_GAP_MS, drainPaste);
			return;
		}
		const tokens = [...drainPaste(), ...decoder.push(read)];
		if (decoder.isPasteFull) schedule(FULL_PASTE_PAUSE_MS, () => decoder.flush());
		else if (decoder.isPending) schedule(ESCAPE_TIMEOUT_MS, () => decoder.flush());
		deliver(tokens);
	}

	function setRawMode(enabled: boolean): void {
		if (stdin.isTTY && !stdin.destroyed) stdin.setRawMode(enabled);
	}

	setRawMode(true);
	stdin.on('data', onData);
	stdin.on('end', handlers.ended);
	stdin.on('close', handlers.ended);
	stdin.resume();

	return {
		pause: () => setRawMode(false),
		resume() {
			if (!stopped && stdin.isTTY && !stdin.destroyed) restoreRawMode(stdin);
		},
		stop() {
			if (stopped) return;
			stopped = true;
			timer?.cancel();
			stdin.off('data', onData);
			stdin.off('end', handlers.ended);
			stdin.off('close', handlers.ended);
			setRawMode(false);
			stdin.pause();
		},
	};
}

/**
 * Turns raw mode on even if Node believes that it is on. Another program may have turned it off without Node's
 * knowledge, for example a shell while this process was stopped.
 */
export function restoreRawMode(terminal: Pick<NodeJS.ReadStream, 'setRawMode'>): void {
	terminal.setRawMode(false);
	terminal.setRawMode(true);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: keys are control characters; tabs and line ends occur in text too
const TEXT_ONLY = /^[^\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]*$/;

/**
 * Whether a read begins a paste: text only, with at least two line breaks and text between or after them. Nobody types
 * that much between two reads. One line break is not enough, because a slow connection can deliver a typed line, its
 * Enter and the start of the next line together. If a read contains a CR, each LF in it is the key Ctrl+J, and only CRs
 * are line breaks.
 */
function startsUnbracketedPaste(read: string): boolean {
	const lines = read.split(read.includes('\r') ? /\r\n?/ : '\n');
	return lines.length > 2 && lines.slice(1).some(line => line !== '') && continuesUnbracketedPaste(read);
}

/** Whether a read within PASTE_GAP_MS continues the paste. Terminals split a paste into any number of reads. */
function continuesUnbracketedPaste(read: string): boolean {
	return TEXT_ONLY.test(read);
}
