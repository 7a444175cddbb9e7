import {Box, Transform} from 'ink';
import {memo, type ReactNode} from 'react';
import type {Theme} from '../theme.js';
import {paintRow, type Row} from './paint-row.js';

export interface LinesProps {
	readonly rows: readonly Row[];
	readonly width: number;
}

/**
 * A block of rows, each exactly one row of the terminal. React and the layout engine get blanks of the same size, and
 * Ink replaces the blanks by the painted text on output. Therefore neither has any work when a row scrolls or changes.
 */
export const Lines = memo(function Lines({rows, width}: LinesProps): ReactNode {
	if (rows.length === 0) return null;
	const paint = (_blank: string, index: number) => paintRow(rows[index] ?? [], width);
	return (
		<Box width={width} height={rows.length} flexShrink={0}>
			<Transform transform={paint}>{blanks(rows.length)}</Transform>
		</Box>
	);
});

function blanks(count: number): string {
	return Array.from({length: count}, () => ' ').join('\n');
}

/** The vertical line between two panes. */
export const Divider = memo(function Divider({
	height,
	theme,
}: {
	readonly height: number;
	readonly theme: Theme;
}): ReactNode {
	const row = [{text: theme.glyphs.divider, style: theme.muted}];
	return <Lines rows={Array.from({length: height}, () => row)} width={1} />;
});
