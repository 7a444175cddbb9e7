import {describe, expect, it} from 'vitest';
import {FAULT_BAN_MS, FIRST_ADDRESS_BAN_MS, MAX_BANS, TRUSTED_AFTER_MS} from '../../../source/core/limits.js';
import {createBanList} from '../../../source/network/dial/ban-list.js';
import {fakePeerId} from '../../helpers/fake-chat-node.js';

const at = (index: number, remoteAddress = '10.0.0.7') => ({peer: fakePeerId(index), remoteAddress});

describe('who is not taken back', () => {
	it('bars for a minute who was cut off, wherever it comes from', () => {
		const bars = createBanList();
		bars.banPeer(at(1), 1000);
		expect(bars.refusalReason(at(1, '10.0.0.9'), false, 1000 + FAULT_BAN_MS - 1)).toContain('less than a minute ago');
		expect(bars.refusalReason(at(1, '10.0.0.9'), false, 1000 + FAULT_BAN_MS)).toBeUndefined();
	});

	it('shuts its address to strangers, twice as long each time, and nobody elsewhere', () => {
		const bars = createBanList();
		let now = 0;
		for (const restMs of [1, 2, 4, 8].map(times => times * FIRST_ADDRESS_BAN_MS)) {
			bars.banPeer(at(1), now);
			expect(bars.refusalReason(at(2), false, now + restMs - 1)).toContain('try again in 1 s');
			expect(bars.refusalReason(at(2, '10.0.0.8'), false, now)).toBeUndefined();
			now += restMs;
			expect(bars.refusalReason(at(2), false, now)).toBeUndefined();
		}

		for (let index = 0; index < 20; index++) bars.banPeer(at(1), now);
		expect(bars.refusalReason(at(2), false, now + FAULT_BAN_MS - 1)).toBeDefined();
		expect(bars.refusalReason(at(2), false, now + FAULT_BAN_MS)).toBeUndefined();
	});

	it('begins anew after a quiet minute', () => {
		const bars = createBanList();
		bars.banPeer(at(1), 0);
		const later = FIRST_ADDRESS_BAN_MS + FAULT_BAN_MS;
		bars.banPeer(at(1), later);
		expect(bars.refusalReason(at(2), false, later + FIRST_ADDRESS_BAN_MS)).toBeUndefined();
	});

	it('lets in from there who behaved before, until it does not', () => {
		const bars = createBanList();
		bars.recordCleanClose(at(2), TRUSTED_AFTER_MS);
		bars.recordCleanClose(at(3), TRUSTED_AFTER_MS - 1);
		bars.banPeer(at(1), 0);
		expect(bars.refusalReason(at(2), false, 1)).toBeUndefined();
		expect(bars.refusalReason(at(3), false, 1)).toBeDefined();
		expect(bars.refusalReason(at(3), true, 1)).toBeUndefined();
		bars.banPeer(at(2), 2);
		expect(bars.refusalReason(at(2), false, FAULT_BAN_MS + 1)).toBeDefined();
	});

	it('never shuts loopback, where many share an address', () => {
		const bars = createBanList();
		for (const address of ['127.0.0.1', '::1']) bars.banPeer(at(1, address), 0);
		expect(bars.refusalReason(at(2, '127.0.0.1'), false, 1)).toBeUndefined();
		expect(bars.refusalReason(at(2, '::1'), false, 1)).toBeUndefined();
	});

	it('remembers no more than it may', () => {
		const bars = createBanList();
		for (let index = 0; index <= MAX_BANS; index++) bars.banPeer(at(index, `10.1.${index >> 8}.${index & 255}`), 0);
		expect(bars.refusalReason(at(0, '10.1.0.0'), false, 1)).toBeUndefined();
		expect(bars.refusalReason(at(5000, '10.1.0.1'), false, 1)).toBeDefined();
	});
});
