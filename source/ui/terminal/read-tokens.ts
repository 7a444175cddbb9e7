/** The tap on stdin: bytes of each read to tokens, with the timeout that tells the Esc key from an escape sequence. */
import {createKeyDecoder} from '../keys/decode-keys.js';
import type {Token} from '../keys/token.js';
import type {UiClock} from '../ui-clock.js';

/** Longer than a split sequence takes over a slow link, shorter than one feels. */
export const ESCAPE_TIMEOUT_MS = 40;

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
	let timer: {cancel(): void} | undefined;
	let stopped = false;

	function deliver(tokens: readonly Token[]): void {
		if (tokens.length > 0) handlers.tokens(tokens);
	}

	function onData(chunk: Uint8Array | string): void {
		timer?.cancel();
		timer = undefined;
		const tokens = decoder.push(chunk);
		if (decoder.pending) {
			timer = clock.after(ESCAPE_TIMEOUT_MS, () => {
				timer = undefined;
				deliver(decoder.flush());
			});
		}
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
