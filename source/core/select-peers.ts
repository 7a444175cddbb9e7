/** People as the screen and JSON lines show them. Pure over the state. */
import {type PeerId, shortPeerId} from './event.js';
import {memoise, memoiseByKey} from './memoise.js';
import {foldName, hasNameCollision, nameAt, personKey} from './name-collisions.js';
import {createRosterPeer, findPeer, listPeers, type RosterPeer} from './roster.js';
import type {State} from './state.js';

export type PeerStatus = 'self' | 'connected' | 'suspect' | 'unreachable' | 'left';

export interface PeerView {
	readonly peer: PeerId;
	readonly name: string;
	/** Somebody else goes or went by the same name, or by one that looks like it. The same identity is the same person. */
	readonly hasNameCollision: boolean;
	/** What tells namesakes apart: of the identity, else the start of the peer id. */
	readonly fingerprint: string;
	/** Whether the fingerprint is that of a verified identity. */
	readonly verified: boolean;
	readonly address?: string;
	/** The address is only what the peer says of itself. */
	readonly isAddressUnverified: boolean;
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
	return findName(state, peer, seq) ?? shortPeerId(peer);
}

/** Undefined as long as nothing was said of a name. */
export function findName(state: State, peer: PeerId, seq?: number): string | undefined {
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
	readonly isUnverified: boolean;
}

/** Of the socket, if we were ever connected; our own is the first one we tell; else the first one claimed. */
export function addressOf(state: State, peer: PeerId): ShownAddress | undefined {
	const known = findPeer(state.roster, peer);
	if (known?.address !== undefined) return {address: known.address, isUnverified: false};
	const address = known?.claimedAddresses[0];
	return address === undefined ? undefined : {address, isUnverified: state.launches[peer] === undefined};
}

/** Our own peers of earlier launches have ended, said or not. */
export function statusOf(state: State, peer: PeerId): PeerStatus {
	if (peer === state.launch?.peer) return 'self';
	const known = findPeer(state.roster, peer);
	if (known?.left !== undefined || state.launches[peer] !== undefined) return 'left';
	return state.ephemeral.links[peer]?.status ?? (known?.connected ? 'connected' : 'unreachable');
}

export function isPresent(status: PeerStatus): boolean {
	return status === 'self' || status === 'connected' || status === 'suspect';
}

function createPeerView(state: State, known: RosterPeer): PeerView {
	const {peer, identity, firstConnected, unreadableCount} = known;
	const {status: _, ...measured} = state.ephemeral.links[peer] ?? {status: undefined};
	const shown = addressOf(state, peer);
	const status = statusOf(state, peer);
	const lost = status === 'unreachable' ? known.lost[known.absences] : undefined;
	return {
		peer,
		name: nameOf(state, peer),
		hasNameCollision: hasNameCollision(state, known),
		fingerprint: fingerprintOf(state, peer),
		verified: identity !== undefined,
		...(shown && {address: shown.address}),
		isAddressUnverified: shown?.isUnverified ?? false,
		status,
		...measured,
		...(known.version !== undefined && {version: known.version}),
		...(firstConnected && {connectedSince: firstConnected.at}),
		...(lost && {lostAt: lost.ms}),
		...(known.left && {leftAt: known.left.ms}),
		unreadable: unreadableCount,
	};
}

const STATUS_RANKS: Readonly<Record<PeerStatus, number>> = {self: 0, connected: 1, suspect: 1, unreachable: 2, left: 3};

/** A view with what it is sorted and grouped by. */
export interface RankedView {
	readonly view: PeerView;
	readonly rank: number;
	readonly foldedName: string;
	/** The same for all launches of one person under one name. */
	readonly personKey: string;
	/** Order of its `joined`. */
	readonly joined: RosterPeer['joined'];
}

const memoisePeer = memoiseByKey<RosterPeer, RankedView>();

function rankPeer(state: State, known: RosterPeer): RankedView {
	const {links} = state.ephemeral;
	return memoisePeer(known, [links[known.peer], state.launch, state.launches, hasNameCollision(state, known)], () => {
		const view = createPeerView(state, known);
		const foldedName = foldName(view.name);
		const person = `${personKey(known, state.launches)} ${foldedName}`;
		return {view, rank: STATUS_RANKS[view.status], foldedName, personKey: person, joined: known.joined};
	});
}

function compareRanked(a: RankedView, b: RankedView): number {
	if (a.rank !== b.rank) return a.rank - b.rank;
	if (a.foldedName !== b.foldedName) return a.foldedName < b.foldedName ? -1 : 1;
	return a.view.peer < b.view.peer ? -1 : 1;
}

/** Someone of whom only others speak (a `lost` for a feed never seen) is nobody to show. */
function isOnlyReported({names, contacts, lost}: RosterPeer): boolean {
	return names.length === 0 && Object.keys(lost).length > 0 && Object.keys(contacts).length === 0;
}

/** Links change every other second, those who left never: a log of years holds thousands of them. */
const selectDeparted = memoise(
	(state: State) => [state.roster, state.launch, state.launches],
	state => {
		const living: RosterPeer[] = [];
		const gone: RankedView[] = [];
		for (const known of listPeers(state.roster)) {
			if (statusOf(state, known.peer) === 'left') gone.push(rankPeer(state, known));
			else if (!isOnlyReported(known)) living.push(known);
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
	state => [selectDeparted(state), state.ephemeral.links],
	state => {
		const {living, gone} = selectDeparted(state);
		return {living: living.map(known => rankPeer(state, known)).sort(compareRanked), gone};
	},
);

/** Every launch of everybody: self first, then who is reachable, unreachable and gone; each by name. */
export const selectPeers: (state: State) => readonly PeerView[] = memoise(
	state => [selectRanked(state)],
	state => [...selectRanked(state).living.map(({view}) => view), ...selectDeparted(state).views],
);

const selectPeersById = memoise(
	(state: State) => [selectPeers(state)],
	state => new Map(selectPeers(state).map(view => [view.peer, view])),
);

/** Undefined for an unknown peer. */
export function selectPeer(state: State, peer: PeerId): PeerView | undefined {
	return selectPeersById(state).get(peer);
}

/** How a person is called wherever one is named: a fingerprint tells namesakes apart. */

/**
 * `#a1b2c3d4` behind a name that somebody else goes or went by, else ''. As of its event `seq`, or now. We know who we are:
 * none for ourselves.
 */
export function formatFingerprintSuffix(state: State, peer: PeerId, seq?: number): string {
	const known = findPeer(state.roster, peer);
	if (!known || state.launches[peer] || !hasNameCollision(state, known, seq)) return '';
	return `#${fingerprintOf(state, peer)}`;
}

/** The name with its mark. */
export function formatPeerName(state: State, peer: PeerId, seq?: number): string {
	return nameOf(state, peer, seq) + formatFingerprintSuffix(state, peer, seq);
}

/** How a round trip is written wherever one is shown: whole milliseconds; one that rounds to nothing is still one. */
export function formatRoundTrip(ms: number): string {
	return ms < 1 ? '<1 ms' : `${Math.round(ms)} ms`;
}
