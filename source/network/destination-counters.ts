import type {DestinationCounters, LocalInterface} from './beacon.js';
import {describeError} from './plain-words.js';

type Tally = {-readonly [Key in keyof DestinationCounters]: DestinationCounters[Key]};

/** Distinct interface addresses remembered: a laptop that roams all day stays below it. */
const MAX_DESTINATIONS = 256;

export interface DestinationTallies {
	sent(from: LocalInterface, kind: Tally['kind'], destination: string): void;
	failed(from: LocalInterface, kind: Tally['kind'], destination: string, error: unknown): void;
	list(): readonly DestinationCounters[];
}

/** Counts per interface address and destination what went out and what did not, for the doctor. */
export function createDestinationTallies(): DestinationTallies {
	const tallies = new Map<string, Tally>();

	function tally(from: LocalInterface, kind: Tally['kind'], destination: string): Tally {
		const key = `${from.name} ${from.address} ${destination}`;
		let found = tallies.get(key);
		if (!found) {
			const oldest = tallies.size >= MAX_DESTINATIONS ? tallies.keys().next().value : undefined;
			if (oldest !== undefined) tallies.delete(oldest);
			found = {interface: from.name, address: from.address, destination, kind, sent: 0, failed: 0};
			tallies.set(key, found);
		}
		return found;
	}

	return {
		sent(from, kind, destination) {
			tally(from, kind, destination).sent++;
		},
		failed(from, kind, destination, error) {
			const found = tally(from, kind, destination);
			found.failed++;
			found.lastError = describeError(error);
		},
		list: () => [...tallies.values()].map(found => ({...found})),
	};
}
