import {Box} from 'ink';
import type {ReactNode} from 'react';
import type {History} from '../../../core/history.js';
import {Lines} from '../../components/lines.js';
import type {Theme} from '../../theme.js';
import type {Hits} from '../finder.js';
import type {ReplayFrame} from '../replay-frame.js';
import type {ReplayUi} from '../replay-state.js';
import {drawStrip} from '../strip.js';
import {transportBar} from '../transport.js';

export interface TransportProps {
	readonly history: History;
	readonly ui: ReplayUi;
	readonly frame: ReplayFrame;
	readonly hits: Hits;
	readonly room: string;
	readonly file: string;
	readonly theme: Theme;
}

/** In the place of the input: the bar, the strip, its marks. A prompt takes the last row. */
export function Transport({history, ui, frame, hits, room, file, theme}: TransportProps): ReactNode {
	const waits = ui.mode === 'playing' && frame.index < history.length;
	const waitMs = waits ? history.timeAt(frame.index) - frame.time : undefined;
	const rows = frame.layout.transportHeight - (ui.prompt ? 1 : 0);
	const strip = rows > 1 ? drawStrip({ui, frame, hits, theme}) : undefined;
	const drawn = [
		transportBar({ui, frame, hits, room, file, theme, waitMs}),
		...(strip ? [strip.density] : []),
		...(strip && rows > 2 ? [strip.marks] : []),
	];
	return (
		<Box flexDirection="column" width={ui.columns} height={rows} flexShrink={0}>
			<Lines rows={drawn} width={ui.columns} />
		</Box>
	);
}
