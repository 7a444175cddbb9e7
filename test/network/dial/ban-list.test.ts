import {describe, expect, it} from 'vitest';
import {FAULT_BAN_MS, FIRST_ADDRESS_BAN_MS, MAX_BANS, TRUSTED_AFTER_MS} from '../../../source/core/limits.js';
import {createBanList} from '../../../source/network/dial/ban-list.js';
import {fakePeerId} from '../../helpers/fake-chat-node.js';

const at = (index: number, remoteAddress = '10.0.0.7') => ({peer: fakePeerId(index), remoteAddress});

describe('the ban list', () => {
	it('the ban list bans a peer at every address for a minute after a fault', () => {
		const banList = createBanList();
		banList.banPeer(at(1), 1000);
		expect(banList.refusalReason(at(1, '10.0.0.9'), false, 1000 + FAULT_BAN_MS - 1)).toContain('banned for a minute');
		expect(banList.refusalReason(at(1, '10.0.0.9'), false, 1000 + FAULT_BAN_MS)).toBeUndefined();
	});

	it('after a fault, the ban list bans other peers at the same address, twice as long with each fault, but no peers at other addresses', () => {
		const banList = createBanList();
		let now = 0;
		for (const banMs of [1, 2, 4, 8].map(times => times * FIRST_ADDRESS_BAN_MS)) {
			banList.banPeer(at(1), now);
			expect(banList.refusalReason(at(2), false, now + banMs - 1)).toContain('try again in 1 s');
			expect(banList.refusalReason(at(2, '10.0.0.8'), false, now)).toBeUndefined();
			now += banMs;
			expect(banList.refusalReason(at(2), false, now)).toBeUndefined();
		}

		for (let index = 0; index < 20; index++) banList.banPeer(at(1), now);
		expect(banList.refusalReason(at(2), false, now + FAULT_BAN_MS - 1)).toBeDefined();
		expect(banList.refusalReason(at(2), false, now + FAULT_BAN_MS)).toBeUndefined();
	});

	it('the ban list starts with the shortest ban again after a minute without a fault', () => {
		const banList = createBanList();
		banList.banPeer(at(1), 0);
		const later = FIRST_ADDRESS_BAN_MS + FAULT_BAN_MS;
		banList.banPeer(at(1), later);
		expect(banList.refusalReason(at(2), false, later + FIRST_ADDRESS_BAN_MS)).toBeUndefined();
	});

	it('the ban list exempts a peer that had a long connection without a fault, until that peer commits a fault', () => {
		const banList = createBanList();
		banList.recordCleanClose(at(2), TRUSTED_AFTER_MS);
		banList.recordCleanClose(at(3), TRUSTED_AFTER_MS - 1);
		banList.banPeer(at(1), 0);
		expect(banList.refusalReason(at(2), false, 1)).toBeUndefined();
		expect(banList.refusalReason(at(3), false, 1)).toBeDefined();
		expect(banList.refusalReason(at(3), true, 1)).toBeUndefined();
		banList.banPeer(at(2), 2);
		expect(banList.refusalReason(at(2), false, FAULT_BAN_MS + 1)).toBeDefined();
	});

	it('the ban list never bans loopback, which many peers share', () => {
		const banList = createBanList();
		for (const address of ['127.0.0.1', '::1']) banList.banPeer(at(1, address), 0);
		expect(banList.refusalReason(at(2, '127.0.0.1'), false, 1)).toBeUndefined();
		expect(banList.refusalReason(at(2, '::1'), false, 1)).toBeUndefined();
	});

	it('the ban list forgets the oldest ban when it reaches its size limit', () => {
		const banList = createBanList();
		for (let index = 0; index <= MAX_BANS; index++) banList.banPeer(at(index, `10.1.${index >> 8}.${index & 255}`), 0);
		expect(banList.refusalReason(at(0, '10.1.0.0'), false, 1)).toBeUndefined();
		expect(banList.refusalReason(at(5000, '10.1.0.1'), false, 1)).toBeDefined();
	});
});
