import stringWidth from 'string-width';
import {graphemes, isSimple} from './graphemes.js';

/** Terminal cells of a text without newlines or escape sequences. */
export function cellWidth(text: string): number {
	return isSimple(text) ? text.length : stringWidth(text);
}

/** At most `cells` wide; what does not fit ends in `ellipsis` (one cell). Never cuts a grapheme. */
export function truncateCells(text: string, cells: number, ellipsis = '…'): string {
	if (cells <= 0) return '';
	if (cellWidth(text) <= cells) return text;
	let width = 0;
	let kept = '';
	for (const part of graphemes(text)) {
		const wide = cellWidth(part);
		if (width + wide > cells - 1) break;
		kept += part;
		width += wide;
	}
	return kept + ellipsis;
}

/** Exactly `cells` wide: cut or filled with spaces at the right. */
export function padCells(text: string, cells: number, ellipsis = '…'): string {
	const cut = truncateCells(text, cells, ellipsis);
	return cut + ' '.repeat(Math.max(0, cells - cellWidth(cut)));
}
