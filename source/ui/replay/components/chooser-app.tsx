import {Box} from 'ink';
import type {ReactNode} from 'react';
import {Lines} from '../../components/lines.js';
import {padCells} from '../../layout/width.js';
import type {Theme} from '../../theme.js';
import {type ChooserState, chooserRows} from '../chooser-state.js';

export function ChooserApp({state, theme}: {readonly state: ChooserState; readonly theme: Theme}): ReactNode {
	const rows = chooserRows(state, theme);
	const foot = padCells(' ↑ ↓: choose   Enter: open   q: leave', state.columns, theme.glyphs.ellipsis);
	return (
		<Box flexDirection="column" width={state.columns} height={state.rows}>
			<Box flexDirection="column" height={state.rows - 1} flexShrink={0}>
				<Lines rows={rows} width={state.columns} />
			</Box>
			<Lines rows={[[{text: foot, style: theme.bar}]]} width={state.columns} />
		</Box>
	);
}
