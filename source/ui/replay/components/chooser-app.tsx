import {Box} from 'ink';
import type {ReactNode} from 'react';
import {RowLine} from '../../components/row.js';
import {padCells} from '../../layout/width.js';
import type {Theme} from '../../theme.js';
import {type ChooserState, chooserRows} from '../chooser-state.js';

export function ChooserApp({state, theme}: {readonly state: ChooserState; readonly theme: Theme}): ReactNode {
	const rows = chooserRows(state, theme);
	const foot = padCells(' ↑ ↓: choose   Enter: open   q: leave', state.columns, theme.glyphs.ellipsis);
	return (
		<Box flexDirection="column" width={state.columns} height={state.rows}>
			<Box flexDirection="column" height={state.rows - 1} flexShrink={0}>
				{rows.map((segments, index) => (
					// biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity beyond their place
					<RowLine key={index} segments={segments} />
				))}
			</Box>
			<RowLine segments={[{text: foot, style: theme.bar}]} />
		</Box>
	);
}
