import {Box} from 'ink';
import type {ReactNode} from 'react';
import {padCells} from '../layout/width.js';
import type {OverlayText} from '../overlays/overlay-lines.js';
import type {Theme} from '../theme.js';
import {Lines} from './lines.js';

export interface OverlayPaneProps {
	readonly text: OverlayText;
	readonly scroll: number;
	readonly width: number;
	readonly height: number;
	readonly theme: Theme;
}

const KEYS_FROM_COLUMNS = 60;

export function OverlayPane({text, scroll, width, height, theme}: OverlayPaneProps): ReactNode {
	const room = height - 1;
	const top = Math.max(0, Math.min(scroll, text.lines.length - room));
	const shown = text.lines.slice(top, top + room);
	const keys = width >= KEYS_FROM_COLUMNS ? '  PgUp, PgDn' : '';
	const more =
		text.lines.length > room
			? `  ${top + 1}-${Math.min(text.lines.length, top + room)} of ${text.lines.length}${keys}`
			: '';
	const title = padCells(` ${text.title}${more}   Esc: close`, width, theme.glyphs.ellipsis);
	return (
		<Box flexDirection="column" width={width} height={height} flexShrink={0}>
			<Lines rows={[[{text: title, style: theme.bar}], ...shown]} width={width} />
		</Box>
	);
}
