/** What to append to the terminal so that the line shown becomes the draft. Nothing above the line is ever touched. Pure. */
import {cellWidth} from '../layout/width.js';

/** One UTF-16 unit each, neither mark nor joiner nor newline. */
const CERTAIN = /^[^\n\p{M}\p{Cf}\u{10000}-\u{10ffff}]*$/u;

export const PROMPT = '> ';

/**
 * `\b \b` takes back a cell at the end of the line; anything else, also emoji whose width terminals do not agree on, begins
 * the line anew below.
 */
export function echoChange(before: string, after: string): string {
	if (after.startsWith(before)) return showBreaks(after.slice(before.length));
	const gone = before.slice(after.length);
	if (before.startsWith(after) && CERTAIN.test(gone)) return '\b \b'.repeat(cellWidth(gone));
	return `\r\n${PROMPT}${showBreaks(after)}`;
}

export function showBreaks(text: string): string {
	return text.replaceAll('\n', '\r\n  ');
}
