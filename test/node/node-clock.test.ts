import {describe, expect, it} from 'vitest';
import {compareHlc} from '../../source/core/event-order.js';
import {CLOCK_WRONG_MS, MAX_HLC_AHEAD_MS} from '../../source/core/limits.js';
import {createNodeClock, EARLIEST_WALL_MS, medianOffset} from '../../source/node/node-clock.js';

const NOW = Date.UTC(2026, 11, 1);
const HOUR_MS = 3_600_000;
const clockAt = (ms: number) => createNodeClock(() => ms);

describe('the median clock offset of a room', () => {
	it.each([
		[[], 0],
		[[HOUR_MS], 0],
		[[HOUR_MS, HOUR_MS], HOUR_MS],
		[[-HOUR_MS, HOUR_MS], 0],
		[[-5, -3], -3],
		[[1, 2, 30], 1],
	])('of our own 0 and %j is %i', (offsets, median) => {
		expect(medianOffset(offsets)).toBe(median);
	});

	it('corrects our clock only if it exceeds CLOCK_WRONG_MS', () => {
		const clock = clockAt(NOW);
		expect(clock.updateCorrection([CLOCK_WRONG_MS, CLOCK_WRONG_MS])).toBe(0);
		expect(clock.updateCorrection([CLOCK_WRONG_MS + 1, CLOCK_WRONG_MS + 1])).toBe(CLOCK_WRONG_MS + 1);
		expect(clock.wall()).toBe(NOW + CLOCK_WRONG_MS + 1);
		expect(clock.updateCorrection([])).toBe(0);
	});

	it('does not correct our clock if there is only one peer', () => {
		expect(clockAt(NOW).updateCorrection([48 * HOUR_MS])).toBe(0);
	});

	it('corrects our clock even with one peer if our clock is older than the program', () => {
		expect(clockAt(EARLIEST_WALL_MS - 1000).updateCorrection([5000])).toBe(5000);
	});

	it('ignores peers whose clock was not measured', () => {
		expect(clockAt(NOW).updateCorrection([Number.NaN, HOUR_MS, HOUR_MS])).toBe(HOUR_MS);
	});
});

describe('stamps', () => {
	it('increase within one millisecond and are greater than merged readings', () => {
		const clock = clockAt(NOW);
		const first = clock.stamp().hlc;
		expect(compareHlc(clock.stamp().hlc, first)).toBeGreaterThan(0);
		clock.merge({ms: NOW + HOUR_MS, counter: 7});
		expect(clock.stamp().hlc).toEqual({ms: NOW + HOUR_MS, counter: 8});
	});

	it('ignore a merged reading that is more than a day ahead of our wall clock', () => {
		const clock = clockAt(NOW);
		clock.merge({ms: NOW + 20 * HOUR_MS, counter: 0});
		expect(clock.merge({ms: NOW + MAX_HLC_AHEAD_MS + 1, counter: 0})).toBe(false);
		expect(clock.stamp().hlc).toEqual({ms: NOW + 20 * HOUR_MS, counter: 1});
	});

	it('are greater than readings of our own log, no matter how far in the future they are', () => {
		const clock = clockAt(NOW);
		clock.seed({ms: NOW + 1000 * HOUR_MS, counter: 3});
		expect(clock.stamp().hlc).toEqual({ms: NOW + 1000 * HOUR_MS, counter: 4});
	});

	it('of observations do not affect later stamps after a fast clock was corrected', () => {
		const clock = clockAt(NOW + 48 * HOUR_MS);
		const launched = clock.stampLocal();
		expect(launched.hlc.ms).toBe(NOW + 48 * HOUR_MS);
		clock.updateCorrection([-48 * HOUR_MS, -48 * HOUR_MS]);
		expect(clock.stamp()).toEqual({at: NOW, hlc: {ms: NOW, counter: 0}});
	});

	it('of events and of observations increase together, so that timeline rows keep their order', () => {
		const clock = clockAt(NOW);
		const seen = clock.stampLocal().hlc;
		const eventStamp = clock.stamp().hlc;
		expect(compareHlc(eventStamp, seen)).toBeGreaterThan(0);
		expect(compareHlc(clock.stampLocal().hlc, eventStamp)).toBeGreaterThan(0);
	});
});
