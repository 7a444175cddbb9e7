import {describe, expect, it} from 'vitest';
import type {PeerId} from '../../source/core/ids.js';
import {MAX_STRANGERS, VANISHED_AFTER_MS} from '../../source/core/limits.js';
import {createHearing} from '../../source/network/hearing.js';

const peer = 'aa'.repeat(32) as PeerId;
const other = 'bb'.repeat(32) as PeerId;

describe('what was heard on UDP', () => {
	it('is counted by source address and by the way it came', () => {
		const hearing = createHearing();
		hearing.echoed('10.0.0.1', 'broadcast');
		hearing.heard(peer, '10.0.0.2', 'broadcast', 'Carol', 1);
		hearing.heard(peer, '10.0.0.2', 'multicast', undefined, 2);
		hearing.heard(peer, '10.0.0.2', 'multicast', undefined, 3);
		expect(hearing.echoes()).toEqual(new Map([['10.0.0.1', {broadcast: 1, multicast: 0, answer: 0}]]));
		expect(hearing.heardFrom()).toEqual(new Map([['10.0.0.2', {broadcast: 1, multicast: 2, answer: 0}]]));
		expect(hearing.of(peer)).toEqual({name: 'Carol', paths: ['broadcast', 'multicast'], at: 3});
		expect(hearing.of(other)).toBeUndefined();
	});

	it('forgets a peer that said that it leaves', () => {
		const hearing = createHearing();
		hearing.heard(peer, '10.0.0.2', 'broadcast', 'Carol', 1);
		hearing.left(peer);
		expect(hearing.of(peer)).toBeUndefined();
	});

	it('counts who is not of our room for a minute after its last word', () => {
		const hearing = createHearing();
		hearing.stranger('aa', 0);
		hearing.stranger('bb', 1000);
		hearing.otherVersion('10.0.0.2:4000', 2, 0);
		hearing.offLink('10.1.0.2', 0);
		expect([hearing.strangers(1000), hearing.otherVersions(1000), hearing.offLinkAddresses(1000)]).toEqual([
			2,
			[2],
			['10.1.0.2'],
		]);
		const later = VANISHED_AFTER_MS + 500;
		expect([hearing.strangers(later), hearing.otherVersions(later), hearing.offLinkAddresses(later)]).toEqual([
			1,
			[],
			[],
		]);
	});

	it('holds no more than so many senders, whatever comes', () => {
		const hearing = createHearing();
		for (let index = 0; index < MAX_STRANGERS + 50; index++) {
			hearing.stranger(`peer ${index}`, 0);
			hearing.heard(`peer ${index}` as PeerId, `address ${index}`, 'broadcast', 'x', 0);
		}

		expect(hearing.strangers(0)).toBe(MAX_STRANGERS);
		expect(hearing.heardFrom().size).toBe(MAX_STRANGERS);
		expect(hearing.heardFrom().has('address 0')).toBe(false);
	});
});
