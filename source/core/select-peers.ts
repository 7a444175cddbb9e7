/** People as the screen and JSON lines show them. Pure over the state. */

import {type PeerId, shortPeerId} from './ids.js';
import {memoise, memoiseEach} from './memoise.js';
import {foldName, isNamesake, nameAt, personOf} from './namesakes.js';
import {createRosterPeer, findPeer, listPeers} from './roster.js';
import type {RosterPeer, State} from './state.js';

export type PeerStatus = 'self' | 'connected' | 'suspect' | 'unreachable' | 'left';

export interface PeerView {
	readonly peer: PeerId;
	readonly name: string;
	/** Somebody else goes or went by the same name, or by one that looks like it. The same identity is the same person. */
	readonly clash: boolean;
	/** What tells namesakes apart: of the identity, else the start of the peer id. */
	readonly fingerprint: string;
	/** Whether the fingerprint is that of a verified identity. */
	readonly verified: boolean;
	readonly address?: string;
	/** The address is only what the peer says of itself. */
	readonly claimed: boolean;
	readonly status: PeerStatus;
	readonly roundTripMs?: number;
	readonly clockOffsetMs?: number;
	readonly queuedBytes?: number;
	readonly direction?: 'dialled' | 'accepted';
	readonly version?: string;
	/** When our first connection of this launch came up, ms. */
	readonly connectedSince?: number;
	/** When its present absence began for those who reported it, HLC ms. */
	readonly lostAt?: number;
	/** HLC ms. */
	readonly leftAt?: number;
	readonly unreadable: number;
}

/** The name that held at `seq` of its feed; the newest one without `seq`; the short peer id when none is known. */
export function nameOf(state: State, peer: PeerId, seq?: number): string {
	return knownNameOf(state, peer, seq) ?? shortPeerId(peer);
}

/** Undefined as long as nothing was said of a name. */
export function knownNameOf(state: State, peer: PeerId, seq?: number): string | undefined {
	const known = findPeer(state.roster, peer);
	return (known && nameAt(known, seq)?.name) || undefined;
}

/** 8 hexadecimal digits: of the identity where one is known, else of the peer id. */
export function fingerprintOf(state: State, peer: PeerId): string {
	return findPeer(state.roster, peer)?.identity?.fingerprint ?? shortPeerId(peer);
}

export interface ShownAddress {
	readonly address: string;
	/** Not seen on a socket of ours: shown with `~`. */
	readonly claimed: boolean;
}

/** Of the socket, if we were ever connected; our own is the first one we tell; else the first one claimed. */
export function addressOf(state: State, peer: PeerId): ShownAddress | undefined {
	const known = findPeer(state.roster, peer);
	if (known?.address !== undefined) return {address: known.address, claimed: false};
	const address = known?.claimedAddresses[0];
	return address === undefined ? undefined : {address, claimed: state.launches[peer] === undefined};
}

/** Our own peers of earlier launches have ended, said or not. */
export function statusOf(state: State, peer: PeerId): PeerStatus {
	if (peer === state.launch?.peer) return 'self';
	const known = findPeer(state.roster, peer);
	if (known?.left !== undefined || state.launches[peer] !== undefined) return 'left';
	return state.passing.links[peer]?.status ?? (known?.connected ? 'connected' : 'unreachable');
}

export function isPresent(status: PeerStatus): boolean {
	return status === 'self' || status === 'connected' || status === 'suspect';
}

function viewPeer(state: State, known: RosterPeer): PeerView {
	const {peer, identity, firstConnected, unreadable} = known;
	const {status: _, ...measured} = state.passing.links[peer] ?? {status: undefined};
	const shown = addressOf(state, peer);
	const status = statusOf(state, peer);
	const lost = status === 'unreachable' ? known.lost[known.absences] : undefined;
	return {
		peer,
		name: nameOf(state, peer),
		clash: isNamesake(state, known),
		fingerprint: fingerprintOf(state, peer),
		verified: identity !== undefined,
		...(shown && {address: shown.address}),
		claimed: shown?.claimed ?? false,
		status,
		...measured,
		...(known.version !== undefined && {version: known.version}),
		...(firstConnected && {connectedSince: firstConnected.at}),
		...(lost && {lostAt: lost.ms}),
		...(known.left && {leftAt: known.left.ms}),
		unreadable,
	};
}

const RANKS: Readonly<Record<PeerStatus, number>> = {self: 0, connected: 1, suspect: 1, unreachable: 2, left: 3};

/** A view with what it is sorted and grouped by. */
export interface RankedView {
	readonly view: PeerView;
	readonly rank: number;
	readonly folded: string;
	/** The same for all launches of one person under one name. */
	readonly person: string;
	/** Order of its `joined`. */
	readonly joined: RosterPeer['joined'];
}

const remember = memoiseEach<RosterPeer, RankedView>();

function rankPeer(state: State, known: RosterPeer): RankedView {
	const {links} = state.passing;
	return remember(known, [links[known.peer], state.launch, state.launches, isNamesake(state, known)], () => {
		const view = viewPeer(state, known);
		const folded = foldName(view.name);
		const person = `${personOf(known, state.launches)} ${folded}`;
		return {view, rank: RANKS[view.status], folded, person, joined: known.joined};
	});
}

function compareRanked(a: RankedView, b: RankedView): number {
	if (a.rank !== b.rank) return a.rank - b.rank;
	if (a.folded !== b.folded) return a.folded < b.folded ? -1 : 1;
	return a.view.peer < b.view.peer ? -1 : 1;
}

/** Someone of whom only others speak (a `lost` for a feed never seen) is nobody to show. */
function isHearsay({names, contacts, lost}: RosterPeer): boolean {
	return names.length === 0 && Object.keys(lost).length > 0 && Object.keys(contacts).length === 0;
}

/** Links change every other second, those who left never: a log of years holds thousands of them. */
const selectGone = memoise(
	(state: State) => [state.roster, state.launch, state.launches],
	state => {
		const living: RosterPeer[] = [];
		const gone: RankedView[] = [];
		for (const known of listPeers(state.roster)) {
			if (statusOf(state, known.peer) === 'left') gone.push(rankPeer(state, known));
			else if (!isHearsay(known)) living.push(known);
		}
		const own = state.launch?.peer;
		// We stand in the list before our `joined` is written.
		if (own !== undefined && findPeer(state.roster, own) === undefined) living.push(createRosterPeer(own));
		gone.sort(compareRanked);
		return {living, gone, views: gone.map(({view}) => view)};
	},
);

/** Who has left, in an array that stays the same while links change, and all others; both sorted. */
export const selectRanked: (state: State) => {
	readonly living: readonly RankedView[];
	readonly gone: readonly RankedView[];
} = memoise(
	state => [selectGone(state), state.passing.links],
	state => {
		const {living, gone} = selectGone(state);
		return {living: living.map(known => rankPeer(state, known)).sort(compareRanked), gone};
	},
);

/** Every launch of everybody: self first, then who is reachable, unreachable and gone; each by name. */
export const selectPeers: (state: State) => readonly PeerView[] = memoise(
	state => [selectRanked(state)],
	state => [...selectRanked(state).living.map(({view}) => view), ...selectGone(state).views],
);

const selectPeersById = memoise(
	(state: State) => [selectPeers(state)],
	state => new Map(selectPeers(state).map(view => [view.peer, view])),
);

/** Undefined for an unknown peer. */
export function selectPeer(state: State, peer: PeerId): PeerView | undefined {
	return selectPeersById(state).get(peer);
}
