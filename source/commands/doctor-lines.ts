import wrapAnsi from 'wrap-ansi';

/** Longer lines are hard to read, however wide the terminal is. */
const MAX_COLUMNS = 100;
const MIN_COLUMNS = 20;

/** Lines as they fit a terminal, each continued under its own indent. Anywhere else (undefined) they stay whole. */
export function wrapLines(lines: readonly string[], columns: number | undefined): string[] {
	if (columns === undefined) return [...lines];
	const width = Math.max(MIN_COLUMNS, Math.min(columns, MAX_COLUMNS));
	return lines.flatMap(line => {
		const indent = /^ */.exec(line)?.[0] ?? '';
		const first = wrapAnsi(line.slice(indent.length), width - indent.length - 2, {hard: true}).split('\n');
		return first.map((part, index) => (index === 0 ? indent : `${indent}  `) + part);
	});
}
