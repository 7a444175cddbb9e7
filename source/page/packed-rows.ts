/**
 * A block of rows as JSON in which ids and times are differences from the row before. The same differences occur often,
 * so the file compresses to half the size of a file with the ids and times themselves.
 */
import type {PageRow} from './page-row.js';

/**
 * A row whose id is the position of its event in the timeline. A row about missing events (a gap) has the position of
 * the event after it.
 */
type PackedRow = Omit<PageRow, 'id'> & {readonly id: number};

/** Converts the rows of a block to one line of JSON. */
export function packRows(rows: readonly PageRow[]): string {
	let [lastId, lastAt] = [0, 0];
	return JSON.stringify(
		rows.map((row): PackedRow => {
			const id = Number.parseInt(row.id, 10);
			const packed = {...row, id: id - lastId, at: row.at - lastAt};
			[lastId, lastAt] = [id, row.at];
			return packed;
		}),
	);
}

/** Reverses packRows. */
export function unpackRows(line: string): PageRow[] {
	let [id, at] = [0, 0];
	const rows: PackedRow[] = JSON.parse(line);
	return rows.map(row => {
		id += row.id;
		at += row.at;
		return {...row, id: row.kind === 'gap' ? gapId(id) : String(id), at};
	});
}

/** Id of the row which says that events are missing before an event. */
export function gapId(nextId: number | string): string {
	return `${nextId}-gap`;
}
