/**
 * Replaces `string-width` in the whole bundle, which includes Ink (`alias` in .config/build.mjs). It returns the same
 * widths. It calls the package only for texts that contain more than plain characters and simple emoji (plain-text.ts).
 * The package tests each grapheme outside ASCII against a regular expression of all emoji sequences, which takes a
 * third of the time to the first frame.
 */
import stringWidth from '#string-width';
import {hasPlainWidth, plainWidth} from '../text/plain-text.js';

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with a control character
const COLOURS = /\u001b\[[\d;]*m/g;

/** Width of a text in terminal cells. Escape sequences have no width. */
export default function quickStringWidth(text: string, options?: Parameters<typeof stringWidth>[1]): number {
	if (options !== undefined || typeof text !== 'string') return stringWidth(text, options);
	const bare = text.includes('\u001b') ? text.replace(COLOURS, '') : text;
	return hasPlainWidth(bare) ? plainWidth(bare) : stringWidth(text);
}
