import {describe, expect, it} from 'vitest';
import {createCoalescedTimer, createCoalescingTicker} from '../../../source/network/scheduling/coalesced-timer.js';
import {createFakeClock} from '../../helpers/fake-clock.js';

const INTERVAL_MS = 250;

/** Collects the times at which the task ran, in ms since the creation of the timer. */
function createBench() {
	const clock = createFakeClock();
	const startedAt = clock.monotonic();
	const runs: number[] = [];
	const run = () => void runs.push(clock.monotonic() - startedAt);
	return {clock, runs, run};
}

describe('a coalesced timer', () => {
	it('a coalesced timer runs once for several requests, at the time that the first request set', async () => {
		const {clock, runs, run} = createBench();
		const timer = createCoalescedTimer(clock, run);
		timer.schedule(20);
		timer.schedule(5);
		expect(timer.isScheduled).toBe(true);
		await clock.advance(100);
		expect([runs, timer.isScheduled]).toEqual([[20], false]);
		timer.schedule();
		await clock.advance(0);
		expect(runs).toEqual([20, 100]);
	});

	it('a coalesced timer can be scheduled again by the task that it runs', async () => {
		const {clock, runs, run} = createBench();
		const timer = createCoalescedTimer(clock, () => {
			run();
			if (runs.length < 3) timer.schedule(10);
		});
		timer.schedule(10);
		await clock.advance(100);
		expect(runs).toEqual([10, 20, 30]);
	});

	it('a coalesced timer does not run after it is cancelled, but can be scheduled again', async () => {
		const {clock, runs, run} = createBench();
		const timer = createCoalescedTimer(clock, run);
		timer.schedule(10);
		timer.cancel();
		await clock.advance(100);
		expect([runs, clock.pending]).toEqual([[], 0]);
		timer.schedule(10);
		await clock.advance(10);
		expect(runs).toEqual([110]);
	});

	it('a coalesced timer sets no timer after it is stopped', () => {
		const {clock, run} = createBench();
		const timer = createCoalescedTimer(clock, run);
		timer.schedule(10);
		timer.stop();
		timer.schedule(10);
		expect([clock.pending, timer.isScheduled]).toEqual([0, false]);
	});
});

describe('a coalescing ticker', () => {
	it('a coalescing ticker sets no timer before somebody asks it to run', async () => {
		const {clock, runs, run} = createBench();
		createCoalescingTicker(clock, INTERVAL_MS, run);
		expect(clock.pending).toBe(0);
		await clock.advance(10 * INTERVAL_MS);
		expect(runs).toEqual([]);
	});

	it('a coalescing ticker that was asked to run runs once, at the next multiple of its interval since its creation', async () => {
		const {clock, runs, run} = createBench();
		const ticker = createCoalescingTicker(clock, INTERVAL_MS, run);
		await clock.advance(2 * INTERVAL_MS + 30);
		ticker.wake();
		ticker.wake();
		await clock.advance(10 * INTERVAL_MS);
		expect(runs).toEqual([3 * INTERVAL_MS]);
		ticker.wake();
		await clock.advance(INTERVAL_MS);
		expect(runs).toEqual([3 * INTERVAL_MS, 13 * INTERVAL_MS]);
	});

	it('a coalescing ticker does not run after it is stopped, even if it is woken again', async () => {
		const {clock, runs, run} = createBench();
		const ticker = createCoalescingTicker(clock, INTERVAL_MS, run);
		ticker.wake();
		ticker.stop();
		ticker.wake();
		await clock.advance(2 * INTERVAL_MS);
		expect([runs, clock.pending]).toEqual([[], 0]);
	});
});
