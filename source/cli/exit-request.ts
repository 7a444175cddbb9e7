/**
 * Collects requests to exit, made by a signal, a closed output, the end of input or a command. Only the first request
 * is reported.
 */
import {constants} from 'node:os';
import {exitSignals} from './signals.js';
import type {Output} from './standard-output.js';

/** Reason why the program exits. The JSON line `bye` contains the reason. */
export type ExitReason = 'quit' | 'signal' | 'input-ended' | 'output-closed';

export interface ExitRequest {
	/** Resolves at the first request to exit, with its reason. */
	readonly requested: Promise<ExitReason>;
	request(reason: ExitReason): void;
	/** Removes the signal handlers. */
	stop(): void;
}

/**
 * Installs signal handlers. A second signal ends the process immediately with exit code 128 plus the signal number. A
 * SIGHUP requests the exit too, but is not counted: when a terminal closes, the system and the shell both send SIGHUP,
 * and the program must still have time to leave the room.
 */
export function createExitRequest(output: Output): ExitRequest {
	let request: (reason: ExitReason) => void = () => {};
	const requested = new Promise<ExitReason>(resolve => {
		request = resolve;
	});
	let isInterrupted = false;
	const handleSignal = (signal: NodeJS.Signals) => {
		request('signal');
		if (signal === 'SIGHUP') return;
		if (isInterrupted) process.exit(128 + constants.signals[signal]);
		isInterrupted = true;
	};
	for (const signal of exitSignals()) process.on(signal, handleSignal);
	output.onClosed(() => request('output-closed'));
	return {
		requested,
		request,
		stop() {
			for (const signal of exitSignals()) process.off(signal, handleSignal);
		},
	};
}
