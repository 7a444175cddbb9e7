import {describe, expect, it} from 'vitest';
import {ACQUAINTED_AFTER_MS, ADDRESS_REST_FIRST_MS, FAULT_REST_MS, MAX_BARRED} from '../../source/core/limits.js';
import {createBars} from '../../source/network/bars.js';
import {fakePeerId} from '../helpers/fake-session.js';

const at = (index: number, remoteAddress = '10.0.0.7') => ({peer: fakePeerId(index), remoteAddress});

describe('who is not taken back', () => {
	it('bars for a minute who was cut off, wherever it comes from', () => {
		const bars = createBars();
		bars.cutOff(at(1), 1000);
		expect(bars.reason(at(1, '10.0.0.9'), false, 1000 + FAULT_REST_MS - 1)).toContain('less than a minute ago');
		expect(bars.reason(at(1, '10.0.0.9'), false, 1000 + FAULT_REST_MS)).toBeUndefined();
	});

	it('shuts its address to strangers, twice as long each time, and nobody elsewhere', () => {
		const bars = createBars();
		let now = 0;
		for (const restMs of [1, 2, 4, 8].map(times => times * ADDRESS_REST_FIRST_MS)) {
			bars.cutOff(at(1), now);
			expect(bars.reason(at(2), false, now + restMs - 1)).toContain('try again in 1 s');
			expect(bars.reason(at(2, '10.0.0.8'), false, now)).toBeUndefined();
			now += restMs;
			expect(bars.reason(at(2), false, now)).toBeUndefined();
		}

		for (let index = 0; index < 20; index++) bars.cutOff(at(1), now);
		expect(bars.reason(at(2), false, now + FAULT_REST_MS - 1)).toBeDefined();
		expect(bars.reason(at(2), false, now + FAULT_REST_MS)).toBeUndefined();
	});

	it('begins anew after a quiet minute', () => {
		const bars = createBars();
		bars.cutOff(at(1), 0);
		const later = ADDRESS_REST_FIRST_MS + FAULT_REST_MS;
		bars.cutOff(at(1), later);
		expect(bars.reason(at(2), false, later + ADDRESS_REST_FIRST_MS)).toBeUndefined();
	});

	it('lets in from there who behaved before, until it does not', () => {
		const bars = createBars();
		bars.ended(at(2), ACQUAINTED_AFTER_MS);
		bars.ended(at(3), ACQUAINTED_AFTER_MS - 1);
		bars.cutOff(at(1), 0);
		expect(bars.reason(at(2), false, 1)).toBeUndefined();
		expect(bars.reason(at(3), false, 1)).toBeDefined();
		expect(bars.reason(at(3), true, 1)).toBeUndefined();
		bars.cutOff(at(2), 2);
		expect(bars.reason(at(2), false, FAULT_REST_MS + 1)).toBeDefined();
	});

	it('never shuts loopback, where many share an address', () => {
		const bars = createBars();
		for (const address of ['127.0.0.1', '::1']) bars.cutOff(at(1, address), 0);
		expect(bars.reason(at(2, '127.0.0.1'), false, 1)).toBeUndefined();
		expect(bars.reason(at(2, '::1'), false, 1)).toBeUndefined();
	});

	it('remembers no more than it may', () => {
		const bars = createBars();
		for (let index = 0; index <= MAX_BARRED; index++) bars.cutOff(at(index, `10.1.${index >> 8}.${index & 255}`), 0);
		expect(bars.reason(at(0, '10.1.0.0'), false, 1)).toBeUndefined();
		expect(bars.reason(at(5000, '10.1.0.1'), false, 1)).toBeDefined();
	});
});
