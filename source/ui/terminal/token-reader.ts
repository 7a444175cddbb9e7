import type {Clock} from '../../core/environment.js';
import {createKeyDecoder, MAX_PASTE_UNITS} from '../input/key-decoder.js';
import type {Token} from '../input/key-token.js';

/**
 * A paste of several lines where the terminal does not say that it is one: told by its reads, since nobody types so much
 * between two of them. Pure.
 */

// biome-ignore lint/suspicious/noControlCharactersInRegex: keys are controls; tab and line ends stand in texts too
const TEXT_ONLY = /^[^\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]*$/;

/**
 * Whether a read begins a paste: nothing but text, with two or more line breaks, and text between or behind them. One
 * break is the Enter of a line, also with the next line behind it, as a slow connection hands on what was typed. LF is
 * Ctrl+J where a CR stands with it: then only the CRs count.
 */
export function startsUnbracketedPaste(read: string): boolean {
	const parts = read.split(read.includes('\r') ? /\r\n?/ : '\n');
	return parts.length > 2 && parts.slice(1).some(part => part !== '') && continuesUnbracketedPaste(read);
}

/** Whether a read that follows at once belongs to it: a terminal's paste comes in as many reads as it likes. */
export function continuesUnbracketedPaste(read: string): boolean {
	return TEXT_ONLY.test(read);
}

/**
 * The tap on stdin: bytes of each read to tokens, with the timeout that tells the Esc key from an escape sequence, and a
 * paste that the terminal does not bracket put together from its reads.
 */

/** Longer than a split sequence takes over a slow link, shorter than one feels. */
export const ESCAPE_TIMEOUT_MS = 40;
/** A plain paste is over when nothing more came for so long: longer than between two reads, shorter than to the next key. */
export const PASTE_GAP_MS = 40;

/**
 * Time from SIGTSTP until raw mode is set again, ms. The signal reaches the process asynchronously, so this timer fires
 * only after the process continues.
 */
export const RESUME_DELAY_MS = 100;

export interface TokenReader {
	/** Raw mode off and on again, around a suspension. */
	pause(): void;
	resume(): void;
	stop(): void;
}

export function createTokenReader(
	stdin: NodeJS.ReadStream,
	clock: Clock,
	boundKeys: ReadonlySet<string>,
	handlers: {tokens(tokens: readonly Token[]): void; ended(): void},
): TokenReader {
	const decoder = createKeyDecoder(boundKeys);
	const utf8 = new TextDecoder('utf-8', {ignoreBOM: true});
	/** Of a plain paste, as far as it came. */
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
			// The rest of one beyond all bounds is dropped: as keys it would be sent.
			if (pasteBuffer.length < MAX_PASTE_UNITS) pasteBuffer += read;
			schedule(PASTE_GAP_MS, drainPaste);
			return;
		}
		const tokens = [...drainPaste(), ...decoder.push(read)];
		if (decoder.isPending) schedule(ESCAPE_TIMEOUT_MS, () => decoder.flush());
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
			if (!stopped) setRawMode(true);
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
