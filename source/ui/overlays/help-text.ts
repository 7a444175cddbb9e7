/** The help overlay as lines: the command table, the key table, the marks. */
import {commandForm, commandRows} from '../../session/command/command-table.js';
import {helpLines} from '../keys/key-labels.js';
import {cellWidth, padCells} from '../layout/width.js';
import {wrapText} from '../layout/wrap.js';
import type {Segment, Theme} from '../theme.js';

const KEYS_CELLS = 30;
/** Where there is room no row is longer. */
const WIDE_KEYS_CELLS = 42;
const WIDE_FROM = 110;

export function helpText(width: number, theme: Theme): Segment[][] {
	const lines: Segment[][] = [];
	lines.push([{text: ' Commands', style: {bold: true}}]);
	for (const row of commandRows) lines.push(...pair(commandForm(row), row.does, width, theme));
	lines.push(...pair('//text', 'say a text that begins with a slash', width, theme));
	let section = '';
	for (const line of helpLines()) {
		if (line.section !== section) {
			section = line.section;
			lines.push([], [{text: ` ${section}`, style: {bold: true}}]);
		}
		lines.push(...pair(line.labels.join(', '), line.does, width, theme));
	}
	lines.push([], [{text: ' Marks', style: {bold: true}}]);
	const {waiting, partial, delivered} = theme.glyphs;
	lines.push(...pair(waiting, 'said, and held by nobody else yet', width, theme));
	lines.push(...pair(partial, 'held by some of those who were there', width, theme));
	lines.push(...pair(delivered, 'held by all who were there', width, theme));
	lines.push(...pair('@', 'speaks to you', width, theme));
	lines.push(...pair('~192.168.1.7', 'an address that we were told and never reached', width, theme));
	lines.push(...pair('Bob#a1b2c3d4', 'others go or went by that name: a fingerprint tells them apart', width, theme));
	return lines;
}

/** Side by side where the left fits its column, else below each other. */
export function pair(left: string, right: string, width: number, theme: Theme): Segment[][] {
	const column = width >= WIDE_FROM ? WIDE_KEYS_CELLS : Math.min(KEYS_CELLS, Math.floor(width / 2));
	const room = Math.max(8, width - column - 3);
	const rest = wrapText(right, room, room).map(line => right.slice(line.start, line.end));
	if (cellWidth(left) <= column) {
		return rest.map((text, index) => [
			{text: ` ${padCells(index === 0 ? left : '', column, theme.glyphs.ellipsis)} `},
			{text, style: theme.quiet},
		]);
	}
	return [[{text: ` ${left}`}], ...rest.map(text => [{text: ` ${' '.repeat(column)} `}, {text, style: theme.quiet}])];
}
