import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {compareOrder} from '../../source/core/event-order.js';
import type {TimelineEntry} from '../../source/core/timeline.js';
import {
	dropFirst,
	emptyTimeline,
	entryAt,
	hasEntry,
	insertEntries,
	PAGE_SIZE,
	positionOf,
	removeEntry,
	sliceTimeline,
	type Timeline,
} from '../../source/core/timeline.js';
import {peerId, posted} from './make-events.js';

const peers = ['0a', '7f', 'ff'].map(peerId);
const at = (ms: number, peer = 0): TimelineEntry => posted(peers[peer]!, ms, ms);
const range = (from: number, to: number, step = 1) =>
	Array.from({length: Math.ceil((to - from) / step)}, (_, index) => at(from + index * step));
const all = (timeline: Timeline) => sliceTimeline(timeline, 0, timeline.length);
const sorted = (entries: Iterable<TimelineEntry>) => [...entries].sort(compareOrder);

function expectValid(timeline: Timeline): void {
	const entries = timeline.pages.flat();
	expect(entries.length).toBe(timeline.length);
	expect(timeline.starts.length).toBe(timeline.pages.length);
	let start = 0;
	for (const [index, page] of timeline.pages.entries()) {
		expect(page.length).toBeGreaterThan(0);
		expect(page.length).toBeLessThanOrEqual(PAGE_SIZE);
		expect(timeline.starts[index]).toBe(start);
		start += page.length;
	}
	for (let index = 1; index < entries.length; index++) {
		expect(compareOrder(entries[index - 1]!, entries[index]!)).toBeLessThan(0);
	}
}

const entry = fc.tuple(fc.nat(40), fc.nat(2)).map(([ms, peer]) => at(ms, peer));
const blocks = fc.tuple(fc.nat(3000), fc.integer({min: 1, max: 1400}), fc.integer({min: 1, max: 5}), fc.nat(2));
const block = blocks.map(([from, count, step, peer]) =>
	Array.from({length: count}, (_, index) => at(from + index * step, peer)),
);
const step = fc.oneof(
	fc.record({insert: fc.array(entry, {maxLength: 12}).map(sorted)}),
	fc.record({insert: block}),
	fc.record({remove: fc.tuple(fc.nat(3000), fc.nat(2)).map(([ms, peer]) => at(ms, peer))}),
	fc.record({removeNth: fc.nat()}),
);

describe('a timeline', () => {
	it('after any insertions and removals, a timeline contains the same entries as a sorted array without duplicates', () => {
		fc.assert(
			fc.property(fc.array(step, {maxLength: 14}), steps => {
				let timeline = emptyTimeline;
				const model = new Map<string, TimelineEntry>();
				const key = (item: TimelineEntry) => `${item.ms} ${item.peer} ${item.seq}`;
				for (const action of steps) {
					if ('insert' in action) {
						timeline = insertEntries(timeline, action.insert);
						for (const item of action.insert) if (!model.has(key(item))) model.set(key(item), item);
					} else {
						const item =
							'remove' in action ? action.remove : entryAt(timeline, action.removeNth % (timeline.length || 1));
						if (item) timeline = removeEntry(timeline, item);
						if (item) model.delete(key(item));
					}
				}
				expect(all(timeline)).toEqual(sorted(model.values()));
				expectValid(timeline);
			}),
			{numRuns: 150},
		);
	});

	it('a timeline finds entries by position and positions by key', () => {
		fc.assert(
			fc.property(block, entry, (entries, probe) => {
				const timeline = insertEntries(emptyTimeline, entries);
				const before = entries.filter(item => compareOrder(item, probe) < 0).length;
				expect(positionOf(timeline, probe)).toBe(before);
				expect(hasEntry(timeline, probe)).toBe(entries.some(item => compareOrder(item, probe) === 0));
				for (const index of [0, 1, 511, 512, entries.length - 1, entries.length, -1]) {
					expect(entryAt(timeline, index)).toBe(entries[index]);
				}
				expect(sliceTimeline(timeline, before - 3, before + 700)).toEqual(
					entries.slice(Math.max(0, before - 3), before + 700),
				);
			}),
			{numRuns: 50},
		);
	});

	it('a timeline shares all pages that an insertion does not change with the previous timeline', () => {
		const timeline = insertEntries(emptyTimeline, range(0, 40_000, 2));
		const extended = insertEntries(timeline, [at(10_001), at(10_003), at(30_001)]);
		const pagesBefore = new Set(timeline.pages);
		expect(extended.length).toBe(timeline.length + 3);
		expect(extended.pages.filter(page => !pagesBefore.has(page)).length).toBeLessThanOrEqual(4);
		expectValid(extended);
	});

	it('a timeline shares all full pages with the previous timeline when entries are appended', () => {
		const timeline = insertEntries(emptyTimeline, range(0, PAGE_SIZE * 2));
		const extended = insertEntries(timeline, range(PAGE_SIZE * 2, PAGE_SIZE * 2 + 3));
		expect(extended.pages.slice(0, 2)).toEqual(timeline.pages);
		expect(extended.pages[1]).toBe(timeline.pages[1]);
		expect(extended.pages.length).toBe(3);
	});

	it('a timeline stays the same object if there is no entry to insert or remove', () => {
		const timeline = insertEntries(emptyTimeline, range(0, 2000));
		expect(insertEntries(timeline, range(500, 1500))).toBe(timeline);
		expect(insertEntries(timeline, [])).toBe(timeline);
		expect(removeEntry(timeline, at(7, 2))).toBe(timeline);
		expect(removeEntry(timeline, at(9000))).toBe(timeline);
	});

	it('a timeline can drop any number of its first entries', () => {
		const entries = range(0, PAGE_SIZE * 3 + 7);
		const timeline = insertEntries(emptyTimeline, entries);
		for (const count of [0, 1, 511, 512, 513, 1100, entries.length - 1, entries.length, entries.length + 5]) {
			const remaining = dropFirst(timeline, count);
			expect(all(remaining)).toEqual(entries.slice(count));
			expectValid(remaining);
		}
		expect(dropFirst(timeline, entries.length)).toBe(emptyTimeline);
	});

	it('a timeline is empty after the last entry is removed', () => {
		const timeline = insertEntries(emptyTimeline, [at(1)]);
		expect(removeEntry(timeline, at(1))).toBe(emptyTimeline);
	});
});
