import {describe, expect, it} from 'vitest';
import {
	createLeakyBucket,
	createTokenBucket,
	createWindowCounter,
	createWindowRateLimiter,
} from '../../../source/network/scheduling/rate-limiters.js';

describe('a leaky bucket', () => {
	it('a leaky bucket drains at its rate until it is empty', () => {
		const bucket = createLeakyBucket(2);
		bucket.add(10, 1000);
		expect([bucket.levelAt(1000), bucket.levelAt(3000), bucket.levelAt(60_000)]).toEqual([10, 6, 0]);
		bucket.add(1, 60_000);
		expect(bucket.levelAt(60_000)).toBe(1);
	});

	it('a leaky bucket does not drain when the clock goes back', () => {
		const bucket = createLeakyBucket(2);
		bucket.add(10, 1000);
		expect(bucket.levelAt(0)).toBe(10);
	});
});

describe('a token bucket', () => {
	it('a token bucket allows a burst, and afterwards its rate', () => {
		const bucket = createTokenBucket(4, 8);
		const takenAt = (now: number) => Array.from({length: 20}, () => bucket.take(now)).filter(Boolean).length;
		expect([takenAt(0), takenAt(500), takenAt(1500), takenAt(60_000)]).toEqual([8, 2, 4, 8]);
	});

	it('a token bucket keeps its tokens when it refuses a request', () => {
		const bucket = createTokenBucket(1, 5);
		expect([bucket.take(0, 6), bucket.take(0, 5), bucket.take(0)]).toEqual([false, true, false]);
	});
});

it('a window counter restarts at zero with the first call after the end of its window', () => {
	const counter = createWindowCounter(1000);
	expect([counter.add(5000), counter.add(5999, 3), counter.msLeft(5999)]).toEqual([1, 4, 1]);
	expect([counter.countAt(6500), counter.msLeft(6500), counter.add(6500)]).toEqual([0, 1000, 1]);
});

it('a window rate limiter limits the calls per second, for all sources together and for each source', () => {
	const limiter = createWindowRateLimiter(10, 4);
	const allowed = (source: string, now: number, tries: number) =>
		Array.from({length: tries}, () => limiter.allows(source, now)).filter(Boolean).length;
	expect([allowed('a', 0, 9), allowed('b', 500, 3), allowed('c', 999, 9)]).toEqual([4, 3, 3]);
	expect(limiter.dropped).toBe(5 + 6);
	expect([allowed('a', 1000, 9), allowed('d', 1000, 1)]).toEqual([4, 1]);
});
