import {memo, type ReactNode} from 'react';
import type {Theme} from '../theme.js';
import {Lines} from './lines.js';

/** The line between two panes. */
export const Divider = memo(function Divider({
	height,
	theme,
}: {
	readonly height: number;
	readonly theme: Theme;
}): ReactNode {
	const row = [{text: theme.glyphs.divider, style: theme.quiet}];
	return <Lines rows={Array.from({length: height}, () => row)} width={1} />;
});
