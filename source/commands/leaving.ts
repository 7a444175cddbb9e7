import type {Session} from '../session/session.js';
import type {Output} from './output.js';
import {onLeaveSignal} from './signals.js';

export type LeaveReason = Parameters<Session['stop']>[0];

export interface Leaving {
	/** Resolves with the first reason. */
	readonly asked: Promise<LeaveReason>;
	leave(reason: LeaveReason): void;
	/** Stops listening. */
	stop(): void;
}

/** A signal, a closed output, the end of input or a command: the first of them decides. */
export function createLeaving(output: Output): Leaving {
	let leave: (reason: LeaveReason) => void = () => {};
	const asked = new Promise<LeaveReason>(resolve => {
		leave = resolve;
	});
	const stop = onLeaveSignal(() => leave('signal'));
	output.onEnded(() => leave('output-closed'));
	return {asked, leave, stop};
}
