/**
 * Last filter before the terminal. Text was cleaned when it was decoded; this repeats it for everything that is drawn, so
 * that no control character, escape sequence, bidirectional override or pile of combining marks reaches the terminal.
 */
import {cleanText} from '../../core/text.js';

/** Upper bound of a drawn text, in bytes of UTF-8. Longer than any event, so that it cuts only what did not pass the codec. */
const MAX_DRAWN_BYTES = 64 * 1024;

/** Text that is safe to draw. Newlines are kept. */
export function cleanForScreen(text: string): string {
	return cleanText(text, MAX_DRAWN_BYTES);
}

/** Text that is safe to draw on one line, for names, addresses and reasons: a newline becomes a space. */
export function cleanLine(text: string): string {
	return cleanForScreen(text).replaceAll('\n', ' ');
}
