import {expect, it} from 'vitest';
import {
	createSmallBatchThrottle,
	type SmallBatchThrottle,
} from '../../../source/network/scheduling/small-batch-throttle.js';

/** Records the ingest of `count` batches, each with the same number of entries and a duration of 1 ms. */
function recordBatches(throttle: SmallBatchThrottle, count: number, now: number, entries = 1): void {
	for (let index = 0; index < count; index++) throttle.recordBatch(entries, 1, now);
}

it('the ingest of small batches gets only a quarter of the time while people are chatting', () => {
	const throttle = createSmallBatchThrottle();
	throttle.recordChat(0);
	recordBatches(throttle, 100, 0);
	throttle.takeDelayMs(0);
	recordBatches(throttle, 2, 10);
	expect(throttle.takeDelayMs(10)).toBe(6);
	expect(throttle.takeDelayMs(10)).toBe(0);
});

it('small batches are not delayed while nobody chats', () => {
	const throttle = createSmallBatchThrottle();
	recordBatches(throttle, 100, 0);
	expect(throttle.takeDelayMs(0)).toBe(0);
	throttle.recordChat(0);
	recordBatches(throttle, 100, 1500);
	expect(throttle.takeDelayMs(1500)).toBe(0);
});

it('large batches and a few small ones are not delayed', () => {
	const throttle = createSmallBatchThrottle();
	throttle.recordChat(0);
	recordBatches(throttle, 1000, 0, 128);
	recordBatches(throttle, 40, 0);
	expect(throttle.takeDelayMs(0)).toBe(0);
});
