/** Pinned line: a line above the timeline with the message that was pinned last. */
import {selectPins} from '../../core/select-pins.js';
import type {State} from '../../core/state.js';
import type {Row} from '../panes/paint-row.js';
import {cellWidth, truncateCells} from '../text/graphemes.js';
import type {Theme} from '../theme.js';
import {quoteOf} from './describe-effect.js';
import {joinParts} from './text-parts.js';

/** Minimum height of the timeline at which the line is shown, in rows. */
const MIN_ROWS = 8;

/**
 * The pinned line, `width` cells wide; none if nothing is pinned or the timeline has fewer than MIN_ROWS rows.
 * `command`: the command that lists all pinned messages; empty in a replay, which has no commands.
 */
export function pinnedRows(state: State, width: number, height: number, theme: Theme, command = ' /pins'): Row[] {
	if (state.effects.pins.length === 0 || height < MIN_ROWS) return [];
	const pins = selectPins(state);
	const [newest] = pins;
	if (!newest) return [];
	const lead = ' Pinned: ';
	const more = pins.length > 1 ? ` +${pins.length - 1}${command}` : '';
	const room = width - cellWidth(lead) - cellWidth(more) - 1;
	if (room < MIN_ROWS) return [];
	const text = truncateCells(joinParts(quoteOf(state, newest.message).parts), room, theme.glyphs.ellipsis);
	return [
		[
			{text: lead, style: {...theme.muted, bold: true}},
			{text, style: theme.muted},
			...(more === '' ? [] : [{text: more, style: theme.muted}]),
		],
	];
}
