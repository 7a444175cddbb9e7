import {type Figure, isMet, type Row} from './row.js';

const number = (value: number): string => {
	if (!Number.isFinite(value)) return '-';
	if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
	return value.toFixed(Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 0.1 ? 2 : 4);
};

const HEAD = ['#', 'row', 'figure', 'ours', 'floor', 'ratio', 'spread', 'target', ''];

function cellsOf({number: place, name}: Row, figure: Figure): string[] {
	const {what, unit, ours, floor, ratio, atMost, atLeast, absolute, note} = figure;
	const times = ratio && !absolute ? 'x' : '';
	const target = atMost !== undefined ? `<= ${atMost}${times}` : atLeast !== undefined ? `>= ${atLeast}${times}` : '';
	const met = isMet(figure);
	return [
		String(place),
		name,
		what,
		`${number(ours)} ${unit}`,
		floor === undefined ? '' : `${number(floor)} ${unit}`,
		ratio ? `${ratio.median.toFixed(2)}x` : '',
		ratio ? `${ratio.low.toFixed(2)}-${ratio.high.toFixed(2)}` : '',
		target,
		[met === undefined ? '' : met ? 'met' : 'MISSED', note ? `(${note})` : ''].filter(Boolean).join(' '),
	];
}

/** Formats the table with one line per figure. */
export function drawTable(rows: readonly {readonly row: Row; readonly figures: readonly Figure[]}[]): string {
	const lines = [HEAD, ...rows.flatMap(({row, figures}) => figures.map(figure => cellsOf(row, figure)))];
	const widths = HEAD.map((_, column) => Math.max(...lines.map(cells => cells[column]?.length ?? 0)));
	return lines
		.map(cells =>
			cells
				.map((cell, column) => cell.padEnd(widths[column] ?? 0))
				.join('  ')
				.trimEnd(),
		)
		.join('\n');
}
