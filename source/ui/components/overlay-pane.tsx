import {Box} from 'ink';
import type {ReactNode} from 'react';
import {cellWidth, padCells} from '../layout/width.js';
import type {OverlayText} from '../overlays/overlay-lines.js';
import {topLine} from '../overlays/overlay-scroll.js';
import type {Theme} from '../theme.js';
import {Lines} from './lines.js';

export interface OverlayPaneProps {
	readonly text: OverlayText;
	readonly scroll: number;
	readonly width: number;
	readonly height: number;
	readonly theme: Theme;
}

export function OverlayPane({text, scroll, width, height, theme}: OverlayPaneProps): ReactNode {
	const room = height - 1;
	const top = topLine(scroll, text.lines.length, room);
	const shown = text.lines.slice(top, top + room);
	const part = `  ${top + 1}-${Math.min(text.lines.length, top + room)} of ${text.lines.length}`;
	const titles = text.lines.length > room ? [`${part}  PgUp, PgDn`, part] : [''];
	const fitting = titles.map(more => ` ${text.title}${more}   Esc: close`);
	const title = fitting.find(one => cellWidth(one) <= width) ?? fitting.at(-1) ?? '';
	return (
		<Box flexDirection="column" width={width} height={height} flexShrink={0}>
			<Lines
				rows={[[{text: padCells(title, width, theme.glyphs.ellipsis), style: theme.bar}], ...shown]}
				width={width}
			/>
		</Box>
	);
}
