import {describe, expect, it} from 'vitest';
import type {PeerId} from '../../../source/core/event.js';
import {MAX_FOREIGN_NODES, VANISHED_AFTER_MS} from '../../../source/core/limits.js';
import {createBeaconStats} from '../../../source/network/discovery/beacon-stats.js';

const peer = 'aa'.repeat(32) as PeerId;
const other = 'bb'.repeat(32) as PeerId;

describe('the beacon statistics', () => {
	it('the beacon statistics count beacons by source address and path', () => {
		const stats = createBeaconStats();
		stats.recordEcho('10.0.0.1', 'broadcast');
		stats.recordBeacon(peer, '10.0.0.2', 'broadcast', 'Carol', 1);
		stats.recordBeacon(peer, '10.0.0.2', 'multicast', undefined, 2);
		stats.recordBeacon(peer, '10.0.0.2', 'multicast', undefined, 3);
		expect(new Map(stats.echoesBySource())).toEqual(new Map([['10.0.0.1', {broadcast: 1, multicast: 0, answer: 0}]]));
		expect(new Map(stats.beaconsBySource())).toEqual(new Map([['10.0.0.2', {broadcast: 1, multicast: 2, answer: 0}]]));
		expect(stats.peer(peer)).toEqual({name: 'Carol', paths: ['broadcast', 'multicast'], at: 3});
		expect(stats.peer(other)).toBeUndefined();
	});

	it('the beacon statistics forget a peer that announced that it leaves', () => {
		const stats = createBeaconStats();
		stats.recordBeacon(peer, '10.0.0.2', 'broadcast', 'Carol', 1);
		stats.removePeer(peer);
		expect(stats.peer(peer)).toBeUndefined();
	});

	it('the beacon statistics count foreign nodes for a minute after their last beacon', () => {
		const stats = createBeaconStats();
		stats.recordForeignNode('aa', 0);
		stats.recordForeignNode('bb', 1000);
		stats.recordOtherVersion('10.0.0.2:4000', 2, 0);
		stats.recordOffLink('10.1.0.2', 0);
		expect([stats.foreignNodes(1000), stats.otherVersions(1000), stats.offLinkAddresses(1000)]).toEqual([
			2,
			[2],
			['10.1.0.2'],
		]);
		const later = VANISHED_AFTER_MS + 500;
		expect([stats.foreignNodes(later), stats.otherVersions(later), stats.offLinkAddresses(later)]).toEqual([1, [], []]);
	});

	it('the beacon statistics use limited memory, whatever beacons arrive', () => {
		const stats = createBeaconStats();
		for (let index = 0; index < MAX_FOREIGN_NODES + 50; index++) {
			stats.recordForeignNode(`peer ${index}`, 0);
			stats.recordBeacon(`peer ${index}` as PeerId, `address ${index}`, 'broadcast', 'x', 0);
		}

		expect(stats.foreignNodes(0)).toBe(MAX_FOREIGN_NODES);
		expect(stats.beaconsBySource().size).toBe(MAX_FOREIGN_NODES);
		expect(stats.beaconsBySource().has('address 0')).toBe(false);
	});
});
