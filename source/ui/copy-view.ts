/**
 * The copy view: logical lines that the terminal itself wraps, without frames or padding, so that a selection is what was
 * written and a long URL is whole. Pure.
 */
import type {State, TimelineEntry} from '../core/state.js';
import {cleanForScreen} from './layout/clean-for-screen.js';
import {cellWidth} from './layout/width.js';
import {formatMoment} from './timeline/day.js';
import {describeEntry} from './timeline/describe-entry.js';
import {shownAddress, shownName} from './timeline/people.js';
import type {TimelineView} from './timeline/timeline-view.js';

export function plainLine(state: State, entry: TimelineEntry): string {
	const when = formatMoment(entry.at);
	if (entry.type === 'posted' && !entry.action) {
		const address = shownAddress(state, entry.peer);
		const lines = cleanForScreen(entry.text).replaceAll('\n', '\n    ');
		return `${when} ${shownName(state, entry.peer, entry.seq)}${address ? ` (${address})` : ''}: ${lines}`;
	}
	const said = describeEntry(state, entry).map(part => (typeof part === 'string' ? part : part.name));
	return `${when} * ${said.join('')}`;
}

/** Lines of the entries up to position `end` (exclusive) that fill at most `rows` rows of `columns`. */
export function copyLines(state: State, view: TimelineView, end: number, columns: number, rows: number): string[] {
	const lines: string[] = [];
	let used = 0;
	for (let index = end - 1; index >= 0; index--) {
		const entry = view.at(index);
		if (!entry) break;
		const own = plainLine(state, entry).split('\n');
		const height = own.reduce((sum, line) => sum + Math.max(1, Math.ceil(cellWidth(line) / columns)), 0);
		if (used + height > rows && used > 0) break;
		lines.unshift(...own);
		used += height;
	}
	return lines;
}
