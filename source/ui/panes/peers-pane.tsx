import {Box} from 'ink';
import type {ReactNode} from 'react';
import type {PeerId} from '../../core/event.js';
import {hueOf} from '../../core/name-hues.js';
import {selectTyping} from '../../core/select.js';
import {findName, type PeerView} from '../../core/select-peers.js';
import {selectConnectedCount, selectKnownCount, selectPeople} from '../../core/select-people.js';
import type {State} from '../../core/state.js';
import type {SelfInfo} from '../../node/chat-node.js';
import type {Theme} from '../theme.js';
import {personKey} from '../timeline/display-name.js';
import {Lines} from './lines.js';
import {formatPeerRows} from './peer-rows.js';

export interface PeersPaneProps {
	readonly state: State;
	/** Name and address of this node, for the time before it has joined; absent in a replay. */
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

/** Title with the same counts as the status line, which exclude this node. */
function paneTitle(state: State, peers: readonly PeerView[]): string {
	const known = selectKnownCount(state);
	const isSelfListed = peers.some(({status}) => status === 'self');
	if (known === 0 && isSelfListed) return ' Peers: only you';
	return ` Peers ${selectConnectedCount(state)}/${known}${isSelfListed ? ' and you' : ''}`;
}

/** Fills in the name and address of this node, which the state does not have before this node has joined. */
function withOwnLabels(view: PeerView, state: State, {name, addresses}: SelfInfo): PeerView {
	if (view.status !== 'self' || findName(state, view.peer) !== undefined) return view;
	const [address] = addresses;
	return {...view, ...(name !== undefined && {name}), ...(address !== undefined && {address})};
}

/** Time after which people who left are only counted while the pane does not have the focus, ms. */
const LEFT_LONG_AGO_MS = 10 * 60 * 1000;

function leftLongAgo({status, leftAt}: PeerView, {loggedAt, ephemeral}: State): boolean {
	return status === 'left' && (leftAt ?? 0) < Math.max(loggedAt, ephemeral.now) - LEFT_LONG_AGO_MS;
}

/** The peers pane: a title and the list of people. Without the focus it counts the people who left long ago. */
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
	const folded = focused ? [] : peers.filter(view => leftLongAgo(view, state));
	const rows = formatPeerRows({
		peers: folded.length > 1 ? peers.filter(view => !folded.includes(view)) : peers,
		foldedCount: folded.length > 1 ? folded.length : 0,
		typing: selectTyping(state),
		width,
		height: height - 1,
		selected: focused ? selected : undefined,
		isIgnored: peer => ignored.includes(peer) || ignored.includes(personKey(state, peer)),
		hueOf: peer => hueOf(state, peer),
		theme,
	});
	return (
		<Box flexDirection="column" width={width} height={height} flexShrink={0}>
			<Lines rows={[[{text: title, style: focused ? theme.statusBar : {bold: true}}], ...rows]} width={width} />
		</Box>
	);
}
