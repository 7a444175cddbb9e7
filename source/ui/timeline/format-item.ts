/** Formats timeline items as rows of styled segments. Each row is one row of the terminal. */

import {isWritten, type PeerId} from '../../core/event.js';
import {foldText} from '../../core/fold-text.js';
import {personKeyOf} from '../../core/name-collisions.js';
import {hueOf} from '../../core/name-hues.js';
import {isOurs} from '../../core/own-sessions.js';
import {formatFingerprintSuffix} from '../../core/select-peers.js';
import type {State} from '../../core/state.js';
import type {TimelineEntry} from '../../core/timeline.js';
import type {Row} from '../panes/paint-row.js';
import {cellWidth, padCells, padCellsLeft, truncateCells} from '../text/graphemes.js';
import {wrapMessage} from '../text/wrap-message.js';
import {wrapText} from '../text/wrap-text.js';
import type {Segment, Style, Theme} from '../theme.js';
import {describeEntry} from './describe-entry.js';
import {describePresenceGroup} from './describe-presence.js';
import {clearName, displayAddress, displayName} from './display-name.js';
import {withEffectRows} from './format-effects.js';
import {fileLine} from './format-file.js';
import {formatTime, type TimeFormat} from './format-time.js';
import {formatWhisper} from './format-whisper.js';
import {isMentionOfUs, mentionRanges} from './mentions.js';
import {messageText} from './message-text.js';
import {indent, widthOf, withAddress} from './row-address.js';
import {ADDRESS_CELLS, columnsOf, type RowColumns} from './row-columns.js';
import {joinParts, type TextPart} from './text-parts.js';
import {linksOf, type SegmentOptions, textSegments} from './text-segments.js';
import type {TimelineItem} from './timeline-view.js';

export interface RowOptions {
	/** Width of a row in cells, including the column of marks; at least 12. */
	readonly width: number;
	readonly times: TimeFormat;
	readonly theme: Theme;
	/** Search text, normalised by foldText (case is ignored), whose matches are highlighted; empty for none. */
	readonly search: string;
	/** Whether messages show the address of their author. */
	readonly addresses: boolean;
	/** Whether the screen belongs to a running node, which can fetch files. */
	readonly isLive?: boolean;
}

/** Maximum number of rows of a post that is shown in full. A longer one is folded to its first FOLDED_ROWS rows. */
export const MAX_POST_ROWS = 20;
export const FOLDED_ROWS = 10;

/** Mark of a post that arrived long after it was written. */
const LATE_MARK = '(late) ';

/**
 * Width, in cells, of the column in front of each row that contains the mark of an entry, for example its delivery
 * mark.
 */
export const MARK_CELLS = 2;

/** The rows of an item without their marks, each at most `width - MARK_CELLS` cells wide. */
export function formatItem(state: State, item: TimelineItem, options: RowOptions): Row[] {
	const [entry] = item.entries;
	if (!entry) return [];
	if (entry.type === 'whisper')
		return foldRows(formatWhisper(state, entry, {...options, columns: columnsFor(options)}), entry.text, options);
	if (item.entries.length > 1 || !isWritten(entry)) return formatSystemEntry(state, item.entries, entry, options);
	const text = messageText(state, entry);
	const rows = isActionEntry(entry)
		? formatSystemEntry(state, item.entries, entry, options)
		: formatPost(state, entry, text, continuesGroup(state, item), options);
	const {textStart: indentCells} = columnsFor(options);
	const {width, theme} = options;
	const shown = [...foldRows(rows, text, options), ...fileRows(state, entry, options)];
	return withEffectRows(state, entry, shown, {indentCells, width: width - MARK_CELLS, theme});
}

function isActionEntry(entry: TimelineEntry): boolean {
	return entry.type === 'posted' && entry.action === true;
}

/**
 * The rows below a shared file: its transfer, or how to fetch it. Progress always takes one row, so that the rows above
 * do not move when its numbers get longer. Other texts are wrapped, because they say why a file does not arrive.
 */
function fileRows(state: State, entry: TimelineEntry, options: RowOptions): Row[] {
	const {theme, isLive = false} = options;
	const {textStart, textCells} = columnsFor(options);
	const line = entry.type === 'shared' ? fileLine(state, entry, isLive, theme, textCells) : undefined;
	if (!line) return [];
	const {text, style} = line;
	const lines = line.isProgress
		? [text]
		: wrapText(text, textCells, textCells).map(({start, end}) => text.slice(start, end));
	return lines.map(part => [indent(textStart), {text: part, style}]);
}

/**
 * Folds a long post. The details overlay shows the whole post. A post that contains a match of the search is not
 * folded.
 */
function foldRows(rows: Row[], text: string, {search, width, theme, ...rest}: RowOptions): Row[] {
	if (rows.length <= MAX_POST_ROWS || (search !== '' && foldText(text).includes(search))) return rows;
	const indentation = indent(columnsFor({width, ...rest}).textStart);
	const more = `${theme.glyphs.ellipsis} ${rows.length - FOLDED_ROWS} more lines (Enter: show all)`;
	const room = width - MARK_CELLS - cellWidth(indentation.text);
	const summaryRow: Row = [indentation, {text: truncateCells(more, room, theme.glyphs.ellipsis), style: theme.muted}];
	return [...rows.slice(0, FOLDED_ROWS), summaryRow];
}

/**
 * Maximum time between two messages of one author that form a group, ms. The second message of a group does not repeat
 * the name.
 */
const GROUP_MS = 2 * 60 * 1000;

/** Whether an item is a message that continues a group of its author, so that it shows neither name nor address. */
export function continuesGroup(state: State, {entries: [entry], previous}: TimelineItem): boolean {
	if (!entry || !previous || !isWritten(entry) || !isWritten(previous)) return false;
	if (isActionEntry(entry) || isActionEntry(previous) || (entry.type === 'posted' && entry.replyTo)) return false;
	if (personKeyOf(state, entry.peer) !== personKeyOf(state, previous.peer)) return false;
	if (Math.abs(entry.at - previous.at) > GROUP_MS) return false;
	if (displayAddress(state, entry.peer) !== displayAddress(state, previous.peer)) return false;
	return displayName(state, entry.peer, entry.seq) === displayName(state, previous.peer, previous.seq);
}

function columnsFor({width, times, addresses}: Pick<RowOptions, 'width' | 'times' | 'addresses'>): RowColumns {
	return columnsOf({cells: width - MARK_CELLS, times, addresses});
}

function formatPost(
	state: State,
	entry: TimelineEntry,
	text: string,
	isContinued: boolean,
	options: RowOptions,
): Row[] {
	const {theme} = options;
	const columns = columnsFor(options);
	const looks: TextLooks = {
		mentions: mentionRanges(state, text, theme),
		base: isMentionOfUs(state, entry) ? theme.ownName : undefined,
	};
	const time = columns.timeCells > 0 ? [{text: `${formatTime(entry.at, options.times)} `, style: theme.muted}] : [];
	const late: Segment[] = entry.late ? [{text: LATE_MARK, style: theme.muted}] : [];
	// If the short fingerprints of two people are equal, long ones are shown, which do not fit the column.
	const isTooLong = !isContinued && cellWidth(nameInColumn(state, entry, columns, theme)) > columns.nameCells;
	if (columns.layout === 'heading' || isTooLong) {
		const rows = wrapTextRows(text, late, columns, {...options, ...looks});
		return isContinued ? rows : [[...time, ...headingOf(state, entry, columns, options)], ...rows];
	}
	const address = isContinued
		? ''
		: truncateCells(displayAddress(state, entry.peer), ADDRESS_CELLS, theme.glyphs.ellipsis);
	const name = isContinued
		? indent(columns.nameCells)
		: {text: nameInColumn(state, entry, columns, theme), style: nameStyleOf(state, entry.peer, theme)};
	const gap: Segment[] =
		columns.addressPlace === 'column'
			? [{text: ' '}, {text: `${padCells(address, ADDRESS_CELLS)} `, style: theme.muted}]
			: [{text: ' '}];
	/** Rows of the message. `reserved`: number of cells at the end of the first row that stay free for the address. */
	const rowsOf = (reserved: number): Row[] => {
		const [first = [], ...others] = wrapTextRows(text, late, columns, {...options, ...looks}, reserved);
		return [[...time, name, ...gap, ...first.slice(1)], ...others];
	};
	return columns.addressPlace === 'end' && address !== '' ? withAddress(rowsOf, address, columns, theme) : rowsOf(0);
}

function nameStyleOf(state: State, peer: PeerId, theme: Theme): Style {
	return {...theme.nameStyle(hueOf(state, peer)), ...(isOurs(state, peer) ? theme.ownName : {bold: true})};
}

/** Minimum width of a truncated name in front of a fingerprint, in cells. */
const MIN_NAME_CELLS = 4;

/** The name, aligned with the right end of its column. A long name is truncated, but its fingerprint is not. */
function nameInColumn(state: State, {peer, seq}: TimelineEntry, {nameCells}: RowColumns, theme: Theme): string {
	const fingerprint = formatFingerprintSuffix(state, peer, seq);
	const room = Math.max(nameCells - fingerprint.length, MIN_NAME_CELLS);
	return padCellsLeft(truncateCells(clearName(state, peer, seq), room, theme.glyphs.ellipsis) + fingerprint, nameCells);
}

/** Name and address in the row above the text. */
function headingOf(
	state: State,
	{peer, seq}: TimelineEntry,
	{timeCells, textStart, textCells, addressPlace}: RowColumns,
	{theme}: RowOptions,
): Segment[] {
	const {ellipsis} = theme.glyphs;
	const address = addressPlace === 'none' ? '' : truncateCells(displayAddress(state, peer), ADDRESS_CELLS, ellipsis);
	const fingerprint = formatFingerprintSuffix(state, peer, seq);
	const room = textStart + textCells - timeCells - fingerprint.length - (address ? cellWidth(address) + 1 : 0);
	const name = truncateCells(clearName(state, peer, seq), Math.max(4, room), ellipsis);
	return [
		{text: name + fingerprint, style: nameStyleOf(state, peer, theme)},
		...(address ? [{text: ` ${address}`, style: theme.muted}] : []),
	];
}

type TextLooks = Pick<SegmentOptions, 'mentions' | 'base'>;

/** Rows of a text in the text column. The first row begins with the segments of `lead`, and ends `reserved` cells earlier. */
function wrapTextRows(
	text: string,
	lead: readonly Segment[],
	{textStart, textCells}: RowColumns,
	options: RowOptions & TextLooks,
	reserved = 0,
): Row[] {
	const links = linksOf(text);
	return wrapMessage(text, textCells - widthOf(lead) - reserved, textCells).map((line, index) => [
		indent(textStart),
		...(index === 0 ? lead : []),
		...textSegments(text, line, links, options),
	]);
}

/**
 * Adds the name of the author to the row at the top of the timeline, because the row with the name may be above the
 * visible part. Returns the same row if it shows the name already, or if names have no column.
 */
export function withAuthorName(state: State, {entries: [entry]}: TimelineItem, row: Row, options: RowOptions): Row {
	const columns = columnsFor(options);
	if (!entry || !isWritten(entry) || isActionEntry(entry) || columns.layout === 'heading') return row;
	const index = row.findIndex(({text, style}) => !style && text.length >= columns.nameCells && text.trim() === '');
	const blank = row[index]?.text.length ?? 0;
	const shown = nameInColumn(state, entry, columns, options.theme);
	if (index < 0 || index > 1 || cellWidth(shown) > columns.nameCells) return row;
	const before = blank > columns.nameCells ? columns.timeCells : 0;
	const name = {
		text: shown,
		style: nameStyleOf(state, entry.peer, options.theme),
	};
	return [
		...row.slice(0, index),
		...(before > 0 ? [indent(before)] : []),
		name,
		indent(blank - before - columns.nameCells),
		...row.slice(index + 1),
	];
}

function formatSystemEntry(
	state: State,
	entries: readonly TimelineEntry[],
	entry: TimelineEntry,
	options: RowOptions,
): Row[] {
	const {theme} = options;
	const {layout, timeCells, nameCells, textStart, textCells} = columnsFor(options);
	const last = entries.at(-1) ?? entry;
	const isLatePost = entry.type === 'posted' && entry.late;
	const parts = entries.length > 1 ? describePresenceGroup(state, entries) : describeEntry(state, entry);
	// The column shows the time of the last entry. The group may have begun earlier.
	const [since, until] = [entry, last].map(({at}) => formatTime(at, options.times));
	if (since !== until) parts.push(` (since ${since})`);
	const base = systemEntryStyle(entry, theme);
	const head: Segment[] = [];
	if (timeCells > 0) head.push({text: `${formatTime(last.at, options.times)} `, style: theme.muted});
	const sign = entry.type === 'notice' ? '!' : '*';
	head.push({text: layout === 'heading' ? `${sign} ` : `${sign.padStart(nameCells)} `, style: base});
	const used = widthOf(head);
	if (layout === 'columns' && used < textStart) head.push(indent(textStart - used));
	const start = Math.max(used, textStart);
	const text = joinParts(parts);
	const styles = partStyles(state, parts, theme, base);
	if (isLatePost) head.push({text: LATE_MARK, style: theme.muted});
	const cells = textStart + textCells;
	return wrapText(text, cells - start - (isLatePost ? LATE_MARK.length : 0), cells - textStart).map((line, index) => [
		...(index === 0 ? head : [indent(textStart)]),
		...styles.slice(line.start, line.end),
	]);
}

function systemEntryStyle(entry: TimelineEntry, theme: Theme): Style {
	if (entry.type === 'posted') return {};
	if (entry.type !== 'notice') return theme.muted;
	return entry.level === 'error' ? theme.error : entry.level === 'warn' ? theme.warn : theme.muted;
}

function partStyles(state: State, parts: readonly TextPart[], theme: Theme, base: Style) {
	const spans: {start: number; end: number; style: Style; text: string}[] = [];
	let offset = 0;
	for (const part of parts) {
		const text = typeof part === 'string' ? part : part.name;
		const style = typeof part === 'string' ? base : theme.nameStyle(hueOf(state, part.peer));
		spans.push({start: offset, end: offset + text.length, style, text});
		offset += text.length;
	}
	return {
		slice(start: number, end: number): Segment[] {
			const segments: Segment[] = [];
			for (const span of spans) {
				const from = Math.max(start, span.start);
				const to = Math.min(end, span.end);
				if (from < to) segments.push({text: span.text.slice(from - span.start, to - span.start), style: span.style});
			}
			return segments;
		},
	};
}
