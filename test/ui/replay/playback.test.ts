import {describe, expect, test} from 'vitest';
import {createHistory} from '../../../source/core/history.js';
import {entryAt} from '../../../source/core/timeline.js';
import {drawSparkline} from '../../../source/ui/replay/activity-sparkline.js';
import {advancePlayhead, changeSpeed, startPlaying, updatePlayhead} from '../../../source/ui/replay/playback.js';
import {createReplayFrameCache, type ReplayContext} from '../../../source/ui/replay/replay-frame.js';
import {initialReplayUi} from '../../../source/ui/replay/replay-state.js';
import {createSearchIndex} from '../../../source/ui/replay/search-index.js';
import {createTheme} from '../../../source/ui/theme.js';
import {keyOf} from '../../../source/ui/timeline/viewport.js';
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
	test('playback advances at the original pace or a multiple of it', () => {
		const history = createTestHistory();
		expect(advancePlayhead(history, start, 999, {speed: 1, skipIdle: false})).toEqual({time: T0 + 999, index: 1});
		expect(advancePlayhead(history, start, 1000, {speed: 1, skipIdle: false}).index).toBe(2);
		expect(advancePlayhead(history, start, 1000, {speed: 16, skipIdle: false}).index).toBe(3);
		expect(advancePlayhead(history, start, 1000, {speed: 0.25, skipIdle: false}).time).toBe(T0 + 250);
	});

	test('playback that skips idle time shortens each pause of more than two seconds to two seconds, and changes no other pause', () => {
		const history = createTestHistory();
		const skipping = {speed: 1, skipIdle: true};
		const third = advancePlayhead(history, start, 3000, skipping);
		expect(third).toEqual({time: T0 + 3000, index: 3});
		expect(advancePlayhead(history, third, 1999, skipping)).toEqual({time: T0 + 4999, index: 3});
		expect(advancePlayhead(history, third, 2300, skipping)).toEqual({time: T0 + 600_300, index: 4});
	});

	test('playback that skips idle time goes to the next record also from the middle of a pause', () => {
		const history = createTestHistory();
		const middle = {time: T0 + 300_000, index: 3};
		expect(advancePlayhead(history, middle, 100, {speed: 1, skipIdle: true})).toEqual({time: T0 + 600_100, index: 4});
	});

	test('playback reaches the same position in many small steps as in one long step', () => {
		const history = createTestHistory();
		for (const skipIdle of [false, true]) {
			let head = start;
			for (let at = 0; at < 700; at++) head = advancePlayhead(history, head, 10, {speed: 1, skipIdle});
			const once = advancePlayhead(history, start, 7000, {speed: 1, skipIdle});
			expect(head.index).toBe(once.index);
			expect(head.time).toBe(once.time);
		}
	});

	test('playback advances by at least one record in each step at maximum speed', () => {
		const history = createTestHistory();
		let head = start;
		for (let at = 0; at < 4; at++)
			head = advancePlayhead(history, head, 16, {speed: Number.POSITIVE_INFINITY, skipIdle: false});
		expect(head).toEqual({time: T0 + 601_000, index: 5});
	});

	test('each change of the playback speed selects the next speed, up to the highest and down to the lowest', () => {
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

describe('playback from a row', () => {
	const ANN = peerId('02');
	const theme = createTheme({unicode: true, depth: 0});

	/** A log that received 10 messages of Ben, then an earlier event of Ann, and then 20 more messages of Ben. */
	function createLateHistory() {
		const history = createHistory();
		const message = (at: number) => posted(BEN, at + 2, 1000 + at * 1000);
		history.append([learn(1000, [joined(BEN, 1000, 'Ben')])]);
		for (let at = 0; at < 10; at++) history.append([learn(1000 + at * 1000, [message(at)])]);
		history.append([learn(11_500, [joined(ANN, 0, 'Ann')])]);
		for (let at = 10; at < 30; at++) history.append([learn(2000 + at * 1000, [message(at)])]);
		return history;
	}

	function setUp(selectedRow: number) {
		const history = createLateHistory();
		const frameOf = createReplayFrameCache(theme);
		const context: ReplayContext = {
			history,
			frameOf,
			searchIndex: createSearchIndex(),
			now: 0,
			parseTime: () => undefined,
		};
		const entry = entryAt(history.state.timeline, selectedRow);
		const review = {
			...initialReplayUi({columns: 80, rows: 24, speed: 1, filter: undefined, bookmarks: []}),
			loadedFraction: 1,
			selected: entry && keyOf(entry),
		};
		const bars = (ui: typeof review) =>
			drawSparkline({ui, frame: frameOf(history, ui), hits: {count: 0, complete: true, times: []}, theme})
				.histogram.map(({text}) => text)
				.join('');
		return {review, context, bars};
	}

	test('playback says from which event it plays if the log received the selected event only after events with later times', () => {
		const {review, context} = setUp(0);
		const playing = startPlaying(review, context);
		expect(playing.flash?.text).toMatch(/event 12\b.*event 1\b/);
		expect(updatePlayhead(playing, {...context, now: 100}).flash).toBeDefined();
		expect(updatePlayhead(playing, {...context, now: 5000}).flash).toBeUndefined();
	});

	test('playback shows no message above the status line if it begins at the selected row', () => {
		const {review, context} = setUp(15);
		expect(startPlaying(review, context).flash).toBeUndefined();
	});

	test('playback does not change the histogram, which always shows the whole log', () => {
		const {review, context, bars} = setUp(15);
		const playing = startPlaying(review, context);
		expect(playing.mode).toBe('playing');
		expect(bars(playing)).toBe(bars(review));
	});
});
