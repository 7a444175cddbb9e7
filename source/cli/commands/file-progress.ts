/**
 * One line on standard error that shows the progress of a command. The line is written only to a terminal, and is removed
 * at the end.
 */
import type {WriteStream} from 'node:tty';
import {truncateCells} from '../../ui/text/graphemes.js';

/** Minimum interval between two changes of the progress line, ms. */
const INTERVAL_MS = 200;
const CLEAR_LINE = '\r\u001b[K';

export interface ProgressLine {
	show(text: string): void;
	/** Removes the progress line from the terminal. */
	clear(): void;
}

/** Creates a progress line. `now` returns the monotonic time in ms. */
export function createProgressLine(
	stderr: Pick<WriteStream, 'isTTY' | 'columns' | 'write'>,
	now: () => number,
): ProgressLine {
	let shownAt = Number.NEGATIVE_INFINITY;
	let isShown = false;
	return {
		show(text) {
			if (!stderr.isTTY || now() - shownAt < INTERVAL_MS) return;
			shownAt = now();
			isShown = true;
			stderr.write(`${CLEAR_LINE}${truncateCells(text, Math.max(1, (stderr.columns || 80) - 1), '…')}`);
		},
		clear() {
			if (isShown) stderr.write(CLEAR_LINE);
			isShown = false;
		},
	};
}
