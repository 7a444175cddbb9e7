import {describe, expect, it} from 'vitest';
import {MAX_WANT_RANGES} from '../../source/core/limits.js';
import {type Missing, planWants, type Source} from '../../source/network/want-planner.js';
import {fakePeerId} from '../helpers/fake-session.js';

const [A, B, C] = [1, 2, 3].map(fakePeerId) as [
	ReturnType<typeof fakePeerId>,
	ReturnType<typeof fakePeerId>,
	ReturnType<typeof fakePeerId>,
];
const FEED = fakePeerId(9);
const source = (peer: Source['peer'], seq: number, more: Partial<Source> = {}): Source => ({
	peer,
	busy: false,
	late: 0,
	holds: () => seq,
	...more,
});
const lacks = (from: number, more: Partial<Missing> = {}): Missing => ({
	feed: FEED,
	from,
	notBefore: 0,
	asked: false,
	...more,
});

describe('a range', () => {
	it('is asked of one peer only', () => {
		expect(planWants([source(A, 10), source(B, 10)], [lacks(3)], 0)).toEqual([
			{peer: A, ranges: [{peer: FEED, from: 3}]},
		]);
	});

	it('is asked of nobody while it is asked already, nobody holds it, or its author is about to push it', () => {
		expect(planWants([source(A, 10)], [lacks(3, {asked: true})], 0)).toEqual([]);
		expect(planWants([source(A, 2)], [lacks(3)], 0)).toEqual([]);
		expect(planWants([source(A, 10)], [lacks(3, {notBefore: 5})], 4)).toEqual([]);
		expect(planWants([source(A, 10)], [lacks(3, {notBefore: 5})], 5)).toHaveLength(1);
	});

	it('goes to one that is free and holds it', () => {
		const plans = planWants([source(A, 10, {busy: true}), source(B, 2), source(C, 3)], [lacks(3)], 0);
		expect(plans.map(plan => plan.peer)).toEqual([C]);
	});

	it('is asked last of whom answered late, and then only if nobody else holds it', () => {
		expect(planWants([source(A, 10, {late: 1}), source(B, 10)], [lacks(1)], 0)[0]?.peer).toBe(B);
		expect(planWants([source(A, 10, {late: 1}), source(B, 10, {busy: true})], [lacks(1)], 0)).toEqual([]);
		expect(planWants([source(A, 10, {late: 1}), source(B, 0)], [lacks(1)], 0)[0]?.peer).toBe(A);
	});
});

it('one question names a bounded number of ranges; the rest goes to others', () => {
	const missing = Array.from({length: MAX_WANT_RANGES + 5}, (_, index) => lacks(1, {feed: fakePeerId(100 + index)}));
	const plans = planWants([source(A, 1), source(B, 1)], missing, 0);
	expect(plans.map(plan => plan.ranges.length)).toEqual([MAX_WANT_RANGES, 5]);
});
