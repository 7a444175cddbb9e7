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

/** Every event takes between one and five rows, by its seq and the width. */
function lay(view: TimelineView, width = 10, unreadBoundary = -1): LaidOutTimeline {
	return {view, unreadBoundary, height: item => 1 + (((item.entries[0]?.seq ?? 0) * 7 + width) % 5)};
}

const seqOf = (slot: Slot | undefined) => slot?.item.entries[0]?.seq;
/** What the reader looks at: the first row that belongs to an entry, and where it stands. */
function looksAt(laid: LaidOutTimeline, height: number, anchor: Anchor | undefined) {
	const {slots} = resolveViewport(laid, height, anchor);
	return {seq: seqOf(slots[0]), row: slots[0]?.row};
}

const numbers = fc.uniqueArray(fc.integer({min: 0, max: 400}), {minLength: 30, maxLength: 120});

describe('the place of the reader', () => {
	test('holds through new events below and backfill above, for any place', () => {
		fc.assert(
			fc.property(
				numbers,
				fc.array(fc.integer({min: -400, max: 800})),
				fc.integer({min: 3, max: 20}),
				fc.nat(200),
				(have, more, height, up) => {
					const before = lay(viewAll(timelineOf(have)));
					const anchor = scrollAnchor(before, height, undefined, -up - 1);
					if (!anchor) return;
					const looked = looksAt(before, height, anchor);
					const anchored = looked.seq ?? 0;
					// Between the rows of one event nothing comes; what comes stands before or behind the one looked at.
					const added = more.map(number => (number < 0 ? number - 1000 : number + 1000));
					const after = lay(viewAll(timelineOf([...new Set([...have, ...added])])));
					const now = looksAt(after, height, anchor);
					expect(now.seq).toBe(anchored);
					if ((looked.row ?? 0) >= 0) expect(now.row).toBe(looked.row);
				},
			),
		);
	});

	test('stays at the same event through a new width', () => {
		fc.assert(
			fc.property(
				numbers,
				fc.integer({min: 3, max: 12}),
				fc.nat(200),
				fc.integer({min: 11, max: 19}),
				(have, height, up, width) => {
					const view = viewAll(timelineOf(have));
					const anchor = scrollAnchor(lay(view), height, undefined, -up - 1);
					if (!anchor) return;
					const resized = resolveViewport(lay(view, width), height, anchor);
					// At the end there may be less to show than fits below the anchor: then all of the end is seen.
					if (!resized.atEnd) expect(seqOf(resized.slots[0])).toBe(anchor.key.seq);
					expect(resized.slots.some(slot => slot.item.entries[0]?.seq === anchor.key.seq)).toBe(true);
				},
			),
		);
	});

	test('a filter keeps the event looked at, or the next that passes', () => {
		fc.assert(
			fc.property(numbers, fc.integer({min: 3, max: 8}), fc.nat(100), (have, height, up) => {
				const timeline = timelineOf(have);
				const anchor = scrollAnchor(lay(viewAll(timeline)), height, undefined, -up - 1);
				if (!anchor) return;
				const view = createFilteredView(entry => entry.seq % 3 === 0)(timeline);
				const {slots, atEnd} = resolveViewport(lay(view), height, anchor);
				const next = [...have]
					.sort((a, b) => a - b)
					.find(number => number + 1 >= anchor.key.seq && (number + 1) % 3 === 0);
				if (!atEnd && next !== undefined) expect(seqOf(slots[0])).toBe(next + 1);
			}),
		);
	});

	test('scrolling up and down again comes back to the same rows', () => {
		fc.assert(
			fc.property(
				numbers,
				fc.integer({min: 3, max: 12}),
				fc.integer({min: 1, max: 40}),
				fc.integer({min: 1, max: 40}),
				(have, height, up, more) => {
					const laid = lay(viewAll(timelineOf(have)));
					const first = scrollAnchor(laid, height, undefined, -up);
					const second = scrollAnchor(laid, height, first, -more);
					if (!first || resolveViewport(laid, height, second).atStart) return;
					expect(scrollAnchor(laid, height, second, more)).toEqual(first);
				},
			),
		);
	});

	test('every row is drawn once, in order, and the view is full whenever there is enough', () => {
		fc.assert(
			fc.property(numbers, fc.integer({min: 3, max: 30}), fc.nat(300), (have, height, up) => {
				const laid = lay(viewAll(timelineOf(have)));
				const {slots} = resolveViewport(laid, height, scrollAnchor(laid, height, undefined, -up));
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

describe('moving', () => {
	const laid = lay(viewAll(timelineOf(Array.from({length: 100}, (_, index) => index))));

	test('follows the end until scrolled, and again when scrolled back to it', () => {
		expect(resolveViewport(laid, 10, undefined)).toMatchObject({atEnd: true, entriesBelow: 0});
		const up = scrollAnchor(laid, 10, undefined, -3);
		expect(up).toBeDefined();
		expect(scrollAnchor(laid, 10, up, 3)).toBeUndefined();
		expect(scrollAnchor(laid, 10, up, 300)).toBeUndefined();
	});

	test('shows what is jumped to, and stays where it is when that is seen already', () => {
		const {key} = {key: {ms: START + 50_000, counter: 0, peer: fakePeerId(2), seq: 51}};
		const anchor = anchorShowing(laid, 10, undefined, key);
		expect(resolveViewport(laid, 10, anchor).slots.map(seqOf)).toContain(51);
		expect(anchorShowing(laid, 10, anchor, key)).toBe(anchor);
	});

	test('less than a screen stands at its end', () => {
		const few = lay(viewAll(timelineOf([1, 2])));
		expect(resolveViewport(few, 30, undefined)).toMatchObject({atEnd: true, atStart: true});
		expect(scrollAnchor(few, 30, undefined, -5)).toBeUndefined();
		expect(resolveViewport(lay(viewAll(emptyTimeline)), 5, undefined).slots).toEqual([]);
	});
});

describe('rules and runs', () => {
	test('a day begins with a rule, what is unread as well', () => {
		const slots = resolveViewport(lay(viewAll(timelineOf([0, 1, 90_000])), 10, 1), 30, undefined).slots;
		expect(slots.filter(slot => slot.rule).map(slot => [slot.rule, slot.item.from])).toEqual([
			['day', 0],
			['unread', 1],
			['day', 2],
		]);
	});

	test('three or more who come or go in a row are one item, but not across the unread rule', () => {
		const entries = [post(0), post(1, {type: 'left'}), post(2, {type: 'left'}), post(3, {type: 'left'}), post(4)];
		const view = viewAll(insertEntries(emptyTimeline, entries));
		const items = (cut: number) => [
			...new Set(
				resolveViewport(lay(view, 10, cut), 50, undefined).slots.map(slot => `${slot.item.from}-${slot.item.to}`),
			),
		];
		expect(items(-1)).toEqual(['0-1', '1-4', '4-5']);
		expect(items(2)).toEqual(['0-1', '1-2', '2-3', '3-4', '4-5']);
	});
});
