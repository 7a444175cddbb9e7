import {Box} from 'ink';
import type {ReactNode} from 'react';
import {Lines} from '../panes/lines.js';
import {cellWidth, padCells} from '../text/graphemes.js';
import type {Theme} from '../theme.js';
import {firstVisibleLine, type OverlayText} from './overlay-text.js';

export interface OverlayPaneProps {
	readonly text: OverlayText;
	readonly scroll: number;
	readonly width: number;
	readonly height: number;
	readonly theme: Theme;
}

/** An overlay: a title row, and as many lines of the text as fit below the title. */
export function OverlayPane({text, scroll, width, height, theme}: OverlayPaneProps): ReactNode {
	const pageRows = height - 1;
	const top = firstVisibleLine(scroll, text.lines.length, pageRows);
	const shown = text.lines.slice(top, top + pageRows);
	const range = `  ${top + 1}-${Math.min(text.lines.length, top + pageRows)} of ${text.lines.length}`;
	const titles = text.lines.length > pageRows ? [`${range}  PgUp, PgDn`, range] : [''];
	const candidates = titles.map(more => ` ${text.title}${more}   Esc: close`);
	const title = candidates.find(one => cellWidth(one) <= width) ?? candidates.at(-1) ?? '';
	return (
		<Box flexDirection="column" width={width} height={height} flexShrink={0}>
			<Lines
				rows={[[{text: padCells(title, width, theme.glyphs.ellipsis), style: theme.statusBar}], ...shown]}
				width={width}
			/>
		</Box>
	);
}
