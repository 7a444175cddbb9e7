/**
 * The tap on stdin: bytes of each read to tokens, with the timeout that tells the Esc key from an escape sequence, and a
 * paste that the terminal does not bracket put together from its reads.
 */
import {createKeyDecoder, MAX_PASTE_UNITS} from '../keys/decode-keys.js';
import {beginsPlainPaste, goesOnPlainPaste} from '../keys/plain-paste.js';
import type {Token} from '../keys/token.js';
import type {UiClock} from '../ui-clock.js';

/** Longer than a split sequence takes over a slow link, shorter than one feels. */
export const ESCAPE_TIMEOUT_MS = 40;
/** A plain paste is over when nothing more came for so long: longer than between two reads, shorter than to the next key. */
export const PASTE_GAP_MS = 40;

export interface TokenReader {
	/** Raw mode off and on again, around a suspension. */
	pause(): void;
	resume(): void;
	stop(): void;
}

export function readTokens(
	stdin: NodeJS.ReadStream,
	clock: UiClock,
	handlers: {tokens(tokens: readonly Token[]): void; ended(): void},
): TokenReader {
	const decoder = createKeyDecoder();
	const utf8 = new TextDecoder('utf-8', {ignoreBOM: true});
	/** Of a plain paste, as far as it came. */
	let pasted = '';
	let timer: {cancel(): void} | undefined;
	let stopped = false;

	function deliver(tokens: readonly Token[]): void {
		if (tokens.length > 0) handlers.tokens(tokens);
	}

	function takePasted(): Token[] {
		const text = pasted;
		pasted = '';
		return text === '' ? [] : [{type: 'paste', text}];
	}

	function isPasted(read: string): boolean {
		if (pasted !== '') return goesOnPlainPaste(read);
		return decoder.isIdle && beginsPlainPaste(read);
	}

	function later(ms: number, run: () => readonly Token[]): void {
		timer = clock.after(ms, () => {
			timer = undefined;
			deliver(run());
		});
	}

	function onData(chunk: Uint8Array | string): void {
		timer?.cancel();
		timer = undefined;
		const read = typeof chunk === 'string' ? chunk : utf8.decode(chunk, {stream: true});
		if (isPasted(read)) {
			// The rest of one beyond all bounds is dropped: as keys it would be sent.
			if (pasted.length < MAX_PASTE_UNITS) pasted += read;
			later(PASTE_GAP_MS, takePasted);
			return;
		}
		const tokens = [...takePasted(), ...decoder.push(read)];
		if (decoder.pending) later(ESCAPE_TIMEOUT_MS, () => decoder.flush());
		deliver(tokens);
	}

	function raw(enabled: boolean): void {
		if (stdin.isTTY && !stdin.destroyed) stdin.setRawMode(enabled);
	}

	raw(true);
	stdin.on('data', onData);
	stdin.on('end', handlers.ended);
	stdin.on('close', handlers.ended);
	stdin.resume();

	return {
		pause: () => raw(false),
		resume() {
			if (!stopped) raw(true);
		},
		stop() {
			if (stopped) return;
			stopped = true;
			timer?.cancel();
			stdin.off('data', onData);
			stdin.off('end', handlers.ended);
			stdin.off('close', handlers.ended);
			raw(false);
			stdin.pause();
		},
	};
}
