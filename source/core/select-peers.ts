/**
 * Selectors for peers, for the screen and the JSON lines. Every launch of a person is a separate peer. For people see
 * select-people.ts.
 */

import {impersonatedContact, type Trust, trustOf} from './contacts.js';
import {type PeerId, SHORT_FINGERPRINT_DIGITS, shortPeerId} from './event.js';
import type {OrderKey} from './event-order.js';
import {foldText} from './fold-text.js';
import {memoise, memoiseByKey} from './memoise.js';
import {extendOptionally} from './memory-cost.js';
import {
	hasFingerprintCollision,
	hasNameCollision,
	longFingerprint,
	nameAt,
	nameSeqAt,
	personKey,
} from './name-collisions.js';
import {isOurs, isOwnLaunch, ownSessionOf} from './own-sessions.js';
import {quoteUnclearName} from './quote-name.js';
import {createRosterPeer, findPeer, listPeers, type RosterPeer} from './roster.js';
import {shownName} from './shown-name.js';
import type {State} from './state.js';

export type PeerStatus = 'self' | 'connected' | 'suspect' | 'unreachable' | 'left';

/** Word for the status of a peer in all texts for people. The JSON output contains the status itself. */
export function statusWord(status: PeerStatus): string {
	return {self: 'you', connected: 'connected', suspect: 'silent', unreachable: 'lost', left: 'left'}[status];
}

export interface PeerView {
	readonly peer: PeerId;
	readonly name: string;
	/** Whether the name can be taken for another person's; see hasNameCollision. */
	readonly hasNameCollision: boolean;
	/**
	 * First 8 or 16 hexadecimal digits of the identity's fingerprint if the identity is known, otherwise of the peer
	 * id (see `fingerprintOf`).
	 */
	readonly fingerprint: string;
	/**
	 * Whether the peer has an identity, so that the fingerprint belongs to this identity. It does not mean that the
	 * user has verified the key.
	 */
	readonly verified: boolean;
	/**
	 * Whether the user has verified the key of this peer, or the peer uses the name of a verified person but has
	 * another key.
	 */
	readonly trust: Trust;
	readonly address?: string;
	/** Whether the peer only claims to have this address: none of our connections to the peer used it. */
	readonly isAddressUnverified: boolean;
	readonly status: PeerStatus;
	readonly roundTripMs?: number;
	/** Wall clock of the peer minus ours, in ms. */
	readonly clockOffsetMs?: number;
	readonly queuedBytes?: number;
	readonly direction?: 'dialled' | 'accepted';
	readonly version?: string;
	/**
	 * Whether the peer says that it is a keeper: a node that keeps running, so that the history of the room stays available.
	 */
	readonly isKeeper?: true;
	/** Wall clock in ms of our first connection to the peer in this launch. */
	readonly connectedSince?: number;
	/** HLC in ms of the event that reported the peer as lost; undefined if the peer is not lost now. */
	readonly lostAt?: number;
	/** HLC in ms of the `left` event of the peer. */
	readonly leftAt?: number;
	/** Number of unreadable entries in the feed of the peer. */
	readonly unreadable: number;
}

/** Name of a peer at `seq` of its feed; if `seq` is undefined, its newest name. The short peer id if no name is known. */
export function nameOf(state: State, peer: PeerId, seq?: number): string {
	return findName(state, peer, seq) ?? shortPeerId(peer);
}

/** Name of a peer at `seq` of its feed; if `seq` is undefined, its newest name. Undefined if no name is known. */
export function findName(state: State, peer: PeerId, seq?: number): string | undefined {
	const known = findPeer(state.roster, peer);
	return (known && nameAt(known, seq)?.name) || undefined;
}

const LONG_FINGERPRINT_DIGITS = 16;

/**
 * Fingerprint of a peer: the first 8 hexadecimal digits of its identity's fingerprint, or of the peer id if no
 * identity is known. If another known person has the same 8 digits, the first 16.
 */
export function fingerprintOf(state: State, peer: PeerId): string {
	const known = findPeer(state.roster, peer);
	if (!known) return shortPeerId(peer);
	const digits = hasFingerprintCollision(state, known) ? LONG_FINGERPRINT_DIGITS : SHORT_FINGERPRINT_DIGITS;
	return longFingerprint(known).slice(0, digits);
}

interface DisplayedAddress {
	readonly address: string;
	/** Whether none of our connections used this address. The screen marks such an address with `~`. */
	readonly isUnverified: boolean;
}

/**
 * Address of a peer: the remote address of our newest connection to it; if there is none, the first address that the
 * peer claims. Addresses of this node count as verified.
 */
export function addressOf(state: State, peer: PeerId): DisplayedAddress | undefined {
	const known = findPeer(state.roster, peer);
	if (known?.address !== undefined) return {address: known.address, isUnverified: false};
	const address = known?.claimedAddresses[0];
	return address === undefined ? undefined : {address, isUnverified: !isOwnLaunch(state, peer)};
}

/** Status of a peer. Earlier launches of this node count as `left`, even without a `left` event. */
export function statusOf(state: State, peer: PeerId): PeerStatus {
	if (peer === state.launch?.peer) return 'self';
	const known = findPeer(state.roster, peer);
	if (known?.left !== undefined || ownSessionOf(state, peer) === 'earlier') return 'left';
	return state.ephemeral.links[peer]?.status ?? (known?.connected ? 'connected' : 'unreachable');
}

/** Whether a peer with this status is reachable now. */
export function isPresent(status: PeerStatus): boolean {
	return status === 'self' || status === 'connected' || status === 'suspect';
}

function createPeerView(state: State, known: RosterPeer): PeerView {
	const {peer, identity, firstConnected, unreadableCount} = known;
	const {status: _, ...measured} = state.ephemeral.links[peer] ?? {status: undefined};
	const shown = addressOf(state, peer);
	const status = statusOf(state, peer);
	const trust = trustOf(state, peer);
	const lost = status === 'unreachable' ? known.lost[known.absences] : undefined;
	const view: PeerView = {
		peer,
		name: nameOf(state, peer),
		hasNameCollision: hasNameCollision(state, known) || trust === 'impostor',
		fingerprint: fingerprintOf(state, peer),
		verified: identity !== undefined,
		trust,
		isAddressUnverified: shown?.isUnverified ?? false,
		status,
		unreadable: unreadableCount,
	};
	return extendOptionally(
		view,
		measured,
		shown && {address: shown.address},
		known.version === undefined ? undefined : {version: known.version},
		known.isKeeper && {isKeeper: true},
		firstConnected && {connectedSince: firstConnected.at},
		lost && {lostAt: lost.ms},
		known.left && {leftAt: known.left.ms},
	);
}

const STATUS_RANKS: Readonly<Record<PeerStatus, number>> = {self: 0, connected: 1, suspect: 1, unreachable: 2, left: 3};

/** What the screen shows of a peer, with keys for sorting and grouping peers. */
export interface RankedView {
	readonly view: PeerView;
	readonly rank: number;
	readonly foldedName: string;
	/** Key that all launches of one identity share, even under different names. */
	readonly personKey: string;
	/** Position of the `joined` of the peer in the total order. */
	readonly joined: RosterPeer['joined'];
}

const memoisePeer = memoiseByKey<RosterPeer, RankedView>();

function rankPeer(state: State, known: RosterPeer): RankedView {
	const {links} = state.ephemeral;
	const shown = [hasNameCollision(state, known), hasFingerprintCollision(state, known), trustOf(state, known.peer)];
	const own = ownSessionOf(state, known.peer);
	return memoisePeer(known, [links[known.peer], state.launch, state.launches, own, ...shown], () => {
		const view = createPeerView(state, known);
		const foldedName = foldText(view.name);
		// Peers that have left and have no identity can be distinguished only by name. So those with the same name
		// are listed as one person.
		const isNameless = view.status === 'left' && !known.identity && !state.launches[known.peer];
		const person = isNameless ? `departed ${foldedName}` : personKey(known, state.launches);
		return {view, rank: STATUS_RANKS[view.status], foldedName, personKey: person, joined: known.joined};
	});
}

function compareRanked(a: RankedView, b: RankedView): number {
	if (a.rank !== b.rank) return a.rank - b.rank;
	if (a.foldedName !== b.foldedName) return a.foldedName < b.foldedName ? -1 : 1;
	return a.view.peer < b.view.peer ? -1 : 1;
}

/** Whether a peer is known only from `lost` events of other peers. Such a peer is not listed. */
function isOnlyReported({names, contacts, lost}: RosterPeer): boolean {
	return names.length === 0 && Object.keys(lost).length > 0 && Object.keys(contacts).length === 0;
}

/** All peers that lists show: those that are present, those that are absent without having left, and those that have left. */
interface RankedPeers {
	readonly present: readonly RankedView[];
	readonly absent: readonly RankedView[];
	readonly departed: readonly RankedView[];
}

/** Peers with a measured connection. The result stays the same array while no connection opens or closes. */
const selectLinked: (state: State) => readonly string[] = (() => {
	let linked: readonly string[] = [];
	return memoise(
		state => [state.ephemeral.links],
		({ephemeral: {links}}) => {
			const keys = Object.keys(links);
			if (keys.length !== linked.length || keys.some((key, index) => key !== linked[index])) linked = keys;
			return linked;
		},
	);
})();

/**
 * Peers that are present, and what lists show of all others. The latter is cached separately, because the views of peers with
 * a connection change with every measurement of it, about every two seconds, and a member can fill the roster with
 * absent peers.
 */
const selectSettled = memoise(
	(state: State) => [state.roster, state.launch, state.launches, state.ephemeral.contacts, selectLinked(state)],
	state => {
		const present: RosterPeer[] = [];
		const absent: RankedView[] = [];
		const departed: RankedView[] = [];
		for (const known of listPeers(state.roster)) {
			const status = statusOf(state, known.peer);
			if (status === 'left') departed.push(rankPeer(state, known));
			else if (isOnlyReported(known)) continue;
			else if (status === 'unreachable') absent.push(rankPeer(state, known));
			else present.push(known);
		}
		const own = state.launch?.peer;
		// This node is listed even before it has written its `joined` event.
		if (own !== undefined && findPeer(state.roster, own) === undefined) present.push(createRosterPeer(own));
		absent.sort(compareRanked);
		departed.sort(compareRanked);
		return {present, absent, departed, views: [...absent, ...departed].map(({view}) => view)};
	},
);

/** All listed peers, each group sorted. The arrays of absent and departed peers stay the same objects while only links change. */
export const selectRanked: (state: State) => RankedPeers = memoise(
	state => [selectSettled(state), state.ephemeral.links],
	state => {
		const {present, absent, departed} = selectSettled(state);
		return {present: present.map(known => rankPeer(state, known)).sort(compareRanked), absent, departed};
	},
);

/**
 * All peers, so every launch of every person: this node first, then peers that are reachable, peers that are not, and
 * peers that have left. Each group is sorted by name.
 */
export const selectPeers: (state: State) => readonly PeerView[] = memoise(
	state => [selectRanked(state)],
	state => [...selectRanked(state).present.map(({view}) => view), ...selectSettled(state).views],
);

const selectPeersById = memoise(
	(state: State) => [selectPeers(state)],
	state => new Map(selectPeers(state).map(view => [view.peer, view])),
);

/** What the screen shows of one peer; undefined if the peer is unknown. */
export function selectPeer(state: State, peer: PeerId): PeerView | undefined {
	return selectPeersById(state).get(peer);
}

/**
 * Suffix `#a1b2c3d4` of a name that can be taken for another person's; otherwise an empty string. The name at `seq`
 * of the feed is checked; if `seq` is undefined, the newest name. Peer ids of this user never have a suffix.
 */
export function formatFingerprintSuffix(state: State, peer: PeerId, seq?: number): string {
	const known = findPeer(state.roster, peer);
	if (!known || isOurs(state, peer)) return '';
	if (!hasNameCollision(state, known, seq) && !impersonatedContact(state, peer, seq)) return '';
	return `#${fingerprintOf(state, peer)}`;
}

/** Seq of the name that a peer had at a position in the total order; undefined if no name is known. */
export function nameSeqOf(state: State, peer: PeerId, position: OrderKey): number | undefined {
	const known = findPeer(state.roster, peer);
	return known && nameSeqAt(known, position);
}

/**
 * Name of a peer with its fingerprint suffix, for lines of text. Check marks, and parentheses at the end of the name,
 * are removed, because the program marks names with them. The name is in quotes if it could be read as anything but a
 * name.
 */
export function formatPeerName(state: State, peer: PeerId, seq?: number): string {
	const name = shownName(nameOf(state, peer, seq)) || shortPeerId(peer);
	return quoteUnclearName(name) + formatFingerprintSuffix(state, peer, seq);
}

/** Text of a round-trip time: in whole milliseconds, or `<1 ms`. */
export function formatRoundTrip(ms: number): string {
	return ms < 1 ? '<1 ms' : `${Math.round(ms)} ms`;
}
