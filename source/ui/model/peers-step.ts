/** The peers pane: moving, details, filtering by one person. */

import type {PeerView} from '../../core/select-peers.js';
import {selectPeople} from '../../core/select-people.js';
import {personKey, shownName} from '../timeline/people.js';
import type {Context} from './model.js';
import type {UiState} from './ui-state.js';

export function selectFirstPeer(ui: UiState, {state}: Context): UiState {
	const peers = selectPeople(state);
	const known = peers.some(view => view.peer === ui.selectedPeer);
	return known ? ui : {...ui, selectedPeer: firstOther(peers)?.peer};
}

/** Where the list begins for somebody who looks for others: behind oneself, if anybody is. */
export function firstOther(peers: readonly PeerView[]): PeerView | undefined {
	return peers.find(({status}) => status !== 'self') ?? peers[0];
}

export function movePeer(ui: UiState, {state}: Context, by: number): UiState {
	const peers = selectPeople(state);
	const at = peers.findIndex(view => view.peer === ui.selectedPeer);
	const next = Math.max(0, Math.min(peers.length - 1, Math.max(0, at) + by));
	return {...ui, selectedPeer: peers[next]?.peer};
}

export function openPeerDetails(ui: UiState, context: Context): UiState {
	const {selectedPeer} = selectFirstPeer(ui, context);
	return selectedPeer ? {...ui, selectedPeer, overlay: {type: 'peer', peer: selectedPeer, scroll: 0}} : ui;
}

/** Of the selected peer, or of the author of the selected entry; again, or of us all: no filter. */
export function togglePeerFilter(ui: UiState, context: Context, peers: readonly PeerView[]): UiState {
	const {state, frameOf} = context;
	if (ui.filter) return {...ui, filter: undefined};
	const {view} = frameOf(state, ui);
	const entry = ui.selected && view.at(view.positionOf(ui.selected));
	const peer = ui.focus === 'peers' ? (ui.selectedPeer ?? peers[0]?.peer) : entry?.peer;
	if (!peer) return ui;
	return {...ui, filter: {key: personKey(state, peer), name: shownName(state, peer)}};
}
