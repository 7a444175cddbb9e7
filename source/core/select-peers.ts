/** Selectors for peers: every launch of everyone, as the screen and JSON lines show it. For people see select-people.ts. */
import {type PeerId, shortPeerId} from './event.js';
import {memoise, memoiseByKey} from './memoise.js';
import {foldName, hasNameCollision, nameAt, personKey} from './name-collisions.js';
import {createRosterPeer, findPeer, listPeers, type RosterPeer} from './roster.js';
import type {State} from './state.js';

export type PeerStatus = 'self' | 'connected' | 'suspect' | 'unreachable' | 'left';

export interface PeerView {
	readonly peer: PeerId;
	readonly name: string;
	/** Another person uses or used the same name, or one that looks like it. */
	readonly hasNameCollision: boolean;
	/** 8 hexadecimal digits: of the identity when one is known, else of the peer id. */
	readonly fingerprint: string;
	/** Whether the fingerprint belongs to a verified identity. */
	readonly verified: boolean;
	readonly address?: string;
	/** The address is only a claim of the peer. */
	readonly isAddressUnverified: boolean;
	readonly status: PeerStatus;
	readonly roundTripMs?: number;
	/** Wall clock of the peer minus ours, ms. */
	readonly clockOffsetMs?: number;
	readonly queuedBytes?: number;
	readonly direction?: 'dialled' | 'accepted';
	readonly version?: string;
	/** Time of our first connection in this launch, ms. */
	readonly connectedSince?: number;
	/** Time of the report of its current absence, HLC ms. */
	readonly lostAt?: number;
	/** Time of its `left`, HLC ms. */
	readonly leftAt?: number;
	/** Number of unreadable entries in its feed. */
	readonly unreadable: number;
}

/** Name of a peer at `seq` of its feed; the newest without `seq`; the short peer id when no name is known. */
export function nameOf(state: State, peer: PeerId, seq?: number): string {
	return findName(state, peer, seq) ?? shortPeerId(peer);
}

/** Name of a peer at `seq` of its feed; the newest without `seq`; undefined when no name is known. */
export function findName(state: State, peer: PeerId, seq?: number): string | undefined {
	const known = findPeer(state.roster, peer);
	return (known && nameAt(known, seq)?.name) || undefined;
}

/** Fingerprint of a peer, 8 hexadecimal digits: of the identity when one is known, else of the peer id. */
export function fingerprintOf(state: State, peer: PeerId): string {
	return findPeer(state.roster, peer)?.identity?.fingerprint ?? shortPeerId(peer);
}

interface DisplayedAddress {
	readonly address: string;
	/** Never seen on a connection of ours; the screen marks it with `~`. */
	readonly isUnverified: boolean;
}

/** Address of a peer: that of our newest connection, else the first one that it claims. Our own claims are verified. */
export function addressOf(state: State, peer: PeerId): DisplayedAddress | undefined {
	const known = findPeer(state.roster, peer);
	if (known?.address !== undefined) return {address: known.address, isUnverified: false};
	const address = known?.claimedAddresses[0];
	return address === undefined ? undefined : {address, isUnverified: state.launches[peer] === undefined};
}

/** Status of a peer. Our own peers of earlier launches have left, with or without a `left`. */
export function statusOf(state: State, peer: PeerId): PeerStatus {
	if (peer === state.launch?.peer) return 'self';
	const known = findPeer(state.roster, peer);
	if (known?.left !== undefined || state.launches[peer] !== undefined) return 'left';
	return state.ephemeral.links[peer]?.status ?? (known?.connected ? 'connected' : 'unreachable');
}

/** Whether a peer with this status can be reached now. */
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

/** A view with its keys for sorting and grouping. */
export interface RankedView {
	readonly view: PeerView;
	readonly rank: number;
	readonly foldedName: string;
	/** Shared by all launches of one person under one name. */
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

/** Whether a peer is known only from a `lost` of another peer. Such a peer is not listed. */
function isOnlyReported({names, contacts, lost}: RosterPeer): boolean {
	return names.length === 0 && Object.keys(lost).length > 0 && Object.keys(contacts).length === 0;
}

/** All peers of which something is known, by whether they have left. */
interface RankedPeers {
	readonly active: readonly RankedView[];
	readonly departed: readonly RankedView[];
}

/** Separate from the active peers, because links change every two seconds and a log of years has thousands of departed ones. */
const selectDeparted = memoise(
	(state: State) => [state.roster, state.launch, state.launches],
	state => {
		const active: RosterPeer[] = [];
		const departed: RankedView[] = [];
		for (const known of listPeers(state.roster)) {
			if (statusOf(state, known.peer) === 'left') departed.push(rankPeer(state, known));
			else if (!isOnlyReported(known)) active.push(known);
		}
		const own = state.launch?.peer;
		// Our own entry is listed before our `joined` is written.
		if (own !== undefined && findPeer(state.roster, own) === undefined) active.push(createRosterPeer(own));
		departed.sort(compareRanked);
		return {active, departed, views: departed.map(({view}) => view)};
	},
);

/** Active and departed peers, both sorted. The array of departed peers keeps its identity while links change. */
export const selectRanked: (state: State) => RankedPeers = memoise(
	state => [selectDeparted(state), state.ephemeral.links],
	state => {
		const {active, departed} = selectDeparted(state);
		return {active: active.map(known => rankPeer(state, known)).sort(compareRanked), departed};
	},
);

/** Every launch of everyone: self, then reachable, unreachable and departed peers, each group by name. */
export const selectPeers: (state: State) => readonly PeerView[] = memoise(
	state => [selectRanked(state)],
	state => [...selectRanked(state).active.map(({view}) => view), ...selectDeparted(state).views],
);

const selectPeersById = memoise(
	(state: State) => [selectPeers(state)],
	state => new Map(selectPeers(state).map(view => [view.peer, view])),
);

/** View of one peer; undefined when it is unknown. */
export function selectPeer(state: State, peer: PeerId): PeerView | undefined {
	return selectPeersById(state).get(peer);
}

/**
 * Suffix `#a1b2c3d4` of a name that collides with that of another person, else ''. `seq`: at that event of its feed; default
 * now. Never for our own peers.
 */
export function formatFingerprintSuffix(state: State, peer: PeerId, seq?: number): string {
	const known = findPeer(state.roster, peer);
	if (!known || state.launches[peer] || !hasNameCollision(state, known, seq)) return '';
	return `#${fingerprintOf(state, peer)}`;
}

/** Name of a peer with its fingerprint suffix, as it is displayed everywhere. */
export function formatPeerName(state: State, peer: PeerId, seq?: number): string {
	return nameOf(state, peer, seq) + formatFingerprintSuffix(state, peer, seq);
}

/** Text of a round-trip time: whole milliseconds, `<1 ms` below 1. */
export function formatRoundTrip(ms: number): string {
	return ms < 1 ? '<1 ms' : `${Math.round(ms)} ms`;
}
