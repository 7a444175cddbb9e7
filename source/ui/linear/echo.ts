/** What to append to the terminal so that the line shown becomes the draft. Nothing above the line is ever touched. Pure. */
import {cellWidth} from '../layout/width.js';

export const PROMPT = '> ';

/** `\b \b` takes back a cell at the end of the line; anything else begins the line anew below. */
export function echoChange(before: string, after: string): string {
	if (after.startsWith(before)) return showBreaks(after.slice(before.length));
	if (before.startsWith(after) && !before.slice(after.length).includes('\n')) {
		return '\b \b'.repeat(cellWidth(before.slice(after.length)));
	}
	return `\r\n${PROMPT}${showBreaks(after)}`;
}

export function showBreaks(text: string): string {
	return text.replaceAll('\n', '\r\n  ');
}
