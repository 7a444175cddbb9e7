/** Size of the terminal, also where the system reports none: serial lines and some containers report 0 columns and 0 rows. */

const DEFAULT_COLUMNS = 80;
const DEFAULT_ROWS = 24;

interface SizedOutput {
	readonly isTTY?: boolean;
	columns: number;
	rows: number;
	prependListener(event: 'resize', listener: () => void): unknown;
}

/**
 * Sets the default size on a terminal that reports none, now and after each change. Every reader of `columns` and `rows`,
 * Ink included, then gets positive numbers.
 */
export function ensureTerminalSize(stdout: SizedOutput): void {
	if (!stdout.isTTY) return;
	const apply = () => {
		if (!(stdout.columns > 0)) stdout.columns = DEFAULT_COLUMNS;
		if (!(stdout.rows > 0)) stdout.rows = DEFAULT_ROWS;
	};
	apply();
	stdout.prependListener('resize', apply);
}
