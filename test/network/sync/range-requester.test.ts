import {describe, expect, it} from 'vitest';
import {MAX_WANT_RANGES} from '../../../source/core/limits.js';
import type {WantedRange} from '../../../source/network/sync/missing-ranges.js';
import {planRequests, type RangeSource} from '../../../source/network/sync/range-requester.js';
import {fakePeerId} from '../../helpers/fake-chat-node.js';

const [A, B, C] = [1, 2, 3].map(fakePeerId) as [
	ReturnType<typeof fakePeerId>,
	ReturnType<typeof fakePeerId>,
	ReturnType<typeof fakePeerId>,
];
const FEED = fakePeerId(9);
const source = (peer: RangeSource['peer'], seq: number, more: Partial<RangeSource> = {}): RangeSource => ({
	peer,
	busy: false,
	timeouts: 0,
	seqOf: () => seq,
	...more,
});
const lacks = (from: number, more: Partial<WantedRange> = {}): WantedRange => ({
	feed: FEED,
	from,
	notBefore: 0,
	requested: false,
	...more,
});

describe('a range', () => {
	it('is asked of one peer only', () => {
		expect(planRequests([source(A, 10), source(B, 10)], [lacks(3)], 0)).toEqual([
			{peer: A, ranges: [{peer: FEED, from: 3}]},
		]);
	});

	it('is asked of nobody while it is asked already, nobody holds it, or its author is about to push it', () => {
		expect(planRequests([source(A, 10)], [lacks(3, {requested: true})], 0)).toEqual([]);
		expect(planRequests([source(A, 2)], [lacks(3)], 0)).toEqual([]);
		expect(planRequests([source(A, 10)], [lacks(3, {notBefore: 5})], 4)).toEqual([]);
		expect(planRequests([source(A, 10)], [lacks(3, {notBefore: 5})], 5)).toHaveLength(1);
	});

	it('goes to one that is free and holds it', () => {
		const plans = planRequests([source(A, 10, {busy: true}), source(B, 2), source(C, 3)], [lacks(3)], 0);
		expect(plans.map(plan => plan.peer)).toEqual([C]);
	});

	it('is asked last of whom answered late, and then only if nobody else holds it', () => {
		expect(planRequests([source(A, 10, {timeouts: 1}), source(B, 10)], [lacks(1)], 0)[0]?.peer).toBe(B);
		expect(planRequests([source(A, 10, {timeouts: 1}), source(B, 10, {busy: true})], [lacks(1)], 0)).toEqual([]);
		expect(planRequests([source(A, 10, {timeouts: 1}), source(B, 0)], [lacks(1)], 0)[0]?.peer).toBe(A);
	});
});

it('one question names a bounded number of ranges; the rest goes to others', () => {
	const missing = Array.from({length: MAX_WANT_RANGES + 5}, (_, index) => lacks(1, {feed: fakePeerId(100 + index)}));
	const plans = planRequests([source(A, 1), source(B, 1)], missing, 0);
	expect(plans.map(plan => plan.ranges.length)).toEqual([MAX_WANT_RANGES, 5]);
});
