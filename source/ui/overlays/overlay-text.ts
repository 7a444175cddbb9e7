import type {PeerId} from '../../core/event.js';
import type {OrderKey} from '../../core/event-order.js';
import type {State} from '../../core/state.js';
import {describeFinding, describeReport} from '../../doctor/describe-diagnosis.js';
import {diagnoseNetwork} from '../../doctor/diagnose-network.js';
import type {NetworkReport, SelfInfo} from '../../node/chat-node.js';
import {commandRows, commandUsage} from '../../node/commands/command-table.js';
import {keyHelpLines} from '../input/key-help.js';
import {cleanLine} from '../text/clean-for-screen.js';
import {cellWidth, padCells} from '../text/graphemes.js';
import {wrapText} from '../text/wrap-text.js';
import type {Segment, Theme} from '../theme.js';
import type {TimelineView} from '../timeline/timeline-view.js';
import {type Detail, entryDetails, peerDetails} from './details.js';

/**
 * Where an overlay is read. Who scrolls does not know how many lines there are: what lies nearer to END than to 0 is
 * counted back from the last page. Pure.
 */
const SCROLL_END = 1_000_000;

/** As a step: to the start, to the end. */
export const SCROLL_TO_START = -SCROLL_END;
export const SCROLL_TO_END = SCROLL_END;

export function scrollOverlayBy(scroll: number, rows: number): number {
	return Math.max(0, Math.min(SCROLL_END, scroll + rows));
}

/** The line at the top of a page of `room` lines. */
export function firstVisibleLine(scroll: number, lines: number, room: number): number {
	const last = Math.max(0, lines - room);
	return Math.max(0, Math.min(last, scroll > SCROLL_END / 2 ? last - (SCROLL_END - scroll) : scroll));
}

/** The network pane and `/doctor`: what is wrong and what to do, then what was sent, heard and tried. Pure over a report. */

export function networkLines(report: NetworkReport): string[] {
	const findings = diagnoseNetwork(report).flatMap(describeFinding);
	const more = '"npx p2pchat-ink doctor", in another terminal, also tries whether the others can reach this computer.';
	return [...findings, '', ...describeReport(report), more];
}

/** The help overlay as lines: the command table, the key table, the marks. */

const KEYS_CELLS = 30;
/** Where there is room no row is longer. */
const WIDE_KEYS_CELLS = 42;
const WIDE_MIN_CELLS = 110;

export function helpRows(width: number, theme: Theme): Segment[][] {
	const lines: Segment[][] = [];
	lines.push([{text: ' Commands', style: {bold: true}}]);
	for (const row of commandRows) lines.push(...twoColumnRows(commandUsage(row), row.description, width, theme));
	lines.push(...twoColumnRows('//text', 'say a text that begins with a slash', width, theme));
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
	lines.push(...twoColumnRows(undelivered, 'said, and held by nobody else yet', width, theme));
	lines.push(...twoColumnRows(partlyDelivered, 'held by some of those who were there', width, theme));
	lines.push(...twoColumnRows(delivered, 'held by all who were there', width, theme));
	lines.push(...twoColumnRows('@', 'speaks to you', width, theme));
	lines.push(...twoColumnRows('~192.168.1.7', 'an address that we were told and never reached', width, theme));
	lines.push(
		...twoColumnRows('Bob#a1b2c3d4', 'others go or went by that name: a fingerprint tells them apart', width, theme),
	);
	return lines;
}

/** Side by side where the left fits its column, else below each other. */
export function twoColumnRows(left: string, right: string, width: number, theme: Theme): Segment[][] {
	const column = width >= WIDE_MIN_CELLS ? WIDE_KEYS_CELLS : Math.min(KEYS_CELLS, Math.floor(width / 2));
	const room = Math.max(8, width - column - 3);
	const rest = wrapText(right, room, room).map(line => right.slice(line.start, line.end));
	if (cellWidth(left) <= column) {
		return rest.map((text, index) => [
			{text: ` ${padCells(index === 0 ? left : '', column, theme.glyphs.ellipsis)} `},
			{text, style: theme.muted},
		]);
	}
	return [[{text: ` ${left}`}], ...rest.map(text => [{text: ` ${' '.repeat(column)} `}, {text, style: theme.muted}])];
}

/** What covers the panes, and the line it is scrolled to: see scrollOverlayBy. */
export type Overlay =
	| {readonly type: 'help'; readonly scroll: number}
	| {readonly type: 'network'; readonly scroll: number}
	| {readonly type: 'event'; readonly key: OrderKey; readonly scroll: number}
	| {readonly type: 'peer'; readonly peer: PeerId; readonly scroll: number}
	/** Output of a command. */
	| {readonly type: 'text'; readonly title: string; readonly lines: readonly string[]; readonly scroll: number};

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
			return {title: overlay.title, lines: wrapLines(overlay.lines.map(cleanLine), width)};
	}
}

function wrapLines(lines: readonly string[], width: number): Segment[][] {
	return lines.flatMap(line => {
		const indent = /^ */.exec(line)?.[0] ?? '';
		return wrapText(line, width - 1, width - 3 - indent.length).map((part, index) => [
			{text: ` ${index === 0 ? '' : `${indent}  `}${line.slice(part.start, part.end)}`},
		]);
	});
}

const DETAIL_LABEL_CELLS = 16;

export function detailRows(facts: readonly Detail[], width: number, theme: Theme): Segment[][] {
	return facts.flatMap(([what, value]) => {
		const room = Math.max(8, width - DETAIL_LABEL_CELLS - 2);
		if (room < 16) return twoColumnRows(what, value, width, theme);
		return wrapText(value, room, room).map((line, index) => [
			{text: ` ${(index === 0 ? what : '').padEnd(DETAIL_LABEL_CELLS)}`, style: theme.muted},
			{text: value.slice(line.start, line.end)},
		]);
	});
}
