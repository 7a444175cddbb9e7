import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {FeedEvent} from '../../../source/core/event.js';
import {emptyTimeline, insertEntries, type Timeline} from '../../../source/core/timeline.js';
import {createFilteredView, type TimelineView, viewAll} from '../../../source/ui/timeline/timeline-view.js';
import {
	type Anchor,
	anchorShowing,
	type LaidOutTimeline,
	resolveViewport,
	type Slot,
	scrollAnchor,
} from '../../../source/ui/timeline/viewport.js';
import {fakePeerId} from '../../helpers/fake-chat-node.js';

const START = Date.UTC(2026, 10, 22, 10);

function post(
	number: number,
	body: {type: 'posted'; text: string} | {type: 'left'} = {type: 'posted', text: 'x'},
): FeedEvent {
	return {
		...body,
		peer: fakePeerId(2),
		seq: number + 1,
		at: START + number * 1000,
		ms: START + number * 1000,
		counter: 0,
	};
}

function timelineOf(numbers: readonly number[]): Timeline {
	return insertEntries(
		emptyTimeline,
		[...numbers].sort((a, b) => a - b).map(number => post(number)),
	);
}

/** A layout in which every event has one to five rows, depending on its seq and the width. */
function layOut(view: TimelineView, width = 10, unreadBoundary = -1): LaidOutTimeline {
	return {view, unreadBoundary, height: item => 1 + (((item.entries[0]?.seq ?? 0) * 7 + width) % 5)};
}

const seqOf = (slot: Slot | undefined) => slot?.item.entries[0]?.seq;
/** The event and row at the top of the viewport. */
function topRow(laidOut: LaidOutTimeline, height: number, anchor: Anchor | undefined) {
	const {slots} = resolveViewport(laidOut, height, anchor);
	return {seq: seqOf(slots[0]), row: slots[0]?.row};
}

const numbers = fc.uniqueArray(fc.integer({min: 0, max: 400}), {minLength: 30, maxLength: 120});

describe('the reading position', () => {
	test('the reading position stays the same when new events arrive below it and older ones above it', () => {
		fc.assert(
			fc.property(
				numbers,
				fc.array(fc.integer({min: -400, max: 800})),
				fc.integer({min: 3, max: 20}),
				fc.nat(200),
				(have, more, height, up) => {
					const before = layOut(viewAll(timelineOf(have)));
					const anchor = scrollAnchor(before, height, undefined, -up - 1);
					if (!anchor) return;
					const topBefore = topRow(before, height, anchor);
					const anchored = topBefore.seq ?? 0;
					// New events appear before or after an event, never between its rows.
					const added = more.map(number => (number < 0 ? number - 1000 : number + 1000));
					const after = layOut(viewAll(timelineOf([...new Set([...have, ...added])])));
					const topAfter = topRow(after, height, anchor);
					expect(topAfter.seq).toBe(anchored);
					if ((topBefore.row ?? 0) >= 0) expect(topAfter.row).toBe(topBefore.row);
				},
			),
		);
	});

	test('the reading position stays at the same event when the width changes', () => {
		fc.assert(
			fc.property(
				numbers,
				fc.integer({min: 3, max: 12}),
				fc.nat(200),
				fc.integer({min: 11, max: 19}),
				(have, height, up, width) => {
					const view = viewAll(timelineOf(have));
					const anchor = scrollAnchor(layOut(view), height, undefined, -up - 1);
					if (!anchor) return;
					const resized = resolveViewport(layOut(view, width), height, anchor);
					// If fewer rows follow the anchor (the event at the top) than the viewport can show, the viewport shows the
					// end of the timeline instead.
					if (!resized.atEnd) expect(seqOf(resized.slots[0])).toBe(anchor.key.seq);
					expect(resized.slots.some(slot => slot.item.entries[0]?.seq === anchor.key.seq)).toBe(true);
				},
			),
		);
	});

	test('the reading position stays at the same event, or at the next event that passes the filter, when the user sets a filter', () => {
		fc.assert(
			fc.property(numbers, fc.integer({min: 3, max: 8}), fc.nat(100), (have, height, up) => {
				const timeline = timelineOf(have);
				const anchor = scrollAnchor(layOut(viewAll(timeline)), height, undefined, -up - 1);
				if (!anchor) return;
				const view = createFilteredView(entry => entry.seq % 3 === 0)(timeline);
				const {slots, atEnd} = resolveViewport(layOut(view), height, anchor);
				const next = [...have]
					.sort((a, b) => a - b)
					.find(number => number + 1 >= anchor.key.seq && (number + 1) % 3 === 0);
				if (!atEnd && next !== undefined) expect(seqOf(slots[0])).toBe(next + 1);
			}),
		);
	});

	test('the reading position is the same after scrolling up and back down', () => {
		fc.assert(
			fc.property(
				numbers,
				fc.integer({min: 3, max: 12}),
				fc.integer({min: 1, max: 40}),
				fc.integer({min: 1, max: 40}),
				(have, height, up, more) => {
					const laidOut = layOut(viewAll(timelineOf(have)));
					const first = scrollAnchor(laidOut, height, undefined, -up);
					const second = scrollAnchor(laidOut, height, first, -more);
					if (!first || resolveViewport(laidOut, height, second).atStart) return;
					expect(scrollAnchor(laidOut, height, second, more)).toEqual(first);
				},
			),
		);
	});

	test('from any reading position, the viewport shows each row once and in order, and is full if the timeline has enough rows', () => {
		fc.assert(
			fc.property(numbers, fc.integer({min: 3, max: 30}), fc.nat(300), (have, height, up) => {
				const laidOut = layOut(viewAll(timelineOf(have)));
				const {slots} = resolveViewport(laidOut, height, scrollAnchor(laidOut, height, undefined, -up));
				expect(slots).toHaveLength(height);
				for (let index = 1; index < slots.length; index++) {
					const [above, below] = [slots[index - 1], slots[index]];
					if (above?.item.from === below?.item.from) expect(below?.row).toBe((above?.row ?? 0) + 1);
					else expect(below?.item.from).toBe(above?.item.to);
				}
			}),
		);
	});
});

describe('the viewport', () => {
	const laidOut = layOut(viewAll(timelineOf(Array.from({length: 100}, (_, index) => index))));

	test('the viewport stops following the end when the user scrolls up, and follows again when the user scrolls back', () => {
		expect(resolveViewport(laidOut, 10, undefined)).toMatchObject({atEnd: true, entriesBelow: 0});
		const up = scrollAnchor(laidOut, 10, undefined, -3);
		expect(up).toBeDefined();
		expect(scrollAnchor(laidOut, 10, up, 3)).toBeUndefined();
		expect(scrollAnchor(laidOut, 10, up, 300)).toBeUndefined();
	});

	test('the viewport shows the target of a jump, and does not move if the target is visible already', () => {
		const key = {ms: START + 50_000, counter: 0, peer: fakePeerId(2), seq: 51};
		const anchor = anchorShowing(laidOut, 10, undefined, key);
		expect(resolveViewport(laidOut, 10, anchor).slots.map(seqOf)).toContain(51);
		expect(anchorShowing(laidOut, 10, anchor, key)).toBe(anchor);
	});

	test('the viewport does not scroll a timeline that is shorter than the viewport', () => {
		const few = layOut(viewAll(timelineOf([1, 2])));
		expect(resolveViewport(few, 30, undefined)).toMatchObject({atEnd: true, atStart: true});
		expect(scrollAnchor(few, 30, undefined, -5)).toBeUndefined();
		expect(resolveViewport(layOut(viewAll(emptyTimeline)), 5, undefined).slots).toEqual([]);
	});
});

describe('the timeline', () => {
	test('the timeline draws a rule above the first entry of a day and above the first unread entry', () => {
		const slots = resolveViewport(layOut(viewAll(timelineOf([0, 1, 90_000])), 10, 1), 30, undefined).slots;
		expect(slots.filter(slot => slot.rule).map(slot => [slot.rule, slot.item.from])).toEqual([
			['day', 0],
			['unread', 1],
			['day', 2],
		]);
	});

	test('the timeline sums up three or more consecutive arrivals and departures, or two of one peer, in one row, but not across the line above unread messages', () => {
		const entries = [post(0), post(1, {type: 'left'}), post(2, {type: 'left'}), post(3, {type: 'left'}), post(4)];
		const view = viewAll(insertEntries(emptyTimeline, entries));
		const items = (unreadBoundary: number) => [
			...new Set(
				resolveViewport(layOut(view, 10, unreadBoundary), 50, undefined).slots.map(
					slot => `${slot.item.from}-${slot.item.to}`,
				),
			),
		];
		expect(items(-1)).toEqual(['0-1', '1-4', '4-5']);
		expect(items(2)).toEqual(['0-1', '1-2', '2-4', '4-5']);
		expect(items(3)).toEqual(['0-1', '1-3', '3-4', '4-5']);
	});
});
