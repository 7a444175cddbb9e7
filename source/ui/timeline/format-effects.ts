/**
 * Rows that replies and effects add to a message: above it the quote of the message that a reply answers; below it the
 * mark `(edited)` and the reactions.
 */

import {noEffects} from '../../core/effects.js';
import type {WrittenEvent} from '../../core/event.js';
import {compareOrder} from '../../core/event-order.js';
import {hueOf} from '../../core/name-hues.js';
import {selectMarks} from '../../core/select-marks.js';
import type {State} from '../../core/state.js';
import {contentOf} from '../../core/text-of.js';
import type {TimelineEntry} from '../../core/timeline.js';
import type {Row} from '../panes/paint-row.js';
import {cleanLine} from '../text/clean-for-screen.js';
import {cellWidth, truncateCells} from '../text/graphemes.js';
import type {Segment, Theme} from '../theme.js';
import {quoteOf} from './describe-effect.js';
import {EDITED_MARK} from './message-text.js';
import {joinParts} from './text-parts.js';

interface AddedRowOptions {
	/** Width of a row without the column of marks, in cells. */
	readonly width: number;
	/** Column in which the added rows begin, in cells. */
	readonly indentCells: number;
	readonly theme: Theme;
}

/** Adds the rows for the quote of a reply, the mark `(edited)` and the reactions to the rows of a message. */
export function withEffectRows(
	state: State,
	message: WrittenEvent,
	rows: readonly Row[],
	options: AddedRowOptions,
): Row[] {
	const indentation: Segment = {text: ' '.repeat(options.indentCells)};
	const quote = quoteRow(state, message, indentation, options);
	const marks = marksRow(state, message, indentation, options);
	return [
		...(quote ? [quote] : []),
		...withEditedMark(state, message, rows, indentation, options),
		...(marks ? [marks] : []),
	];
}

/** Number of added rows above the first row of a message itself. */
export function rowsAboveMessage(entry: TimelineEntry | undefined): number {
	return entry?.type === 'posted' && entry.replyTo ? 1 : 0;
}

function rowWidth(row: Row): number {
	return row.reduce((cells, segment) => cells + cellWidth(segment.text), 0);
}

function quoteRow(
	state: State,
	message: WrittenEvent,
	indentation: Segment,
	{width, theme}: AddedRowOptions,
): Row | undefined {
	if (message.type !== 'posted' || !message.replyTo) return undefined;
	const {glyphs} = theme;
	const lead = `${glyphs.quote} `;
	const room = width - cellWidth(indentation.text) - cellWidth(lead);
	const {parts} = quoteOf(state, message.replyTo, message);
	const [author] = parts;
	const whole = truncateCells(joinParts(parts), room, glyphs.ellipsis);
	if (typeof author !== 'object' || !whole.startsWith(author.name))
		return [indentation, {text: lead + whole, style: theme.muted}];
	return [
		indentation,
		{text: lead, style: theme.muted},
		{text: author.name, style: {...theme.nameStyle(hueOf(state, author.peer)), dim: true}},
		{text: whole.slice(author.name.length), style: theme.muted},
	];
}

function withEditedMark(
	state: State,
	message: WrittenEvent,
	rows: readonly Row[],
	indentation: Segment,
	{width, theme}: AddedRowOptions,
): readonly Row[] {
	const {correction, withdrawal} = contentOf(state, message);
	const last = rows.at(-1);
	if (!correction || withdrawal || !last) return rows;
	const mark: Segment = {text: EDITED_MARK, style: theme.muted};
	const gap = last.at(-2);
	// If the row ends in the author's address, the mark `(edited)` goes between text and address.
	const isAddressLast = last.length > 2 && last.at(-1)?.style === theme.muted;
	if (isAddressLast && gap?.text.trim() === '' && gap.text.length >= EDITED_MARK.length + 2) {
		const rest = ' '.repeat(gap.text.length - EDITED_MARK.length - 1);
		return [...rows.slice(0, -1), [...last.slice(0, -2), {text: ' '}, mark, {text: rest}, ...last.slice(-1)]];
	}
	if (rowWidth(last) + 1 + cellWidth(EDITED_MARK) > width) return [...rows, [indentation, mark]];
	return [...rows.slice(0, -1), [...last, {text: ' '}, mark]];
}

/**
 * Reactions with their counts on one row. Reactions of this user are bold. Reactions that are older than the last
 * correction are dimmed, because they answer an earlier text.
 */
function marksRow(
	state: State,
	message: WrittenEvent,
	indentation: Segment,
	{width, theme}: AddedRowOptions,
): Row | undefined {
	const {correction, withdrawal} = contentOf(state, message);
	const marks = withdrawal ? [] : selectMarks(state, message);
	if (marks.length === 0) return undefined;
	const row: Segment[] = [indentation];
	let room = width - cellWidth(indentation.text);
	for (const [index, {word, people, isOwn, latest}] of marks.entries()) {
		const text = `${index > 0 ? '  ' : ''}${cleanLine(word)} ${people.length}`;
		const rest = ` +${marks.length - index}`;
		const needed = cellWidth(text) + (index < marks.length - 1 ? cellWidth(rest) : 0);
		if (needed > room) {
			row.push({text: truncateCells(rest, Math.max(0, room), theme.glyphs.ellipsis), style: theme.muted});
			break;
		}
		room -= cellWidth(text);
		const isOld = correction !== undefined && compareOrder(latest, correction) < 0;
		row.push({text, style: isOld ? theme.muted : isOwn ? {bold: true} : {}});
	}
	return row;
}

/**
 * Part of the cache key of a message's rows: everything that effects add to the rows. Effects can change the rows
 * without changing the event.
 */
export function effectSignature(state: State, message: WrittenEvent): string {
	const quote =
		message.type === 'posted' && message.replyTo ? joinParts(quoteOf(state, message.replyTo, message).parts) : '';
	if (state.effects === noEffects) return quote;
	const {text, correction, withdrawal} = contentOf(state, message);
	const counted = selectMarks(state, message).map(
		({word, people, isOwn, latest}) =>
			`${word} ${people.length} ${isOwn} ${correction !== undefined && compareOrder(latest, correction) < 0}`,
	);
	return [quote, correction && text, withdrawal && 'withdrawn', ...counted].join('\n');
}
