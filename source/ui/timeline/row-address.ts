/** Places the address of an author in the rows of a message. */
import type {Row} from '../panes/paint-row.js';
import {cellWidth} from '../text/graphemes.js';
import type {Segment, Theme} from '../theme.js';
import type {RowColumns} from './row-columns.js';

/**
 * Returns the rows with the address added at the right end of the first or last row. If neither has room, the text is
 * wrapped again with room for the address in the first row. If there is still no room, the address gets a row of its own.
 * `rowsOf(reserved)` makes the rows and leaves that many cells of the first row free.
 */
export function withAddress(
	rowsOf: (reserved: number) => Row[],
	address: string,
	{textStart, textCells}: RowColumns,
	theme: Theme,
): Row[] {
	const room = (row: Row) => textStart + textCells - widthOf(row) - cellWidth(address);
	const fits = (rows: readonly Row[]) => [0, rows.length - 1].find(at => room(rows[at] ?? []) >= 2);
	const unchanged = rowsOf(0);
	const rows = fits(unchanged) === undefined ? rowsOf(cellWidth(address) + 2) : unchanged;
	const index = fits(rows) ?? rows.length;
	const row = rows[index] ?? [];
	return rows.toSpliced(index, 1, [...row, indent(Math.max(1, room(row))), {text: address, style: theme.muted}]);
}

/** Width of segments in cells. */
export function widthOf(segments: readonly Segment[]): number {
	return segments.reduce((cells, segment) => cells + cellWidth(segment.text), 0);
}

export function indent(cells: number): Segment {
	return {text: ' '.repeat(cells)};
}
