/**
 * Schedule of beacons (protocol.md, Beacon): first several beacons in quick succession (a burst), then one beacon per
 * interval. The interval is longer in a large room. It varies at random, so that nodes do not all send at the same
 * time.
 */

import type {Clock, Random, Timer} from '../../core/environment.js';
import {
	BEACON_BURST_MS,
	BEACON_CROWD_PEERS,
	BEACON_INTERVAL_CROWD_MS,
	BEACON_INTERVAL_MS,
	BEACON_JITTER,
} from '../../core/limits.js';

export interface BeaconScheduleOptions {
	readonly clock: Clock;
	readonly random: Random;
	connectedCount(): number;
	/**
	 * Sends a beacon. This function may call `burst` or `stop`. Therefore the schedule calls it only as the last step
	 * of a function.
	 */
	announce(): void;
}

export interface BeaconSchedule {
	/**
	 * Sends beacons in quick succession, then continues with one beacon per interval. Replaces the schedule that is
	 * running.
	 */
	burst(): void;
	stop(): void;
}

/**
 * Interval between two beacons after the burst, in ms. It grows with the number of peers, so that the total rate of
 * beacons in the room stays limited.
 */
export function beaconIntervalMs(peers: number): number {
	const shared = (BEACON_INTERVAL_CROWD_MS * peers) / BEACON_CROWD_PEERS;
	return Math.min(BEACON_INTERVAL_CROWD_MS, Math.max(BEACON_INTERVAL_MS, shared));
}

export function createBeaconSchedule({clock, random, connectedCount, announce}: BeaconScheduleOptions): BeaconSchedule {
	let timers: Timer[] = [];
	let steady: Timer | undefined;

	function planSteady(): void {
		const interval = beaconIntervalMs(connectedCount());
		const jitter = 1 - BEACON_JITTER + 2 * BEACON_JITTER * random.fraction();
		steady = clock.after(interval * jitter, () => {
			planSteady();
			announce();
		});
	}

	function stop(): void {
		steady?.cancel();
		for (const timer of timers) timer.cancel();
		timers = [];
	}

	return {
		burst() {
			stop();
			timers = BEACON_BURST_MS.filter(ms => ms > 0).map(ms => clock.after(ms, announce));
			planSteady();
			announce();
		},
		stop,
	};
}
