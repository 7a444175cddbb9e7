/** Timeline items as rows of styled segments, one row per terminal row, and the cache of these rows. */

import type {PeerId} from '../../core/event.js';
import {findFolded, foldText} from '../../core/fold-text.js';
import {hueOf} from '../../core/name-hues.js';
import {formatFingerprintSuffix} from '../../core/select-peers.js';
import type {State} from '../../core/state.js';
import type {TimelineEntry} from '../../core/timeline.js';
import type {Row} from '../panes/paint-row.js';
import {cleanForScreen} from '../text/clean-for-screen.js';
import {cellWidth, padCells, truncateCells} from '../text/graphemes.js';
import {wrapText} from '../text/wrap-text.js';
import type {Segment, Style, Theme} from '../theme.js';
import {describeEntry, describePresenceGroup} from './describe-entry.js';
import {displayAddress, displayName, plainName} from './display-name.js';
import {formatTime, type TimeFormat} from './format-time.js';
import {joinParts, type TextPart} from './text-parts.js';
import type {TimelineItem} from './timeline-view.js';

export interface RowOptions {
	/** Width of a row in cells, including the mark; at least 12. */
	readonly width: number;
	readonly times: TimeFormat;
	readonly theme: Theme;
	/** Folded text whose matches are highlighted; empty for none. */
	readonly search: string;
}

/** Minimum width, in cells, with which names and addresses are aligned in columns. */
const COLUMNS_MIN_CELLS = 90;
const NAME_CELLS = 12;
const ADDRESS_CELLS = 15;
const MIN_INDENT_CELLS = 2;
/** Maximum number of rows of a post that is shown in full. A longer one is folded to its first FOLDED_ROWS rows. */
export const MAX_POST_ROWS = 20;
export const FOLDED_ROWS = 10;

/** Mark of a post that arrived long after it was written. */
const LATE_MARK = '(late) ';

/** Width, in cells, of the mark and the space in front of each row. */
export const MARK_CELLS = 2;

/** The rows of an item without their marks, each at most `width - MARK_CELLS` cells wide. */
export function formatItem(state: State, item: TimelineItem, options: RowOptions): Row[] {
	const [entry] = item.entries;
	if (!entry) return [];
	if (item.entries.length > 1 || entry.type !== 'posted') return formatSystemEntry(state, item.entries, entry, options);
	const rows = entry.action
		? formatSystemEntry(state, item.entries, entry, options)
		: formatPost(state, entry, entry.text, options);
	return foldRows(rows, entry.text, options);
}

/** Folds a long post; its details show it in full. A post that contains a match of the search is not folded. */
function foldRows(rows: Row[], text: string, {search, width, theme}: RowOptions): Row[] {
	if (rows.length <= MAX_POST_ROWS || (search !== '' && foldText(text).includes(search))) return rows;
	const indentation = rows[1]?.[0] ?? indent(0);
	const more = `${theme.glyphs.ellipsis} ${rows.length - FOLDED_ROWS} more lines (Enter: show all)`;
	const room = width - MARK_CELLS - cellWidth(indentation.text);
	const summaryRow: Row = [indentation, {text: truncateCells(more, room, theme.glyphs.ellipsis), style: theme.muted}];
	return [...rows.slice(0, FOLDED_ROWS), summaryRow];
}

function formatPost(state: State, entry: TimelineEntry, text: string, options: RowOptions): Row[] {
	const {theme, width} = options;
	const time = formatTime(entry.at, options.times);
	const isOwn = entry.peer === state.launch?.peer;
	const nameStyle: Style = {
		...theme.nameStyle(hueOf(state, entry.peer)),
		...(isOwn ? theme.ownName : {bold: true}),
	};
	const hasColumns = width >= COLUMNS_MIN_CELLS;
	const name = plainName(state, entry.peer, entry.seq);
	const address = displayAddress(state, entry.peer);
	const prefix: Segment[] = [];
	if (time) prefix.push({text: `${time} `, style: theme.muted});
	const {ellipsis} = theme.glyphs;
	const fingerprint = formatFingerprintSuffix(state, entry.peer, entry.seq);
	const shownName = hasColumns
		? padCells(name, fingerprint ? Math.min(cellWidth(name), NAME_CELLS) : NAME_CELLS, ellipsis)
		: truncateCells(name, Math.max(4, Math.floor(width / 4) - fingerprint.length), ellipsis);
	prefix.push({text: shownName + fingerprint, style: nameStyle}, {text: ' '});
	if (hasColumns) prefix.push({text: `${padCells(address, ADDRESS_CELLS, ellipsis)} `, style: theme.muted});
	else if (address) prefix.push({text: `${address} `, style: theme.muted});
	const late: Segment[] = entry.late ? [{text: LATE_MARK, style: theme.muted}] : [];
	return wrapWithHangingIndent([...prefix, ...late], cleanForScreen(text), options, time ? cellWidth(time) + 1 : 0);
}

/** Wraps a text after a prefix. Further rows are indented to the start of the text, or less if the prefix is wide. */
function wrapWithHangingIndent(
	prefix: readonly Segment[],
	text: string,
	options: RowOptions,
	narrowIndent: number,
): Row[] {
	const width = options.width - MARK_CELLS;
	const used = widthOf(prefix);
	const indentCells =
		used <= width * 0.45 ? used : Math.min(Math.max(MIN_INDENT_CELLS, narrowIndent), Math.floor(width / 3));
	const firstCells = width - used;
	if (firstCells < 8) {
		const rows = wrapText(text, width - indentCells, width - indentCells);
		return [
			prefix,
			...rows.map(line => [indent(indentCells), ...highlightMatches(text.slice(line.start, line.end), options)]),
		];
	}
	return wrapText(text, firstCells, width - indentCells).map((line, index) => {
		const segments = highlightMatches(text.slice(line.start, line.end), options);
		return index === 0 ? [...prefix, ...segments] : [indent(indentCells), ...segments];
	});
}

function widthOf(segments: readonly Segment[]): number {
	return segments.reduce((cells, segment) => cells + cellWidth(segment.text), 0);
}

function indent(cells: number): Segment {
	return {text: ' '.repeat(cells)};
}

function formatSystemEntry(
	state: State,
	entries: readonly TimelineEntry[],
	entry: TimelineEntry,
	options: RowOptions,
): Row[] {
	const {theme} = options;
	const time = formatTime((entries.at(-1) ?? entry).at, options.times);
	const isLatePost = entry.type === 'posted' && entry.late;
	const parts = entries.length > 1 ? describePresenceGroup(state, entries) : describeEntry(state, entry);
	const base = systemEntryStyle(entry, theme);
	const head: Segment[] = [];
	if (time) head.push({text: `${time} `, style: theme.muted});
	head.push({text: entry.type === 'notice' ? '! ' : '* ', style: base});
	const width = options.width - MARK_CELLS;
	const used = widthOf(head);
	const text = joinParts(parts);
	const styles = partStyles(state, parts, theme, base);
	if (isLatePost) head.push({text: LATE_MARK, style: theme.muted});
	return wrapText(text, width - used - (isLatePost ? LATE_MARK.length : 0), width - used).map((line, index) => [
		...(index === 0 ? head : [indent(used)]),
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

/** One row of text with the matches of the search highlighted. */
function highlightMatches(text: string, {search, theme}: RowOptions): Segment[] {
	const segments: Segment[] = [];
	let from = 0;
	for (const {start, end} of findFolded(text, search)) {
		if (start > from) segments.push({text: text.slice(from, start)});
		segments.push({text: text.slice(start, end), style: theme.match});
		from = end;
	}
	if (from < text.length || segments.length === 0) segments.push({text: text.slice(from)});
	return segments;
}

/** Formats an item, or returns its cached rows while nothing that they show has changed. */
export type RowsOf = (state: State, item: TimelineItem, options: RowOptions) => readonly Row[];

interface CachedRows {
	readonly signature: string;
	readonly options: RowOptions;
	readonly rows: readonly Row[];
}

/** Returns the same options object until a value changes, so that the row cache compares by identity. */
export function createRowOptions(theme: Theme): (width: number, times: TimeFormat, search: string) => RowOptions {
	let options: RowOptions | undefined;
	return (width, times, search) => {
		if (options?.width !== width || options.times !== times || options.search !== search)
			options = {width, times, theme, search};
		return options;
	};
}

/** Cache of formatted rows, one per screen. The key is the entry object, which is frozen and replaced when it changes. */
export function createRowCache(): RowsOf {
	const cache = new WeakMap<TimelineEntry, CachedRows>();

	return (state, item, options) => {
		const [entry] = item.entries;
		if (!entry) return [];
		const signature = signatureOf(state, item, entry);
		const cached = cache.get(entry);
		if (cached?.signature === signature && sameOptions(cached.options, options)) return cached.rows;
		const rows = formatItem(state, item, options);
		cache.set(entry, {signature, options, rows});
		return rows;
	};
}

function sameOptions(a: RowOptions, b: RowOptions): boolean {
	return a === b || (a.width === b.width && a.times === b.times && a.theme === b.theme && a.search === b.search);
}

const rosterVersions = new WeakMap<State['roster'], number>();
let lastRosterVersion = 0;

/** Version of a roster. A presence group names many peers, so every change of the roster formats the group again. */
function rosterVersionOf(roster: State['roster']): number {
	const version = rosterVersions.get(roster) ?? ++lastRosterVersion;
	rosterVersions.set(roster, version);
	return version;
}

/** Cache key: everything that the rows show and that can change while the entry object stays the same. */
function signatureOf(state: State, item: TimelineItem, entry: TimelineEntry): string {
	const person = (peer: PeerId, seq?: number) =>
		`${displayName(state, peer, seq)}\n${displayAddress(state, peer)}\n${hueOf(state, peer)}`;
	const own = state.launch?.peer ?? '';
	if (item.entries.length > 1) {
		const last = item.entries.at(-1);
		return `${own}\n${item.entries.length}\n${last?.ms}\n${last?.counter}\n${rosterVersionOf(state.roster)}`;
	}
	const subject = 'subject' in entry ? person(entry.subject) : '';
	return `${own}\n${person(entry.peer, entry.seq)}\n${subject}`;
}
