/**
 * The last gate before the terminal: whatever a text went through before, no control, escape sequence, reordering or
 * pile of combining marks gets past this (lessons.md, "names with escape sequences drove the terminal").
 */
import {cleanText} from '../../core/text.js';

/** Bounds what is drawn, not what is kept; longer than any event may be. */
const MAX_DRAWN_BYTES = 64 * 1024;

/** Safe to draw; newlines stay. */
export function cleanForScreen(text: string): string {
	return cleanText(text, MAX_DRAWN_BYTES);
}

/** The same on one line: for names, addresses, reasons. */
export function cleanLine(text: string): string {
	return cleanForScreen(text).replaceAll('\n', ' ');
}
