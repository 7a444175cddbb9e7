/**
 * Rows of a whisper. The word `private` takes the place of the author's name, and a bar precedes every line of the
 * text. Therefore no public message can look like a whisper, even if its author is called `private` and the screen has
 * no colours.
 */
import type {Whisper} from '../../core/event.js';
import {hueOf} from '../../core/name-hues.js';
import {nameSeqOf} from '../../core/select-peers.js';
import type {State} from '../../core/state.js';
import type {Row} from '../panes/paint-row.js';
import {cleanForScreen} from '../text/clean-for-screen.js';
import {cellWidth, padCellsLeft} from '../text/graphemes.js';
import {wrapMessage} from '../text/wrap-message.js';
import type {Segment, Style, Theme} from '../theme.js';
import {displayName} from './display-name.js';
import {formatTime, type TimeFormat} from './format-time.js';
import type {RowColumns} from './row-columns.js';
import {linksOf, textSegments} from './text-segments.js';

export interface WhisperRowOptions {
	readonly times: TimeFormat;
	readonly theme: Theme;
	readonly search: string;
	readonly columns: RowColumns;
}

const LABEL = 'private';

export function formatWhisper(state: State, entry: Whisper, options: WhisperRowOptions): Row[] {
	const {theme, columns, times} = options;
	const {layout, timeCells, nameCells, textStart, textCells} = columns;
	const label: Style = {bold: true};
	const time: Segment[] = timeCells > 0 ? [{text: `${formatTime(entry.at, times)} `, style: theme.muted}] : [];
	const party = partySegments(state, entry, theme);
	if (layout === 'heading')
		return [
			[...time, {text: `${LABEL}, `, style: label}, ...party],
			...textRows(entry, [], indent(textStart), options),
		];
	const head: Segment[] = [...time, {text: padCellsLeft(LABEL, nameCells), style: label}];
	const gap = indent(textStart - timeCells - nameCells);
	const lead = [...party, {text: ': '}];
	// If the words in front of the text take half of the row or more, they get a line of their own.
	const hasRoom = widthOf(lead) < textCells / 2;
	const bar = barOf(theme);
	const rows = textRows(entry, hasRoom ? lead : [], indent(textStart), options);
	if (!hasRoom) return [[...head, gap, bar, ...party], ...rows];
	const [[, ...first] = [], ...others] = rows;
	return [[...head, gap, ...first], ...others];
}

/** `from Dave` or `to Dave`, with the colour of the name. */
function partySegments(state: State, entry: Whisper, theme: Theme): Segment[] {
	const {subject, own} = entry;
	const name = displayName(state, subject, nameSeqOf(state, subject, entry));
	return [{text: own ? 'to ' : 'from '}, {text: name, style: {...theme.nameStyle(hueOf(state, subject)), bold: true}}];
}

function textRows(entry: Whisper, lead: readonly Segment[], indentation: Segment, options: WhisperRowOptions): Row[] {
	const bar = barOf(options.theme);
	const cells = Math.max(1, options.columns.textCells - cellWidth(bar.text));
	const text = cleanForScreen(entry.text);
	const links = linksOf(text);
	return wrapMessage(text, Math.max(1, cells - widthOf(lead)), cells).map((line, index) => [
		indentation,
		bar,
		...(index === 0 ? lead : []),
		...textSegments(text, line, links, options),
	]);
}

function barOf({glyphs, muted}: Theme): Segment {
	return {text: `${glyphs.bar} `, style: muted};
}

function widthOf(segments: readonly Segment[]): number {
	return segments.reduce((cells, segment) => cells + cellWidth(segment.text), 0);
}

function indent(cells: number): Segment {
	return {text: ' '.repeat(Math.max(0, cells))};
}
