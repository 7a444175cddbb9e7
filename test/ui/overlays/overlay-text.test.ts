import {expect, test} from 'vitest';
import {
	firstVisibleLine,
	SCROLL_TO_END,
	SCROLL_TO_START,
	scrollOverlayBy,
} from '../../../source/ui/overlays/overlay-text.js';

/** The first visible line of an overlay of 100 lines, of which 20 are visible, after scrolling by these steps. */
const top = (...steps: number[]) => firstVisibleLine(steps.reduce(scrollOverlayBy, 0), 100, 20);

test('an overlay scrolls from its start and from its end, and jumps to both ends', () => {
	expect(top(18, 18, -1)).toBe(35);
	expect(top(SCROLL_TO_END)).toBe(80);
	expect(top(SCROLL_TO_END, -18)).toBe(62);
	expect(top(SCROLL_TO_END, 18, -18)).toBe(62);
	expect(top(SCROLL_TO_END, -18, SCROLL_TO_START)).toBe(0);
	expect(top(SCROLL_TO_START, -5, 3)).toBe(3);
});

test('an overlay that fits on the page does not scroll', () => {
	expect([0, SCROLL_TO_END, SCROLL_TO_END - 18].map(scroll => firstVisibleLine(scroll, 5, 20))).toEqual([0, 0, 0]);
});
