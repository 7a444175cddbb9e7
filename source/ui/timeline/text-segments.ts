/** Segments of one row of a message: web links are underlined and clickable, and matches of the search highlighted. */
import {findLinks} from '../../core/find-links.js';
import {findFolded, type TextRange} from '../../core/fold-text.js';
import {linkTarget} from '../../core/link-target.js';
import type {LineRange} from '../text/wrap-text.js';
import type {Segment, Style, Theme} from '../theme.js';

const LINK: Style = {underline: true};

/**
 * Links of a whole message. They are searched before the text is broken into rows, because a link can continue in the
 * next row.
 */
export function linksOf(text: string): readonly TextRange[] {
	return text.includes('://') ? findLinks(text) : [];
}

/** Segments of the row `line` of a message. `search`: search text, folded by foldText; empty for none. */
export function textSegments(
	text: string,
	{start, end}: LineRange,
	links: readonly TextRange[],
	{search, theme}: {readonly search: string; readonly theme: Theme},
): Segment[] {
	const row = text.slice(start, end);
	const matches = search === '' ? [] : findFolded(row, search);
	const linked = links
		.filter(link => Math.max(start, link.start) < Math.min(end, link.end))
		.map(link => ({
			start: Math.max(0, link.start - start),
			end: Math.min(row.length, link.end - start),
			target: theme.hasLinks ? linkTarget(text.slice(link.start, link.end)) : undefined,
		}));
	if (matches.length === 0 && linked.length === 0) return [{text: row}];
	const bounds = [...new Set([0, row.length, ...[...matches, ...linked].flatMap(range => [range.start, range.end])])];
	bounds.sort((a, b) => a - b);
	return bounds.slice(1).map((to, index): Segment => {
		const from = bounds[index] ?? 0;
		const isIn = (range: TextRange) => range.start <= from && range.end >= to;
		const link = linked.find(isIn);
		const isMatch = matches.some(isIn);
		const style = isMatch && link ? {...theme.match, ...LINK} : isMatch ? theme.match : LINK;
		const part = {text: row.slice(from, to), ...(link?.target !== undefined && {link: link.target})};
		return isMatch || link ? {...part, style} : part;
	});
}
