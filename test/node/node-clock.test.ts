import {describe, expect, it} from 'vitest';
import {compareHlc} from '../../source/core/event-order.js';
import {CLOCK_WRONG_MS, MAX_HLC_AHEAD_MS} from '../../source/core/limits.js';
import {createNodeClock, EARLIEST_WALL_MS, medianOffset} from '../../source/node/node-clock.js';

const NOW = Date.UTC(2026, 11, 1);
const HOUR_MS = 3_600_000;
const clockAt = (ms: number) => createNodeClock(() => ms);

describe('the median clock of the room', () => {
	it.each([
		[[], 0],
		[[HOUR_MS], 0],
		[[HOUR_MS, HOUR_MS], HOUR_MS],
		[[-HOUR_MS, HOUR_MS], 0],
		[[-5, -3], -3],
		[[1, 2, 30], 1],
	])('of our 0 and %j is %i', (offsets, median) => {
		expect(medianOffset(offsets)).toBe(median);
	});

	it('corrects a clock only if it differs by more than ten minutes', () => {
		const clock = clockAt(NOW);
		expect(clock.updateCorrection([CLOCK_WRONG_MS, CLOCK_WRONG_MS])).toBe(0);
		expect(clock.updateCorrection([CLOCK_WRONG_MS + 1, CLOCK_WRONG_MS + 1])).toBe(CLOCK_WRONG_MS + 1);
		expect(clock.wall()).toBe(NOW + CLOCK_WRONG_MS + 1);
		expect(clock.updateCorrection([])).toBe(0);
	});

	it('does not correct either of two clocks', () => {
		expect(clockAt(NOW).updateCorrection([48 * HOUR_MS])).toBe(0);
	});

	it('corrects a clock that is earlier than the release, even with two clocks', () => {
		expect(clockAt(EARLIEST_WALL_MS - 1000).updateCorrection([5000])).toBe(5000);
	});

	it('ignores peers without a measured clock', () => {
		expect(clockAt(NOW).updateCorrection([Number.NaN, HOUR_MS, HOUR_MS])).toBe(HOUR_MS);
	});
});

describe('stamps', () => {
	it('increase within one millisecond and follow received stamps', () => {
		const clock = clockAt(NOW);
		const first = clock.stamp().hlc;
		expect(compareHlc(clock.stamp().hlc, first)).toBeGreaterThan(0);
		clock.merge({ms: NOW + HOUR_MS, counter: 7});
		expect(clock.stamp().hlc).toEqual({ms: NOW + HOUR_MS, counter: 8});
	});

	it('ignore a received stamp more than a day ahead of our wall clock', () => {
		const clock = clockAt(NOW);
		clock.merge({ms: NOW + 20 * HOUR_MS, counter: 0});
		expect(clock.merge({ms: NOW + MAX_HLC_AHEAD_MS + 1, counter: 0})).toBe(false);
		expect(clock.stamp().hlc).toEqual({ms: NOW + 20 * HOUR_MS, counter: 1});
	});

	it('follow the stamps of our own log, however far ahead they are', () => {
		const clock = clockAt(NOW);
		clock.seed({ms: NOW + 1000 * HOUR_MS, counter: 3});
		expect(clock.stamp().hlc).toEqual({ms: NOW + 1000 * HOUR_MS, counter: 4});
	});

	it('of local rows do not affect later stamps after a fast clock is corrected', () => {
		const clock = clockAt(NOW + 48 * HOUR_MS);
		const launched = clock.stampLocal();
		expect(launched.hlc.ms).toBe(NOW + 48 * HOUR_MS);
		clock.updateCorrection([-48 * HOUR_MS, -48 * HOUR_MS]);
		expect(clock.stamp()).toEqual({at: NOW, hlc: {ms: NOW, counter: 0}});
	});

	it('of events follow those of local rows, so that rows keep their order', () => {
		const clock = clockAt(NOW);
		const seen = clock.stampLocal().hlc;
		const eventStamp = clock.stamp().hlc;
		expect(compareHlc(eventStamp, seen)).toBeGreaterThan(0);
		expect(compareHlc(clock.stampLocal().hlc, eventStamp)).toBeGreaterThan(0);
	});
});
