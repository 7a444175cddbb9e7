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

/** Part of a message with a style of its own, for example a mention. */
export interface StyledRange extends TextRange {
	readonly style: Style;
}

export interface SegmentOptions {
	/** Search text, normalised by foldText (case is ignored); empty for none. */
	readonly search: string;
	readonly theme: Theme;
	readonly mentions?: readonly StyledRange[];
	/** Style of the whole text, to which the styles of links and matches are added. */
	readonly base?: Style | undefined;
}

/** Segments of one row of a message, which is the range `[start, end)` of `text`. */
export function textSegments(
	text: string,
	{start, end}: LineRange,
	links: readonly TextRange[],
	{search, theme, mentions = [], base}: SegmentOptions,
): Segment[] {
	const row = text.slice(start, end);
	const inRow = <T extends TextRange>(ranges: readonly T[]) =>
		ranges
			.filter(range => Math.max(start, range.start) < Math.min(end, range.end))
			.map(range => ({range, start: Math.max(0, range.start - start), end: Math.min(row.length, range.end - start)}));
	const matches = search === '' ? [] : findFolded(row, search);
	const mentioned = inRow(mentions);
	const linked = inRow(links).map(link => ({
		...link,
		target: theme.hasLinks ? linkTarget(text.slice(link.range.start, link.range.end)) : undefined,
	}));
	if (row === '') return [{text: row}];
	const ranges = [...matches, ...linked, ...mentioned];
	const bounds = [...new Set([0, row.length, ...ranges.flatMap(range => [range.start, range.end])])];
	bounds.sort((a, b) => a - b);
	return bounds.slice(1).map((to, index): Segment => {
		const from = bounds[index] ?? 0;
		const isIn = (range: TextRange) => range.start <= from && range.end >= to;
		const link = linked.find(isIn);
		const look = mentioned.find(isIn)?.range.style;
		const style: Style = {...base, ...look, ...(matches.some(isIn) && theme.match), ...(link && LINK)};
		return {
			text: row.slice(from, to),
			...(link?.target !== undefined && {link: link.target}),
			...(Object.keys(style).length > 0 && {style}),
		};
	});
}
