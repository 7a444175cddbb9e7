/**
 * Last filter before the terminal. The codec already cleans text; this filter cleans again everything that is drawn, so
 * that no control character, escape sequence, bidirectional override or run of combining marks reaches the terminal.
 */
import {cleanText} from '../../core/text.js';

/**
 * Maximum size of a drawn text, in bytes of UTF-8. No event is larger, so only a text that the codec has not checked
 * can be cut.
 */
const MAX_DRAWN_BYTES = 64 * 1024;

/** Makes a text safe to draw. Newlines are kept. */
export function cleanForScreen(text: string): string {
	return cleanText(text, MAX_DRAWN_BYTES);
}

/** Makes a text safe to draw on one line, for names, addresses and reasons: a newline becomes a space. */
export function cleanLine(text: string): string {
	return cleanForScreen(text).replaceAll('\n', ' ');
}
