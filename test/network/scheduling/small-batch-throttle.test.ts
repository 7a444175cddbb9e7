import {expect, it} from 'vitest';
import {
	createSmallBatchThrottle,
	type SmallBatchThrottle,
} from '../../../source/network/scheduling/small-batch-throttle.js';

/** So many short feeds were taken, a millisecond each. */
function take(rest: SmallBatchThrottle, count: number, now: number, entries = 1): void {
	for (let index = 0; index < count; index++) rest.recordBatch(entries, 1, now);
}

it('thousands of short feeds are taken a quarter of the time while people talk', () => {
	const rest = createSmallBatchThrottle();
	rest.recordChat(0);
	take(rest, 100, 0);
	rest.takeDelayMs(0);
	take(rest, 2, 10);
	expect(rest.takeDelayMs(10)).toBe(6);
	expect(rest.takeDelayMs(10)).toBe(0);
});

it('nobody waits while nobody talks', () => {
	const rest = createSmallBatchThrottle();
	take(rest, 100, 0);
	expect(rest.takeDelayMs(0)).toBe(0);
	rest.recordChat(0);
	take(rest, 100, 1500);
	expect(rest.takeDelayMs(1500)).toBe(0);
});

it('a long history and the short feeds of a room are taken without a rest', () => {
	const rest = createSmallBatchThrottle();
	rest.recordChat(0);
	take(rest, 1000, 0, 128);
	take(rest, 40, 0);
	expect(rest.takeDelayMs(0)).toBe(0);
});
