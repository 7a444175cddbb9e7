import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {Hlc} from '../../source/core/event.js';
import {compareHlc, hlcLimit, tickHlc} from '../../source/core/event-order.js';
import {
	CLOCK_SUPPORT_MS,
	CLOCK_WRONG_MS,
	HLC_LIMIT_STEP_MS,
	MAX_CLOCK_CORRECTION_MS,
	MAX_HLC_AHEAD_MS,
	MAX_HLC_MERGED_MS,
} from '../../source/core/limits.js';
import {createNodeClock, EARLIEST_WALL_MS, LATEST_WALL_MS, medianOffset} from '../../source/node/node-clock.js';

const NOW = Date.UTC(2026, 11, 1);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const YEAR_MS = 365 * DAY_MS;
const clockAt = (ms: number) => createNodeClock(() => ms);
/** Votes of peers, each of which has an address of its own. */
const from = (...offsets: readonly number[]) => offsets.map((offsetMs, at) => ({source: `10.0.0.${at}`, offsetMs}));
/** Votes of peers that share one address. */
const fromOne = (...offsets: readonly number[]) => offsets.map(offsetMs => ({source: '10.0.0.9', offsetMs}));

describe('the median clock offset of a room', () => {
	it.each([
		[[], 0],
		[[HOUR_MS], 0],
		[[HOUR_MS, HOUR_MS], HOUR_MS],
		[[-HOUR_MS, HOUR_MS], 0],
		[[-5, -3], -3],
		[[1, 2, 30], 1],
		[[2 * DAY_MS], 2 * DAY_MS],
		[[-2 * DAY_MS], 0],
		[[0, 2 * DAY_MS, 2 * DAY_MS], 0],
	])('the median of our own clock (offset 0) and the offsets %j is %i', (offsets, median) => {
		expect(medianOffset(offsets)).toBe(median);
	});
});

describe('the correction of our clock', () => {
	it('our clock is corrected only if the median of the clock offsets exceeds CLOCK_WRONG_MS', () => {
		const clock = clockAt(NOW);
		expect(clock.updateCorrection(from(CLOCK_WRONG_MS, CLOCK_WRONG_MS))).toBe(0);
		expect(clock.updateCorrection(from(CLOCK_WRONG_MS + 1, CLOCK_WRONG_MS + 1))).toBe(CLOCK_WRONG_MS + 1);
		expect(clock.wall()).toBe(NOW + CLOCK_WRONG_MS + 1);
		expect(clock.updateCorrection([])).toBe(0);
	});

	it('our clock is not corrected if only the peers of one address differ from it, by hours, because our stamps follow the events of these peers', () => {
		expect(clockAt(NOW).updateCorrection(from(20 * HOUR_MS))).toBe(0);
		expect(clockAt(NOW).updateCorrection(from(-20 * HOUR_MS))).toBe(0);
	});

	it('of two nodes, the one that is days behind follows the other one', () => {
		expect(clockAt(NOW).updateCorrection(from(2 * DAY_MS))).toBe(2 * DAY_MS);
		expect(clockAt(NOW + 2 * DAY_MS).updateCorrection(from(-2 * DAY_MS))).toBe(0);
	});

	it('all peers of one address have one vote about the clock correction', () => {
		const liars = fromOne(2 * DAY_MS, 2 * DAY_MS, 2 * DAY_MS, 2 * DAY_MS, 2 * DAY_MS);
		expect(clockAt(NOW).updateCorrection([...liars, ...from(0)])).toBe(0);
	});

	it('an address does not cause a clock correction if one of its peers agrees with our clock', () => {
		expect(clockAt(NOW).updateCorrection(fromOne(2 * DAY_MS, 2 * DAY_MS, 1000))).toBe(0);
	});

	it('the clock correction never exceeds MAX_CLOCK_CORRECTION_MS, whatever the others claim', () => {
		expect(clockAt(NOW).updateCorrection(from(MAX_CLOCK_CORRECTION_MS))).toBe(MAX_CLOCK_CORRECTION_MS);
		for (const offset of [MAX_CLOCK_CORRECTION_MS + 1, 100 * YEAR_MS, -MAX_CLOCK_CORRECTION_MS - 1])
			expect(clockAt(NOW).updateCorrection(from(offset, offset, offset))).toBe(0);
	});

	it('our clock follows even one peer if our time is before the release of the program or years in the future', () => {
		expect(clockAt(EARLIEST_WALL_MS - 20_000 * DAY_MS).updateCorrection(from(20_030 * DAY_MS))).toBe(20_030 * DAY_MS);
		expect(clockAt(LATEST_WALL_MS + YEAR_MS).updateCorrection(from(-9 * YEAR_MS))).toBe(-9 * YEAR_MS);
	});

	it('a clock that shows a time before the release of the program is corrected to the earliest plausible clock among liars', () => {
		const clock = clockAt(0);
		expect(clock.updateCorrection(from(NOW, NOW + 100 * YEAR_MS, NOW + 5 * YEAR_MS))).toBe(NOW);
	});

	it('the correction of our clock ignores peers whose clock was not measured', () => {
		expect(clockAt(NOW).updateCorrection(from(Number.NaN, HOUR_MS, HOUR_MS))).toBe(HOUR_MS);
	});
});

describe('a node whose only peer has a clock two days ahead', () => {
	const far = from(2 * DAY_MS);

	it('a node whose only peer has a clock two days ahead follows that clock if no peer has ever agreed with its own clock', () => {
		expect(clockAt(NOW).updateCorrection(far)).toBe(2 * DAY_MS);
	});

	it('a node whose only peer has a clock two days ahead keeps its own clock for CLOCK_SUPPORT_MS after another peer agreed with it, and then follows its peer', () => {
		let now = NOW;
		const clock = createNodeClock(() => now);
		expect(clock.updateCorrection([...from(0), ...far])).toBe(0);
		now += CLOCK_SUPPORT_MS - 1;
		expect(clock.updateCorrection(far)).toBe(0);
		now += 1;
		expect(clock.updateCorrection(far)).toBe(2 * DAY_MS);
	});

	it('a node whose only peer has a clock two days ahead follows that clock if its own clock was set to another time since another peer agreed with it', () => {
		let now = NOW;
		const clock = createNodeClock(() => now);
		clock.updateCorrection(from(0));
		now -= 2 * DAY_MS;
		expect(clock.updateCorrection(far)).toBe(2 * DAY_MS);
	});
});

describe('stamps', () => {
	it('HLC stamps increase within one millisecond, and exceed every merged clock reading of a peer', () => {
		const clock = clockAt(NOW);
		const first = clock.stamp().hlc;
		expect(compareHlc(clock.stamp().hlc, first)).toBeGreaterThan(0);
		clock.merge({ms: NOW + HOUR_MS, counter: 7});
		expect(clock.stamp().hlc).toEqual({ms: NOW + HOUR_MS, counter: 8});
	});

	it('HLC stamps follow a clock reading beyond the limit only up to the limit, and ignore a reading whose event would be held back', () => {
		const clock = clockAt(NOW);
		clock.merge({ms: NOW + 20 * HOUR_MS, counter: 0});
		expect(clock.merge({ms: NOW + MAX_HLC_AHEAD_MS + 1, counter: 0})).toBe(false);
		expect(clock.stamp().hlc).toEqual({ms: NOW + 20 * HOUR_MS, counter: 1});
		expect(clock.merge({ms: NOW + MAX_HLC_AHEAD_MS, counter: 0})).toBe(false);
		expect(clock.stamp().hlc).toEqual({ms: hlcLimit(NOW), counter: 1});
	});

	it('HLC stamps follow a clock reading beyond the limit as soon as the limit has passed that reading', () => {
		let now = NOW;
		const clock = createNodeClock(() => now);
		const reading = {ms: NOW + MAX_HLC_MERGED_MS + 60_000, counter: 3};
		clock.merge(reading);
		now += HOUR_MS;
		expect(clock.stamp().hlc).toEqual({...reading, counter: 4});
	});

	it('events get correct times again when a wrong correction of our clock has ended', () => {
		const clock = clockAt(NOW);
		clock.updateCorrection(from(30 * DAY_MS));
		clock.merge({ms: NOW + 30 * DAY_MS, counter: 0});
		clock.updateCorrection(from(0, 0));
		expect(clock.stamp().hlc).toEqual({ms: NOW, counter: 0});
		clock.merge({ms: NOW + HOUR_MS, counter: 5});
		expect(clock.stamp().hlc).toEqual({ms: NOW + HOUR_MS, counter: 6});
	});

	it('after a fast clock was corrected, later HLC stamps do not depend on observations that the node made with the fast clock', () => {
		const clock = clockAt(NOW + 48 * HOUR_MS);
		const launched = clock.stampLocal();
		expect(launched.hlc.ms).toBe(NOW + 48 * HOUR_MS);
		clock.updateCorrection(from(-48 * HOUR_MS, -48 * HOUR_MS));
		expect(clock.stamp()).toEqual({at: NOW, hlc: {ms: NOW, counter: 0}});
	});

	it('stamps of events and of observations increase together, so that timeline rows keep their order', () => {
		const clock = clockAt(NOW);
		const seen = clock.stampLocal().hlc;
		const eventStamp = clock.stamp().hlc;
		expect(compareHlc(eventStamp, seen)).toBeGreaterThan(0);
		expect(compareHlc(clock.stampLocal().hlc, eventStamp)).toBeGreaterThan(0);
	});
});

describe('two honest nodes that receive the same readings of a liar', () => {
	const skew = 2000;
	/**
	 * Clock readings of a liar, in ms ahead of the clock of the first node, and the pause in ms before each of them.
	 */
	const steps = fc.array(fc.tuple(fc.integer({min: 0, max: 26 * HOUR_MS}), fc.integer({min: 1, max: 60_000})), {
		minLength: 1,
		maxLength: 30,
	});

	it('answers of two honest nodes that read the clock of a liar sort after the messages that they answer, except for seconds each hour, and are never more than 23 h ahead', () => {
		fc.assert(
			fc.property(steps, claims => {
				let now = NOW;
				const ann = createNodeClock(() => now);
				const bob = createNodeClock(() => now - skew);
				for (const [claim, pause] of claims) {
					now += pause;
					const lie: Hlc = {ms: now + claim, counter: 0};
					ann.merge(lie);
					bob.merge(lie);
					if (hlcLimit(now) !== hlcLimit(now - skew)) continue;
					const question = ann.stamp();
					bob.merge(question.hlc);
					const answer = bob.stamp();
					expect(compareHlc(answer.hlc, question.hlc)).toBeGreaterThan(0);
					ann.merge(answer.hlc);
					expect(compareHlc(ann.stamp().hlc, answer.hlc)).toBeGreaterThan(0);
					for (const {at, hlc} of [question, answer]) expect(hlc.ms - at).toBeLessThanOrEqual(MAX_HLC_MERGED_MS);
				}
			}),
		);
	});

	it('of two honest nodes that read the same clock of a liar, one follows it earlier than the other by no more than the difference of their own clocks', () => {
		const step = Math.ceil(NOW / HLC_LIMIT_STEP_MS) * HLC_LIMIT_STEP_MS;
		expect(hlcLimit(step - 1)).toBe(hlcLimit(step - HLC_LIMIT_STEP_MS));
		expect(hlcLimit(step)).toBe(hlcLimit(step - 1) + HLC_LIMIT_STEP_MS);
		expect(tickHlc({ms: hlcLimit(step), counter: 0}, step).ms).toBe(step + MAX_HLC_MERGED_MS);
	});
});
