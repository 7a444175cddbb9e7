/** Whether anybody answers: after 3 s alone it is said what was tried, and who of other rooms is near. */
import {ALONE_AFTER_MS} from '../core/limits.js';
import type {DestinationCounters} from '../network/beacon.js';
import type {Clock, Timer} from '../network/clock.js';
import type {Ledger} from './ledger.js';
import type {Notices} from './notices.js';
import type {Store} from './store.js';

export interface AloneWatchOptions {
	readonly clock: Clock;
	readonly store: Store;
	readonly ledger: Ledger;
	readonly notices: Notices;
	connectedCount(): number;
	/** Senders of another room or secret in the last minute. */
	strangers(): number;
	counters(): readonly DestinationCounters[];
}

export interface AloneWatch {
	start(): void;
	stop(): void;
}

export function createAloneWatch(options: AloneWatchOptions): AloneWatch {
	const {clock, store, ledger, notices} = options;
	let toldStrangers = false;
	let timer: Timer | undefined;

	function start(): void {
		timer = clock.after(ALONE_AFTER_MS, check);
	}

	function check(): void {
		const alone = options.connectedCount() === 0;
		const {passing} = store.getState();
		const strangers = options.strangers();
		if (strangers !== passing.strangers) ledger.pass({type: 'strangers', count: strangers});
		if (alone && strangers > 0 && !toldStrangers) {
			toldStrangers = true;
			notices.strangers(strangers);
		}

		if (alone !== passing.alone) {
			const tried = alone ? options.counters().map(one => `${one.destination} on ${one.interface}`) : [];
			ledger.pass({type: 'alone', alone, tried: [...new Set(tried)]});
		}

		start();
	}

	return {start, stop: () => timer?.cancel()};
}
