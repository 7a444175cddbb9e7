/** Where this computer woke: remembers its networks while it is awake, and judges once after each sleep (judge-wake.ts). */
import type {LocalInterface} from '../network/beacon.js';
import {judgeWake} from './judge-wake.js';

export interface WakeWatch {
	/** Our timers stood still: we may have slept. */
	slept(): void;
	/** The interfaces were read anew. */
	beat(): void;
}

export interface WakeWatchOptions {
	readonly hasSecret: boolean;
	interfaces(): readonly LocalInterface[];
	/** Our own ends of the connections that are open. */
	localAddresses(): readonly string[];
	/** We woke where nobody was before: a new launch is due. */
	relaunch(): void;
}

export function createWakeWatch({hasSecret, interfaces, localAddresses, relaunch}: WakeWatchOptions): WakeWatch {
	/** Before our timers stood still, until it is clear where we woke. */
	let before: readonly LocalInterface[] | undefined;
	/** As of the last beat. */
	let known: readonly LocalInterface[] = [];

	function judge(slept: readonly LocalInterface[]): void {
		const facts = {hasSecret, before: slept, now: interfaces(), localAddresses: localAddresses()};
		const verdict = judgeWake(facts);
		if (verdict === 'wait') return;
		before = undefined;
		if (verdict === 'relaunch') relaunch();
	}

	return {
		slept() {
			before ??= known;
		},
		beat() {
			if (before) judge(before);
			known = interfaces();
		},
	};
}
