/**
 * Columns of the rows of the timeline. They depend only on the width and the settings, so that the text of every row starts
 * in the same column.
 *
 *     14:05       Carol morning! what can I do?      192.168.1.5      columns
 *     14:05 Carol 192.168.1.5                                         heading, in a narrow terminal
 *       morning! what can I do?
 */
import type {TimeFormat} from './format-time.js';

export interface RowColumns {
	/** `heading`: name and address have a row of their own, above the text. */
	readonly layout: 'columns' | 'heading';
	/** Width of the time and the space after it; 0 without times. */
	readonly timeCells: number;
	/** Width of the name, which includes a fingerprint. 0 in the layout `heading`. */
	readonly nameCells: number;
	/**
	 * Where an address is shown: `column`: before the text; `end`: at the end of the first or last row of the text;
	 * `heading`: in the row above the text.
	 */
	readonly addressPlace: 'column' | 'end' | 'heading' | 'none';
	/** Width of everything before the text, in cells. */
	readonly textStart: number;
	readonly textCells: number;
}

export interface ColumnsRequest {
	/** Width of a row without the column of marks, in cells. */
	readonly cells: number;
	readonly times: TimeFormat;
	readonly addresses: boolean;
}

/** Width of an IPv4 address with the mark `~` of an unverified address. A longer address is truncated. */
export const ADDRESS_CELLS = 16;
/**
 * Minimum width of a row, in cells, at which names have a column. In a narrower row the text would have too little
 * space.
 */
const COLUMNS_MIN_CELLS = 48;
/** Minimum width of a row, in cells, at which addresses have a column. */
const ADDRESS_COLUMN_MIN_CELLS = 108;
const HEADING_INDENT_CELLS = 2;
const TIME_CELLS: Readonly<Record<TimeFormat, number>> = {minutes: 6, seconds: 9, none: 0};

/**
 * Width of the name column. A name with a fingerprint does not fit the narrowest column, so it has a row of its own
 * above the text.
 */
function nameCellsOf(cells: number): number {
	if (cells >= ADDRESS_COLUMN_MIN_CELLS) return 20;
	return cells >= 90 ? 14 : 10;
}

export function columnsOf({cells, times, addresses}: ColumnsRequest): RowColumns {
	const timeCells = TIME_CELLS[times];
	if (cells < COLUMNS_MIN_CELLS) {
		const textStart = HEADING_INDENT_CELLS;
		const addressPlace = addresses ? 'heading' : 'none';
		return {layout: 'heading', timeCells, nameCells: 0, addressPlace, textStart, textCells: cells - textStart};
	}
	const nameCells = nameCellsOf(cells);
	const hasColumn = addresses && cells >= ADDRESS_COLUMN_MIN_CELLS;
	const textStart = timeCells + nameCells + 1 + (hasColumn ? ADDRESS_CELLS + 1 : 0);
	return {
		layout: 'columns',
		timeCells,
		nameCells,
		addressPlace: hasColumn ? 'column' : addresses ? 'end' : 'none',
		textStart,
		textCells: cells - textStart,
	};
}
