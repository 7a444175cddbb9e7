/** Collects the reasons to exit: signals, a closed output, the end of input and commands. The first reason wins. */
import {constants} from 'node:os';
import type {Output} from './context.js';

/** Why the program ends; the JSON line `bye` names it. */
export type ExitReason = 'quit' | 'signal' | 'input-ended' | 'output-closed';

export interface ExitRequest {
	/** Resolves with the first reason. */
	readonly requested: Promise<ExitReason>;
	request(reason: ExitReason): void;
	/** Removes the signal handlers. */
	stop(): void;
}

const EXIT_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Installs signal handlers. A second signal ends the process at once, with exit code 128 plus its number. */
export function createExitRequest(output: Output): ExitRequest {
	let request: (reason: ExitReason) => void = () => {};
	const requested = new Promise<ExitReason>(resolve => {
		request = resolve;
	});
	let isSignalled = false;
	const handleSignal = (signal: NodeJS.Signals) => {
		if (isSignalled) process.exit(128 + constants.signals[signal]);
		isSignalled = true;
		request('signal');
	};
	for (const signal of EXIT_SIGNALS) process.on(signal, handleSignal);
	output.onClosed(() => request('output-closed'));
	return {
		requested,
		request,
		stop() {
			for (const signal of EXIT_SIGNALS) process.off(signal, handleSignal);
		},
	};
}
