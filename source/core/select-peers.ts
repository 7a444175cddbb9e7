/** People as the screen and JSON lines show them. Pure over the state. */
import {type PeerId, shortPeerId} from './ids.js';
import {memoise} from './memoise.js';
import {createRosterPeer, findPeer, listPeers} from './roster.js';
import {findLastAtMost} from './search.js';
import type {RosterPeer, State} from './state.js';

export type PeerStatus = 'self' | 'connected' | 'suspect' | 'unreachable' | 'left';

export interface PeerView {
	readonly peer: PeerId;
	readonly name: string;
	/** Another peer that is present goes by the same name. */
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
	const names = findPeer(state.roster, peer)?.names ?? [];
	const known = seq === undefined ? names.at(-1) : (findLastAtMost(names, seq, item => item.seq) ?? names[0]);
	return known === undefined || known.name === '' ? shortPeerId(peer) : known.name;
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

/** Names that differ only in case or composition are the same to a reader. */
export function foldName(name: string): string {
	return name.normalize('NFKC').toLowerCase();
}

function viewPeer(state: State, known: RosterPeer): Omit<PeerView, 'clash'> {
	const {peer, identity, firstConnected, unreadable} = known;
	const link = state.passing.links[peer];
	const shown = addressOf(state, peer);
	const status = statusOf(state, peer);
	const lost = status === 'unreachable' ? known.lost[known.absences] : undefined;
	const version = known.version ?? link?.version;
	return {
		peer,
		name: nameOf(state, peer),
		fingerprint: fingerprintOf(state, peer),
		verified: identity !== undefined,
		...(shown && {address: shown.address}),
		claimed: shown?.claimed ?? false,
		status,
		...(link?.roundTripMs !== undefined && {roundTripMs: link.roundTripMs}),
		...(link?.clockOffsetMs !== undefined && {clockOffsetMs: link.clockOffsetMs}),
		...(link?.queuedBytes !== undefined && {queuedBytes: link.queuedBytes}),
		...(link?.direction !== undefined && {direction: link.direction}),
		...(version !== undefined && {version}),
		...(firstConnected && {connectedSince: firstConnected.at}),
		...(lost && {lostAt: lost.ms}),
		...(known.left && {leftAt: known.left.ms}),
		unreadable,
	};
}

const RANKS: Readonly<Record<PeerStatus, number>> = {self: 0, connected: 1, suspect: 1, unreachable: 2, left: 3};

function compareViews(a: PeerView, b: PeerView): number {
	const ranks = RANKS[a.status] - RANKS[b.status];
	if (ranks !== 0) return ranks;
	const [nameA, nameB] = [foldName(a.name), foldName(b.name)];
	if (nameA !== nameB) return nameA < nameB ? -1 : 1;
	return a.peer < b.peer ? -1 : 1;
}

/** Someone of whom only others speak (a `lost` for a feed never seen) is nobody to show. */
function isHearsay(state: State, {peer, names, contacts, lost}: RosterPeer): boolean {
	const isSeen = names.length > 0 || Object.keys(contacts).length > 0 || state.passing.links[peer] !== undefined;
	return !isSeen && Object.keys(lost).length > 0;
}

/** We stand in the list before our `joined` is written. */
function listShown(state: State): RosterPeer[] {
	const own = state.launch?.peer;
	const shown = listPeers(state.roster).filter(known => !isHearsay(state, known));
	if (own !== undefined && findPeer(state.roster, own) === undefined) shown.push(createRosterPeer(own));
	return shown;
}

/** Self first, then who is reachable, unreachable and gone; each by name. */
export const selectPeers: (state: State) => readonly PeerView[] = memoise(
	state => [state.roster, state.passing.links, state.launch, state.launches],
	state => {
		const views = listShown(state).map(known => viewPeer(state, known));
		const present = new Map<string, number>();
		for (const {name, status} of views) {
			if (isPresent(status)) present.set(foldName(name), (present.get(foldName(name)) ?? 0) + 1);
		}
		return views
			.map(view => ({...view, clash: (present.get(foldName(view.name)) ?? 0) > (isPresent(view.status) ? 1 : 0)}))
			.sort(compareViews);
	},
);

/** Undefined for an unknown peer. */
export function selectPeer(state: State, peer: PeerId): PeerView | undefined {
	return selectPeers(state).find(view => view.peer === peer);
}

/** Peers other than us that are reachable now. */
export function selectConnectedCount(state: State): number {
	return selectPeers(state).filter(({status}) => status === 'connected' || status === 'suspect').length;
}

/** Peers other than us that have not left. */
export function selectKnownCount(state: State): number {
	return selectPeers(state).filter(({status}) => status !== 'self' && status !== 'left').length;
}
