import {Box} from 'ink';
import type {ReactNode} from 'react';
import type {PeerId} from '../../core/event.js';
import {personKeyOf} from '../../core/name-collisions.js';
import {hueOf} from '../../core/name-hues.js';
import {selectTyping} from '../../core/select.js';
import {findName} from '../../core/select-peers.js';
import {
	type PersonView,
	selectConnectedCount,
	selectKnownCount,
	selectLongGone,
	selectPeople,
} from '../../core/select-people.js';
import type {State} from '../../core/state.js';
import type {SelfInfo} from '../../node/chat-node.js';
import type {Theme} from '../theme.js';
import {Lines} from './lines.js';
import {formatPeerRows} from './peer-rows.js';

export interface PeersPaneProps {
	readonly state: State;
	/**
	 * Name and address of this node. They are shown until this node has joined, because the state contains them only
	 * then. Absent in a replay.
	 */
	readonly self?: SelfInfo;
	readonly width: number;
	readonly height: number;
	/** The selected peer; marked only while the pane has the focus. */
	readonly selected: PeerId | undefined;
	readonly focused: boolean;
	/** Identity keys or peer ids of hidden people. */
	readonly ignored?: readonly string[];
	readonly theme: Theme;
}

/**
 * Title of the pane, with the numbers of connected and known peers. As in the status line, this node is not counted.
 */
function paneTitle(state: State, peers: readonly PersonView[]): string {
	const known = selectKnownCount(state);
	const isSelfListed = peers.some(({status}) => status === 'self');
	if (known === 0 && isSelfListed) return ' Peers: only you';
	return ` Peers ${selectConnectedCount(state)}/${known}${isSelfListed ? ' and you' : ''}`;
}

/** Fills in the name and address of this node, which the state does not have before this node has joined. */
function withOwnLabels(view: PersonView, state: State, {name, addresses}: SelfInfo): PersonView {
	if (view.status !== 'self' || findName(state, view.peer) !== undefined) return view;
	const [address] = addresses;
	return {...view, ...(name !== undefined && {name}), ...(address !== undefined && {address})};
}

/**
 * The peers pane: a title and the list of people. While the pane does not have the focus, one row with a number
 * replaces the people who left long ago.
 */
export function PeersPane({
	state,
	self,
	width,
	height,
	selected,
	focused,
	ignored = [],
	theme,
}: PeersPaneProps): ReactNode {
	const people = selectPeople(state);
	const peers = self ? people.map(view => withOwnLabels(view, state, self)) : people;
	const title = paneTitle(state, peers);
	const longGone = selectLongGone(state);
	const folded = focused || longGone.size < 2 ? 0 : longGone.size;
	const rows = formatPeerRows({
		peers: folded > 0 ? peers.filter(({peer}) => !longGone.has(peer)) : peers,
		foldedCount: folded,
		typing: selectTyping(state),
		width,
		height: height - 1,
		selected: focused ? selected : undefined,
		isIgnored: peer => ignored.includes(peer) || ignored.includes(personKeyOf(state, peer)),
		hueOf: peer => hueOf(state, peer),
		theme,
	});
	return (
		<Box flexDirection="column" width={width} height={height} flexShrink={0}>
			<Lines rows={[[{text: title, style: focused ? theme.statusBar : {bold: true}}], ...rows]} width={width} />
		</Box>
	);
}
