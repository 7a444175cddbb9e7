import {Box} from 'ink';
import type {ReactNode} from 'react';
import type {PeerId} from '../../core/ids.js';
import {selectTyping} from '../../core/select.js';
import type {PeerView} from '../../core/select-peers.js';
import {selectConnectedCount, selectKnownCount, selectPeople} from '../../core/select-people.js';
import type {State} from '../../core/state.js';
import {formatPeers} from '../peers/format-peers.js';
import type {Theme} from '../theme.js';
import {personKey} from '../timeline/people.js';
import {Lines} from './lines.js';

export interface PeersPaneProps {
	readonly state: State;
	readonly width: number;
	readonly height: number;
	/** Undefined: another pane has the focus. */
	readonly selected: PeerId | undefined;
	readonly focused: boolean;
	/** Identity keys or peer ids. */
	readonly ignored?: readonly string[];
	readonly theme: Theme;
}

/** Counts as the status line does: us apart. */
function titleOf(state: State, peers: readonly PeerView[]): string {
	const known = selectKnownCount(state);
	const here = peers.some(({status}) => status === 'self');
	if (known === 0 && here) return ' Peers: only you';
	return ` Peers ${selectConnectedCount(state)}/${known}${here ? ' and you' : ''}`;
}

export function PeersPane({state, width, height, selected, focused, ignored = [], theme}: PeersPaneProps): ReactNode {
	const peers = selectPeople(state);
	const title = titleOf(state, peers);
	const rows = formatPeers({
		peers,
		typing: selectTyping(state),
		width,
		height: height - 1,
		selected: focused ? selected : undefined,
		isIgnored: peer => ignored.includes(peer) || ignored.includes(personKey(state, peer)),
		personKey: peer => personKey(state, peer),
		theme,
	});
	return (
		<Box flexDirection="column" width={width} height={height} flexShrink={0}>
			<Lines rows={[[{text: title, style: focused ? theme.bar : {bold: true}}], ...rows]} width={width} />
		</Box>
	);
}
