import {describe, expect, test} from 'vitest';
import {createHistory} from '../../../source/core/history.js';
import {advancePlayhead, changeSpeed} from '../../../source/ui/replay/playback.js';
import {initialReplayUi} from '../../../source/ui/replay/replay-state.js';
import {joined, learn, peerId, posted, T0} from '../../core/make-events.js';

const BEN = peerId('01');

/** A history with records at 0, 1, 3, 600 and 601 s. */
function createTestHistory() {
	const history = createHistory();
	const seconds = [1, 3, 600, 601];
	history.append([learn(0, [joined(BEN, 0, 'Ben')])]);
	history.append(seconds.map((second, at) => learn(second * 1000, [posted(BEN, at + 2, second * 1000)])));
	return history;
}

const start = {time: T0, index: 1};

describe('playback', () => {
	test('advances at the original pace or a multiple of it', () => {
		const history = createTestHistory();
		expect(advancePlayhead(history, start, 999, {speed: 1, skipIdle: false})).toEqual({time: T0 + 999, index: 1});
		expect(advancePlayhead(history, start, 1000, {speed: 1, skipIdle: false}).index).toBe(2);
		expect(advancePlayhead(history, start, 1000, {speed: 16, skipIdle: false}).index).toBe(3);
		expect(advancePlayhead(history, start, 1000, {speed: 0.25, skipIdle: false}).time).toBe(T0 + 250);
	});

	test('shortens a longer pause to two seconds, and changes no other pause', () => {
		const history = createTestHistory();
		const skipping = {speed: 1, skipIdle: true};
		const third = advancePlayhead(history, start, 3000, skipping);
		expect(third).toEqual({time: T0 + 3000, index: 3});
		expect(advancePlayhead(history, third, 1999, skipping)).toEqual({time: T0 + 4999, index: 3});
		expect(advancePlayhead(history, third, 2300, skipping)).toEqual({time: T0 + 600_300, index: 4});
	});

	test('skips to the next record from the middle of a pause', () => {
		const history = createTestHistory();
		const middle = {time: T0 + 300_000, index: 3};
		expect(advancePlayhead(history, middle, 100, {speed: 1, skipIdle: true})).toEqual({time: T0 + 600_100, index: 4});
	});

	test('reaches the same position in many small steps as in one', () => {
		const history = createTestHistory();
		for (const skipIdle of [false, true]) {
			let head = start;
			for (let at = 0; at < 700; at++) head = advancePlayhead(history, head, 10, {speed: 1, skipIdle});
			const once = advancePlayhead(history, start, 7000, {speed: 1, skipIdle});
			expect(head.index).toBe(once.index);
			expect(head.time).toBe(once.time);
		}
	});

	test('advances by at least one record in each step at maximum speed', () => {
		const history = createTestHistory();
		let head = start;
		for (let at = 0; at < 4; at++)
			head = advancePlayhead(history, head, 16, {speed: Number.POSITIVE_INFINITY, skipIdle: false});
		expect(head).toEqual({time: T0 + 601_000, index: 5});
	});

	test('steps through the speeds and stops at the lowest and highest', () => {
		let ui = initialReplayUi({columns: 80, rows: 24, speed: 1, filter: undefined, bookmarks: []});
		const change = (by: 1 | -1) => () => {
			ui = changeSpeed(ui, by);
			return ui.speed;
		};
		const up = Array.from({length: 6}, change(1));
		expect(up).toEqual([2, 4, 8, 16, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
		const down = Array.from({length: 8}, change(-1));
		expect(down).toEqual([16, 8, 4, 2, 1, 0.5, 0.25, 0.25]);
		expect(changeSpeed({...ui, speed: 3}, 1).speed).toBe(4);
		expect(changeSpeed({...ui, speed: 3}, -1).speed).toBe(2);
	});
});
