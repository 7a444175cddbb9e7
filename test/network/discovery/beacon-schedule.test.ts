import {expect, it} from 'vitest';
import {beaconIntervalMs} from '../../../source/network/discovery/beacon-schedule.js';

it.each([
	[0, 5000],
	[10, 5000],
	[11, 5500],
	[20, 10_000],
	[30, 15_000],
	[500, 15_000],
])('a node with %i peers sends a beacon about every %i ms', (peers, ms) => {
	expect(beaconIntervalMs(peers)).toBe(ms);
});
