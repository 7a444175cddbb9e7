import type {State, TimelineEntry} from '../core/state.js';
import {sliceTimeline} from '../core/timeline.js';
import type {EntryTest} from './filter-entries.js';
import type {Output} from './output.js';

const ROWS_A_TURN = 512;

/** Writes the rows that pass, at the reader's pace, until it has gone. `format`: lines without the newline at the end. How many. */
export async function printEntries(
	output: Output,
	state: State,
	passes: EntryTest,
	format: (entry: TimelineEntry) => string | undefined,
): Promise<number> {
	let written = 0;
	for (let from = 0; from < state.timeline.length && !output.ended; from += ROWS_A_TURN) {
		const lines = sliceTimeline(state.timeline, from, from + ROWS_A_TURN)
			.filter(passes)
			.flatMap(entry => format(entry) ?? []);
		written += lines.length;
		if (lines.length > 0) output.write(`${lines.join('\n')}\n`);
		await output.ready();
	}
	return written;
}
