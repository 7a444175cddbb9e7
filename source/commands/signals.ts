import {constants} from 'node:os';

export type LeaveSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

const leaveSignals: readonly LeaveSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Calls `leave` at the first signal; a second one exits at once with 128 + its number. Returns how to stop listening. */
export function onLeaveSignal(leave: (signal: LeaveSignal) => void): () => void {
	let leaving = false;
	const handle = (signal: NodeJS.Signals) => {
		if (leaving) process.exit(128 + constants.signals[signal]);
		leaving = true;
		leave(leaveSignals.find(known => known === signal) ?? 'SIGTERM');
	};
	for (const signal of leaveSignals) process.on(signal, handle);
	return () => {
		for (const signal of leaveSignals) process.off(signal, handle);
	};
}
