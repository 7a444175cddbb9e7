import {describe, expect, it} from 'vitest';
import {MAX_WANT_RANGES} from '../../../source/core/limits.js';
import type {WantedRange} from '../../../source/network/sync/missing-ranges.js';
import {planRequests, type RangeSource} from '../../../source/network/sync/plan-requests.js';
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
	rank: 0,
	hasServed: true,
	requestedAt: 0,
	seqOf: () => seq,
	...more,
});
const wantedFrom = (from: number, more: Partial<WantedRange> = {}): WantedRange => ({
	feed: FEED,
	from,
	notBefore: 0,
	request: 'none',
	...more,
});

describe('a missing range', () => {
	it('a missing range is requested from only one peer', () => {
		expect(planRequests([source(A, 10), source(B, 10)], [wantedFrom(3)], 0)).toEqual([
			{peer: A, ranges: [{peer: FEED, from: 3}]},
		]);
	});

	it('a missing range is not requested while it is requested already, while no peer holds it, or while its author may still push it', () => {
		expect(planRequests([source(A, 10)], [wantedFrom(3, {request: 'pending'})], 0)).toEqual([]);
		expect(planRequests([source(A, 2)], [wantedFrom(3)], 0)).toEqual([]);
		expect(planRequests([source(A, 10)], [wantedFrom(3, {notBefore: 5})], 4)).toEqual([]);
		expect(planRequests([source(A, 10)], [wantedFrom(3, {notBefore: 5})], 5)).toHaveLength(1);
	});

	it('a missing range whose answer is slow is also requested from a peer that has served before, and not from a peer that has not served yet', () => {
		const slow = wantedFrom(1, {request: 'slow'});
		const asked = source(A, 10, {busy: true});
		expect(planRequests([asked, source(B, 10, {hasServed: false, rank: 1})], [slow], 0)).toEqual([]);
		expect(planRequests([asked, source(B, 10, {rank: 2})], [slow], 0)[0]?.peer).toBe(B);
	});

	it('a missing range is requested from a peer that holds it and has no unanswered request', () => {
		const plans = planRequests([source(A, 10, {busy: true}), source(B, 2), source(C, 3)], [wantedFrom(3)], 0);
		expect(plans.map(plan => plan.peer)).toEqual([C]);
	});

	it('a missing range is requested from a peer that answered late only if no other peer holds it', () => {
		expect(planRequests([source(A, 10, {rank: 1}), source(B, 10)], [wantedFrom(1)], 0)[0]?.peer).toBe(B);
		expect(planRequests([source(A, 10, {rank: 1}), source(B, 10, {busy: true})], [wantedFrom(1)], 0)).toEqual([]);
		expect(planRequests([source(A, 10, {rank: 1}), source(B, 0)], [wantedFrom(1)], 0)[0]?.peer).toBe(A);
	});
});

it('a request contains a limited number of ranges, and the remaining ranges are requested from another peer', () => {
	const missing = Array.from({length: MAX_WANT_RANGES + 5}, (_, index) =>
		wantedFrom(1, {feed: fakePeerId(100 + index)}),
	);
	const plans = planRequests([source(A, 1), source(B, 1)], missing, 0);
	expect(plans.map(plan => plan.ranges.length)).toEqual([MAX_WANT_RANGES, 5]);
});
