/** The list of saved logs as rows. Pure. */
import {cleanLine} from '../layout/clean-for-screen.js';
import {padCells} from '../layout/width.js';
import type {Segment, Theme} from '../theme.js';
import {formatMoment} from '../timeline/day.js';

export interface SavedLog {
	readonly path: string;
	readonly room: string;
	/** Wall clock, ms. */
	readonly created: number;
	/** As it is shown. */
	readonly size: string;
}

export interface LogSummary {
	readonly events: number;
	readonly peers: number;
	readonly damaged: boolean;
}

export interface ChooserState {
	readonly logs: readonly SavedLog[];
	readonly summaries: ReadonlyMap<string, LogSummary>;
	readonly at: number;
	readonly columns: number;
	readonly rows: number;
}

/** Title and foot. */
const CHROME_ROWS = 3;

export function moveChoice(state: ChooserState, key: string): ChooserState {
	const page = Math.max(1, state.rows - CHROME_ROWS);
	const moves: Readonly<Record<string, number>> = {
		up: -1,
		k: -1,
		down: 1,
		j: 1,
		pageup: -page,
		pagedown: page,
		g: -state.logs.length,
		home: -state.logs.length,
		G: state.logs.length,
		end: state.logs.length,
	};
	const at = Math.max(0, Math.min(state.logs.length - 1, state.at + (moves[key] ?? 0)));
	return at === state.at ? state : {...state, at};
}

export function chooserRows({logs, summaries, at, columns, rows}: ChooserState, theme: Theme): Segment[][] {
	const {ellipsis, selected} = theme.glyphs;
	const line = (cells: readonly string[]) => ` ${cells.join('  ')}`;
	const widths = [16, 12, 7, 5, 8];
	const lay = (cells: readonly string[]) =>
		line(
			cells.map((cell, index) =>
				index >= 2 && index < 5 ? cell.padStart(widths[index] ?? 0) : padCells(cell, widths[index] ?? 0, ellipsis),
			),
		);
	const room = Math.max(1, rows - CHROME_ROWS);
	const first = Math.max(0, Math.min(at - Math.floor(room / 2), logs.length - room));
	const nameCells = Math.max(0, columns - 62);
	const head = lay(['when', 'room', 'events', 'peers', 'size', '']);
	const drawn = logs.slice(first, first + room).map((log, index): Segment[] => {
		const summary = summaries.get(log.path);
		const marked = first + index === at;
		const cells = [
			formatMoment(log.created).slice(0, 16),
			cleanLine(log.room),
			summary ? String(summary.events) : ellipsis,
			summary ? String(summary.peers) : ellipsis,
			log.size,
		];
		const note = summary?.damaged ? 'damaged ' : '';
		const name = padCells(`${note}${cleanLine(log.path.split(/[\\/]/).at(-1) ?? '')}`, nameCells, ellipsis);
		return [
			{text: marked ? selected : ' ', style: {bold: true}},
			{text: padCells(`${lay(cells)}  ${name}`, columns - 1, ellipsis), ...(marked && {style: {bold: true}})},
		];
	});
	return [
		[
			{
				text: padCells(` REPLAY: which log? ${logs.length} saved`, columns, ellipsis),
				style: {...theme.bar, bold: true},
			},
		],
		[{text: padCells(` ${head}`, columns, ellipsis), style: theme.quiet}],
		...drawn,
	];
}
