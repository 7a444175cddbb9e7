/** The strip below the transport bar: the whole log in time, and where one is. Pure. */
import type {Segment} from '../theme.js';
import {dayOf, formatMoment, formatTime} from '../timeline/day.js';
import {parseOrder} from './bookmarks.js';
import {cellOf, countRows, heightsOf} from './density.js';
import type {TransportRequest} from './transport.js';

type StripRequest = Pick<TransportRequest, 'ui' | 'frame' | 'hits' | 'theme'>;

export interface Strip {
	readonly density: Segment[];
	readonly marks: Segment[];
}

/** Two rows: how many events when, from start to end, and below it bookmarks, matches and the position. */
export function drawStrip({ui, frame, hits, theme}: StripRequest): Strip {
	const {start, end, view} = frame;
	const days = dayOf(start) !== dayOf(end);
	const label = (time: number) => (days ? formatMoment(time).slice(5, 16) : formatTime(time, 'minutes'));
	const wide = ui.columns >= 40;
	const left = wide ? ` ${label(start)} ` : ' ';
	const right = wide ? ` ${label(end)} ` : ' ';
	const cells = Math.max(1, ui.columns - left.length - right.length);
	const heights = heightsOf(countRows(view, start, end, cells), theme.glyphs.density.length - 1);
	const here = cellOf(frame.time, start, end, cells);
	const glyph = (height: number) => theme.glyphs.density[height] ?? ' ';
	const drawn = heights.map(glyph);
	const density: Segment[] = [
		{text: left, style: theme.quiet},
		{text: drawn.slice(0, here).join('')},
		{text: drawn[here] ?? ' ', style: {inverse: true}},
		{text: drawn.slice(here + 1).join(''), style: theme.quiet},
		{text: right, style: theme.quiet},
	];
	return {density, marks: drawMarks({ui, frame, hits, theme}, {indent: left.length, cells, here})};
}

interface Lanes {
	readonly indent: number;
	readonly cells: number;
	readonly here: number;
}

function drawMarks({ui, frame, hits, theme}: StripRequest, lanes: Lanes): Segment[] {
	const {indent, cells, here} = lanes;
	const {start, end} = frame;
	const row: Segment[] = Array.from({length: cells}, () => ({text: ' '}));
	if (ui.search !== '') {
		for (const time of hits.times) row[cellOf(time, start, end, cells)] = {text: theme.glyphs.hit};
	}
	for (const order of ui.bookmarks) {
		const key = parseOrder(order);
		if (key && key.ms >= start && key.ms <= end)
			row[cellOf(key.ms, start, end, cells)] = {text: theme.glyphs.bookmark, style: theme.warn};
	}
	const bookmarked = row[here]?.text === theme.glyphs.bookmark;
	if (!bookmarked) row[here] = {text: theme.glyphs.position, style: {bold: true}};
	return [{text: ' '.repeat(indent)}, ...joinAlike(row)];
}

function joinAlike(row: readonly Segment[]): Segment[] {
	const joined: Segment[] = [];
	for (const segment of row) {
		const last = joined.at(-1);
		if (last && last.style === segment.style) joined[joined.length - 1] = {...last, text: last.text + segment.text};
		else joined.push(segment);
	}
	return joined;
}
