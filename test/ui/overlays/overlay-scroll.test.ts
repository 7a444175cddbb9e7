import {expect, test} from 'vitest';
import {scrollBy, TO_END, TO_START, topLine} from '../../../source/ui/overlays/overlay-scroll.js';

/** The line at the top after these steps, of 100 lines on pages of 20. */
const top = (...steps: number[]) => topLine(steps.reduce(scrollBy, 0), 100, 20);

test('an overlay scrolls from the start, from the end, and to both', () => {
	expect(top(18, 18, -1)).toBe(35);
	expect(top(TO_END)).toBe(80);
	expect(top(TO_END, -18)).toBe(62);
	expect(top(TO_END, 18, -18)).toBe(62);
	expect(top(TO_END, -18, TO_START)).toBe(0);
	expect(top(TO_START, -5, 3)).toBe(3);
});

test('nothing scrolls where all is seen', () => {
	expect([0, TO_END, TO_END - 18].map(scroll => topLine(scroll, 5, 20))).toEqual([0, 0, 0]);
});
