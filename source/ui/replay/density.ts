/** How rows lie in time, for the strip: counts and marks by cell. Pure. */
import {findFirstIndex} from '../../core/search.js';
import type {TimelineView} from '../timeline/timeline-view.js';

/** Cell of a time among `cells` between `start` and `end`. */
export function cellOf(time: number, start: number, end: number, cells: number): number {
	if (end <= start) return 0;
	const cell = Math.floor(((time - start) / (end - start)) * cells);
	return Math.max(0, Math.min(cells - 1, cell));
}

/** Rows in each of `cells` equal stretches of time. Costs a search a cell, however long the timeline is. */
export function countRows(view: TimelineView, start: number, end: number, cells: number): number[] {
	const counts: number[] = [];
	let before = 0;
	for (let cell = 1; cell <= cells; cell++) {
		const until = start + ((end - start) * cell) / cells;
		const reached =
			cell === cells
				? view.length
				: findFirstIndex(before, view.length, position => (view.at(position)?.ms ?? 0) >= until);
		counts.push(reached - before);
		before = reached;
	}
	return counts;
}

/** Heights 0 to `levels`: 0 only where there is nothing; square roots, so that a busy hour does not flatten the rest. */
export function heightsOf(counts: readonly number[], levels: number): number[] {
	const most = Math.max(1, ...counts);
	return counts.map(count => (count === 0 ? 0 : Math.max(1, Math.round(Math.sqrt(count / most) * levels))));
}
