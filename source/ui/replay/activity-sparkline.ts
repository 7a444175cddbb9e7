/** The strip below the transport bar: the whole log in time, and where one is. Pure. */

import {findFirstIndex} from '../../core/binary-search.js';
import type {Segment} from '../theme.js';
import {formatMoment, formatTime, localDayNumber} from '../timeline/format-time.js';
import type {TimelineView} from '../timeline/timeline-view.js';
import {parseOrderString} from './position.js';
import type {TransportRequest} from './transport-bar.js';

type SparklineRequest = Pick<TransportRequest, 'ui' | 'frame' | 'hits' | 'theme'>;

export interface ActivitySparkline {
	readonly histogram: Segment[];
	readonly marks: Segment[];
}

/** Two rows: how many events when, from start to end, and below it bookmarks, matches and the position. */
export function drawSparkline({ui, frame, hits, theme}: SparklineRequest): ActivitySparkline {
	const {start, end, view} = frame;
	const days = localDayNumber(start) !== localDayNumber(end);
	const label = (time: number) => (days ? formatMoment(time).slice(5, 16) : formatTime(time, 'minutes'));
	const wide = ui.columns >= 40;
	const left = wide ? ` ${label(start)} ` : ' ';
	const right = wide ? ` ${label(end)} ` : ' ';
	const cells = Math.max(1, ui.columns - left.length - right.length);
	const heights = barHeights(countEntriesPerCell(view, start, end, cells), theme.glyphs.histogram.length - 1);
	const here = cellOfTime(frame.time, start, end, cells);
	const glyph = (height: number) => theme.glyphs.histogram[height] ?? ' ';
	const drawn = heights.map(glyph);
	const histogram: Segment[] = [
		{text: left, style: theme.muted},
		{text: drawn.slice(0, here).join('')},
		{text: drawn[here] ?? ' ', style: {inverse: true}},
		{text: drawn.slice(here + 1).join(''), style: theme.muted},
		{text: right, style: theme.muted},
	];
	return {histogram, marks: drawMarks({ui, frame, hits, theme}, {indent: left.length, cells, here})};
}

interface MarkRowPlace {
	readonly indent: number;
	readonly cells: number;
	readonly here: number;
}

function drawMarks({ui, frame, hits, theme}: SparklineRequest, lanes: MarkRowPlace): Segment[] {
	const {indent, cells, here} = lanes;
	const {start, end} = frame;
	const row: Segment[] = Array.from({length: cells}, () => ({text: ' '}));
	if (ui.search !== '') {
		for (const time of hits.times) row[cellOfTime(time, start, end, cells)] = {text: theme.glyphs.match};
	}
	for (const order of ui.bookmarks) {
		const key = parseOrderString(order);
		if (key && key.ms >= start && key.ms <= end)
			row[cellOfTime(key.ms, start, end, cells)] = {text: theme.glyphs.bookmark, style: theme.warn};
	}
	const bookmarked = row[here]?.text === theme.glyphs.bookmark;
	if (!bookmarked) row[here] = {text: theme.glyphs.position, style: {bold: true}};
	return [{text: ' '.repeat(indent)}, ...mergeEqualStyles(row)];
}

function mergeEqualStyles(row: readonly Segment[]): Segment[] {
	const joined: Segment[] = [];
	for (const segment of row) {
		const last = joined.at(-1);
		if (last && last.style === segment.style) joined[joined.length - 1] = {...last, text: last.text + segment.text};
		else joined.push(segment);
	}
	return joined;
}

/** How rows lie in time, for the strip: counts and marks by cell. Pure. */

/** Cell of a time among `cells` between `start` and `end`. */
export function cellOfTime(time: number, start: number, end: number, cells: number): number {
	if (end <= start) return 0;
	const cell = Math.floor(((time - start) / (end - start)) * cells);
	return Math.max(0, Math.min(cells - 1, cell));
}

/** Rows in each of `cells` equal stretches of time. Costs a search a cell, however long the timeline is. */
export function countEntriesPerCell(view: TimelineView, start: number, end: number, cells: number): number[] {
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
export function barHeights(counts: readonly number[], levels: number): number[] {
	const most = Math.max(1, ...counts);
	return counts.map(count => (count === 0 ? 0 : Math.max(1, Math.round(Math.sqrt(count / most) * levels))));
}
