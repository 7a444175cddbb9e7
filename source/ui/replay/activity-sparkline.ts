/** Activity histogram of the whole log, below the transport bar, with marks for bookmarks, matches and the position. */
import {findFirstIndex} from '../../core/binary-search.js';
import type {Segment} from '../theme.js';
import {formatMoment, formatTime, localDayNumber} from '../timeline/format-time.js';
import type {TimelineView} from '../timeline/timeline-view.js';
import {parseOrderString} from './position.js';
import type {TransportRequest} from './transport-bar.js';

type SparklineRequest = Pick<TransportRequest, 'ui' | 'frame' | 'hits' | 'theme'>;

/** The two rows of the sparkline, as segments. */
export interface ActivitySparkline {
	readonly histogram: Segment[];
	readonly marks: Segment[];
}

/** Draws the histogram from start to end of the log, and the marks below it. */
export function drawSparkline({ui, frame, hits, theme}: SparklineRequest): ActivitySparkline {
	const {start, end, wholeView} = frame;
	const isSeveralDays = localDayNumber(start) !== localDayNumber(end);
	const label = (time: number) => (isSeveralDays ? formatMoment(time).slice(5, 16) : formatTime(time, 'minutes'));
	const hasLabels = ui.columns >= 40;
	const left = hasLabels ? ` ${label(start)} ` : ' ';
	const right = hasLabels ? ` ${label(end)} ` : ' ';
	const cells = Math.max(1, ui.columns - left.length - right.length);
	const heights = barHeights(countEntriesPerCell(wholeView, start, end, cells), theme.glyphs.histogram.length - 1);
	const current = cellOfTime(frame.time, start, end, cells);
	const glyph = (height: number) => theme.glyphs.histogram[height] ?? ' ';
	const bars = heights.map(glyph);
	const histogram: Segment[] = [
		{text: left, style: theme.muted},
		{text: bars.slice(0, current).join('')},
		{text: bars[current] ?? ' ', style: {bold: true}},
		{text: bars.slice(current + 1).join(''), style: theme.muted},
		{text: right, style: theme.muted},
	];
	return {histogram, marks: drawMarks({ui, frame, hits, theme}, {indent: left.length, cells, current})};
}

interface MarkArea {
	readonly indent: number;
	readonly cells: number;
	readonly current: number;
}

function drawMarks({ui, frame, hits, theme}: SparklineRequest, {indent, cells, current}: MarkArea): Segment[] {
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
	// If a bookmark is in the same cell, only the position is marked. The timeline still marks the row of the bookmark.
	row[current] = {text: theme.glyphs.position, style: {bold: true}};
	return [{text: ' '.repeat(indent)}, ...mergeEqualStyles(row)];
}

/** Joins neighbouring segments of the same style. */
function mergeEqualStyles(row: readonly Segment[]): Segment[] {
	const merged: Segment[] = [];
	for (const segment of row) {
		const last = merged.at(-1);
		if (last && last.style === segment.style) merged[merged.length - 1] = {...last, text: last.text + segment.text};
		else merged.push(segment);
	}
	return merged;
}

/** Index of the cell that contains a time (ms), clamped. The cells divide the time from `start` to `end` equally. */
function cellOfTime(time: number, start: number, end: number, cells: number): number {
	if (end <= start) return 0;
	const cell = Math.floor(((time - start) / (end - start)) * cells);
	return Math.max(0, Math.min(cells - 1, cell));
}

/** Number of entries in each of `cells` equal spans of time, found with one binary search per cell. */
function countEntriesPerCell(view: TimelineView, start: number, end: number, cells: number): number[] {
	const counts: number[] = [];
	let before = 0;
	for (let cell = 1; cell <= cells; cell++) {
		const cellEnd = start + ((end - start) * cell) / cells;
		const after =
			cell === cells
				? view.length
				: findFirstIndex(before, view.length, position => (view.at(position)?.ms ?? 0) >= cellEnd);
		counts.push(after - before);
		before = after;
	}
	return counts;
}

/**
 * Bar heights from 0 to `levels`; 0 only for an empty cell. The height grows with the square root of the count, so that
 * a very busy hour does not make all other bars invisible.
 */
function barHeights(counts: readonly number[], levels: number): number[] {
	const maximum = Math.max(1, ...counts);
	return counts.map(count => (count === 0 ? 0 : Math.max(1, Math.round(Math.sqrt(count / maximum) * levels))));
}
