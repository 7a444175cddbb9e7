import {describe, expect, it} from 'vitest';
import type {PeerId} from '../../../source/core/event.js';
import {MAX_FOREIGN_NODES, VANISHED_AFTER_MS} from '../../../source/core/limits.js';
import {createBeaconStats} from '../../../source/network/discovery/beacon-stats.js';

const peer = 'aa'.repeat(32) as PeerId;
const other = 'bb'.repeat(32) as PeerId;

describe('what was heard on UDP', () => {
	it('is counted by source address and by the way it came', () => {
		const hearing = createBeaconStats();
		hearing.recordEcho('10.0.0.1', 'broadcast');
		hearing.recordBeacon(peer, '10.0.0.2', 'broadcast', 'Carol', 1);
		hearing.recordBeacon(peer, '10.0.0.2', 'multicast', undefined, 2);
		hearing.recordBeacon(peer, '10.0.0.2', 'multicast', undefined, 3);
		expect(hearing.echoesBySource()).toEqual(new Map([['10.0.0.1', {broadcast: 1, multicast: 0, answer: 0}]]));
		expect(hearing.beaconsBySource()).toEqual(new Map([['10.0.0.2', {broadcast: 1, multicast: 2, answer: 0}]]));
		expect(hearing.peer(peer)).toEqual({name: 'Carol', paths: ['broadcast', 'multicast'], at: 3});
		expect(hearing.peer(other)).toBeUndefined();
	});

	it('forgets a peer that said that it leaves', () => {
		const hearing = createBeaconStats();
		hearing.recordBeacon(peer, '10.0.0.2', 'broadcast', 'Carol', 1);
		hearing.removePeer(peer);
		expect(hearing.peer(peer)).toBeUndefined();
	});

	it('counts who is not of our room for a minute after its last word', () => {
		const hearing = createBeaconStats();
		hearing.recordForeignNode('aa', 0);
		hearing.recordForeignNode('bb', 1000);
		hearing.recordOtherVersion('10.0.0.2:4000', 2, 0);
		hearing.recordOffLink('10.1.0.2', 0);
		expect([hearing.foreignNodes(1000), hearing.otherVersions(1000), hearing.offLinkAddresses(1000)]).toEqual([
			2,
			[2],
			['10.1.0.2'],
		]);
		const later = VANISHED_AFTER_MS + 500;
		expect([hearing.foreignNodes(later), hearing.otherVersions(later), hearing.offLinkAddresses(later)]).toEqual([
			1,
			[],
			[],
		]);
	});

	it('holds no more than so many senders, whatever comes', () => {
		const hearing = createBeaconStats();
		for (let index = 0; index < MAX_FOREIGN_NODES + 50; index++) {
			hearing.recordForeignNode(`peer ${index}`, 0);
			hearing.recordBeacon(`peer ${index}` as PeerId, `address ${index}`, 'broadcast', 'x', 0);
		}

		expect(hearing.foreignNodes(0)).toBe(MAX_FOREIGN_NODES);
		expect(hearing.beaconsBySource().size).toBe(MAX_FOREIGN_NODES);
		expect(hearing.beaconsBySource().has('address 0')).toBe(false);
	});
});
