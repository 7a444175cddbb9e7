import {constants} from 'node:os';
import type {ChatNode} from '../node/chat-node.js';
import type {Output} from './context.js';

export type ExitSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

const exitSignals: readonly ExitSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Calls `leave` at the first signal; a second one exits at once with 128 + its number. Returns how to stop listening. */
export function onExitSignal(onSignal: (signal: ExitSignal) => void): () => void {
	let isExiting = false;
	const handle = (signal: NodeJS.Signals) => {
		if (isExiting) process.exit(128 + constants.signals[signal]);
		isExiting = true;
		onSignal(exitSignals.find(known => known === signal) ?? 'SIGTERM');
	};
	for (const signal of exitSignals) process.on(signal, handle);
	return () => {
		for (const signal of exitSignals) process.off(signal, handle);
	};
}

export type ExitReason = Parameters<ChatNode['stop']>[0];

export interface ExitRequest {
	/** Resolves with the first reason. */
	readonly requested: Promise<ExitReason>;
	request(reason: ExitReason): void;
	/** Stops listening. */
	stop(): void;
}

/** A signal, a closed output, the end of input or a command: the first of them decides. */
export function createExitRequest(output: Output): ExitRequest {
	let request: (reason: ExitReason) => void = () => {};
	const requested = new Promise<ExitReason>(resolve => {
		request = resolve;
	});
	const stop = onExitSignal(() => request('signal'));
	output.onClosed(() => request('output-closed'));
	return {requested, request, stop};
}
