/** Texts of the overlays, and the functions that scroll an overlay. */
import type {PeerId} from '../../core/event.js';
import type {OrderKey} from '../../core/event-order.js';
import type {State} from '../../core/state.js';
import {describeFinding, describeReport} from '../../doctor/describe-diagnosis.js';
import {diagnoseNetwork} from '../../doctor/diagnose-network.js';
import type {SelfInfo} from '../../node/chat-node.js';
import {commandRows, commandUsage} from '../../node/commands/command-table.js';
import type {NetworkReport} from '../../node/network-report.js';
import {keyHelpLines} from '../input/key-help.js';
import {cleanLine} from '../text/clean-for-screen.js';
import {cellWidth, padCells} from '../text/graphemes.js';
import {qrCodeLines} from '../text/qr-code.js';
import {wrapMessage} from '../text/wrap-message.js';
import {wrapText} from '../text/wrap-text.js';
import type {Segment, Theme} from '../theme.js';
import type {TimelineView} from '../timeline/timeline-view.js';
import {type Detail, entryDetails, peerDetails} from './details.js';

/** Overlay that covers the panes. `scroll` is its scroll position, which scrollOverlayBy changes. */
export type Overlay =
	| {readonly type: 'help'; readonly scroll: number}
	| {readonly type: 'network'; readonly scroll: number}
	| {readonly type: 'event'; readonly key: OrderKey; readonly scroll: number}
	| {readonly type: 'peer'; readonly peer: PeerId; readonly scroll: number}
	/** Output of a command. `code`: the modules of a QR code that is shown below the first lines. */
	| {
			readonly type: 'text';
			readonly title: string;
			readonly lines: readonly string[];
			readonly scroll: number;
			readonly code?: readonly (readonly boolean[])[];
	  };

export interface OverlayRequest {
	readonly overlay: Overlay;
	readonly state: State;
	readonly self: SelfInfo;
	readonly view: TimelineView;
	readonly width: number;
	readonly theme: Theme;
	diagnose(): NetworkReport;
}

export interface OverlayText {
	readonly title: string;
	readonly lines: readonly (readonly Segment[])[];
}

/** Title and lines of an overlay. */
export function overlayTextOf(request: OverlayRequest): OverlayText {
	const {overlay, state, view, width, theme} = request;
	switch (overlay.type) {
		case 'help':
			return {title: 'Help', lines: helpRows(width, theme)};
		case 'network':
			return {title: 'Network', lines: wrapLines(networkLines(request.diagnose()), width)};
		case 'peer':
			return {title: 'Peer', lines: detailRows(peerDetails(state, overlay.peer), width, theme)};
		case 'event': {
			const entry = view.at(view.positionOf(overlay.key));
			return {title: 'Details', lines: entry ? detailRows(entryDetails(state, entry), width, theme) : []};
		}
		case 'text':
			return {title: overlay.title, lines: textRows(overlay, width, theme)};
	}
}

/** Number of lines that are shown above a QR code: the purpose of the code, and its URL. */
const LINES_ABOVE_CODE = 2;

function textRows({lines, code}: Overlay & {type: 'text'}, width: number, theme: Theme): Segment[][] {
	const isDrawable = code && theme.isUnicode && code.length < width;
	if (!isDrawable) return wrapWhole(lines, width);
	const rows = (part: readonly string[]) => wrapLines(part.map(cleanLine), width);
	const codeRows = qrCodeLines(code, theme.background === 'light').map(text => [{text: ` ${text}`}]);
	return [...rows(lines.slice(0, LINES_ABOVE_CODE)), ...codeRows, ...rows(lines.slice(LINES_ABOVE_CODE))];
}

/**
 * Scroll position that stands for the last page, because the functions that scroll do not know the number of lines. A
 * position that is nearer to SCROLL_END than to 0 is counted backwards from the last page.
 */
const SCROLL_END = 1_000_000;

/** Values of `rows` for scrollOverlayBy: they scroll to the start and to the end of any text. */
export const SCROLL_TO_START = -SCROLL_END;
export const SCROLL_TO_END = SCROLL_END;

/** The scroll position after scrolling by `rows`. */
export function scrollOverlayBy(scroll: number, rows: number): number {
	return Math.max(0, Math.min(SCROLL_END, scroll + rows));
}

/**
 * Index of the line at the top for the scroll position `scroll`, with `lines` lines in the text and `pageRows` rows on
 * a page.
 */
export function firstVisibleLine(scroll: number, lines: number, pageRows: number): number {
	const last = Math.max(0, lines - pageRows);
	return Math.max(0, Math.min(last, scroll > SCROLL_END / 2 ? last - (SCROLL_END - scroll) : scroll));
}

/** A list of messages in the order of time. Like the timeline, it opens at the newest message. */
export function messagesOverlay(title: string, lines: readonly string[]): Overlay {
	return {type: 'text', title, lines, scroll: SCROLL_END};
}

/** Lines of the network pane and of `/doctor`: findings with their remedies, then the measurements. */
export function networkLines(report: NetworkReport): string[] {
	const findings = diagnoseNetwork(report).flatMap(describeFinding);
	const more = '"npx p2pchat-ink doctor" in another terminal also tests whether others can reach this computer.';
	return [...findings, '', ...describeReport(report), more];
}

const KEYS_CELLS = 30;
/** Width of the key column in a wide terminal, in cells: fits the longest list of keys. */
const WIDE_KEYS_CELLS = 42;
const WIDE_MIN_CELLS = 110;

/** The help overlay: commands, keys, and the marks of the timeline. */
export function helpRows(width: number, theme: Theme): Segment[][] {
	const lines: Segment[][] = [];
	lines.push([{text: ' Commands', style: {bold: true}}]);
	for (const row of commandRows) lines.push(...twoColumnRows(commandUsage(row), row.description, width, theme));
	lines.push(...twoColumnRows('//text', 'send text that begins with a slash', width, theme));
	let section = '';
	for (const line of keyHelpLines()) {
		if (line.section !== section) {
			section = line.section;
			lines.push([], [{text: ` ${section}`, style: {bold: true}}]);
		}
		lines.push(...twoColumnRows(line.labels.join(', '), line.description, width, theme));
	}
	lines.push([], [{text: ' Marks', style: {bold: true}}]);
	const {undelivered, partlyDelivered, delivered} = theme.glyphs;
	lines.push(...twoColumnRows(undelivered, 'sent, not delivered to anybody yet', width, theme));
	lines.push(...twoColumnRows(partlyDelivered, 'delivered to some of the peers that were connected', width, theme));
	lines.push(
		...twoColumnRows(
			delivered,
			'delivered to all peers that were connected; a message of an earlier session: to at least one peer',
			width,
			theme,
		),
	);
	lines.push(...twoColumnRows('@', 'mentions you or everybody (@all)', width, theme));
	lines.push(
		...twoColumnRows('peers 2/3', '2 people are connected, of 3 who have not left; you are not counted', width, theme),
	);
	lines.push(...twoColumnRows(theme.glyphs.verified, 'in the peers pane: you have verified this person', width, theme));
	lines.push(...twoColumnRows('!', 'uses the name of a verified person with another key', width, theme));
	lines.push(...twoColumnRows('~192.168.1.7', 'address reported by others, not verified', width, theme));
	lines.push(
		...twoColumnRows(
			'Bob#a1b2c3d4',
			'several people use or used this name; the fingerprint tells them apart, but does not prove who they are',
			width,
			theme,
		),
	);
	return lines;
}

/** Formats two texts side by side if the left one fits its column, else one below the other. */
export function twoColumnRows(left: string, right: string, width: number, theme: Theme): Segment[][] {
	const column = width >= WIDE_MIN_CELLS ? WIDE_KEYS_CELLS : Math.min(KEYS_CELLS, Math.floor(width / 2));
	const rightCells = Math.max(8, width - column - 3);
	const rightRows = wrapText(right, rightCells, rightCells).map(line => right.slice(line.start, line.end));
	if (cellWidth(left) <= column) {
		return rightRows.map((text, index) => [
			{text: ` ${padCells(index === 0 ? left : '', column, theme.glyphs.ellipsis)} `},
			{text, style: theme.muted},
		]);
	}
	return [
		[{text: ` ${left}`}],
		...rightRows.map(text => [{text: ` ${' '.repeat(column)} `}, {text, style: theme.muted}]),
	];
}

/**
 * Rows of a text, wrapped at the width at which it was drawn last. Without this cache, a list of 10,000 shared files
 * would be wrapped again for every frame.
 */
const wrapped = new WeakMap<readonly string[], {readonly width: number; readonly rows: Segment[][]}>();

function wrapWhole(lines: readonly string[], width: number): Segment[][] {
	const known = wrapped.get(lines);
	if (known?.width === width) return known.rows;
	const rows = wrapLines(lines.map(cleanLine), width);
	wrapped.set(lines, {width, rows});
	return rows;
}

function wrapLines(lines: readonly string[], width: number): Segment[][] {
	return lines.flatMap(line => {
		const indent = /^ */.exec(line)?.[0] ?? '';
		return wrapText(line, width - 1, width - 3 - indent.length).map((part, index) => [
			{text: ` ${index === 0 ? '' : `${indent}  `}${line.slice(part.start, part.end)}`},
		]);
	});
}

function blockRows(label: string, value: string, width: number, theme: Theme): Segment[][] {
	const cells = Math.max(8, width - 2);
	return [
		[{text: ` ${label}`, style: theme.muted}],
		...wrapMessage(value, cells, cells).map(({start, end}) => [{text: `  ${value.slice(start, end)}`}]),
	];
}

const DETAIL_LABEL_CELLS = 16;

/** Details as rows of label and value. A value of several lines, for example code, begins below its label and has the whole width. */
export function detailRows(details: readonly Detail[], width: number, theme: Theme): Segment[][] {
	return details.flatMap(([label, value]) => {
		if (value.includes('\n')) return blockRows(label, value, width, theme);
		const valueCells = Math.max(8, width - DETAIL_LABEL_CELLS - 2);
		if (valueCells < 16) return twoColumnRows(label, value, width, theme);
		return wrapText(value, valueCells, valueCells).map((line, index) => [
			{text: ` ${(index === 0 ? label : '').padEnd(DETAIL_LABEL_CELLS)}`, style: theme.muted},
			{text: value.slice(line.start, line.end)},
		]);
	});
}
