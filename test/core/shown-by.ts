/**
 * What a state shows: its rows, and for each message the current text, the earlier versions and the reactions, and the
 * pins.
 */
import {selectMarks} from '../../source/core/select-marks.js';
import {selectPins} from '../../source/core/select-pins.js';
import type {State} from '../../source/core/state.js';
import {contentOf, versionsOf} from '../../source/core/text-of.js';
import {sliceTimeline} from '../../source/core/timeline.js';

export function shownBy(state: State) {
	const rows = sliceTimeline(state.timeline, 0, state.timeline.length);
	return {
		rows,
		pending: state.pending.length,
		messages: rows.flatMap(row =>
			row.type === 'posted'
				? [{row, content: contentOf(state, row), marks: selectMarks(state, row), versions: versionsOf(state, row)}]
				: [],
		),
		pins: selectPins(state),
	};
}
